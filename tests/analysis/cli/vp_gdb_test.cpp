// SPDX-License-Identifier: Apache-2.0
// The real GDB on dcnsim-vp, as somebody who looks for a fault in firmware uses it.
#include <chrono>
#include <future>
#include <regex>
#include <thread>

#include "tests/analysis/cli/command_runner.h"

namespace dcnsim {
namespace {

class VpGdbTest : public CommandTest {
 protected:
  struct Session {
    std::string gdb;  ///< what GDB printed
    Outcome vp;
  };

  /// Both to their ends; `script` is GDB's, after it has connected.
  Session debug(const std::string& elf, const std::string& options, const std::string& script) {
    const std::string errors = path("stderr.txt");
    std::filesystem::remove(errors);
    auto vp = std::async(std::launch::async, [&] {
      return dcnsim("--calibration " + calibration_ + " --limit 2 --gdb 0 " + options);
    });
    const std::regex address("localhost:([0-9]+)");
    std::string port;
    while (port.empty() &&
           vp.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) {
      std::smatch found;
      const std::string text = slurp(errors);
      if (std::regex_search(text, found, address)) port = found[1];
    }
    spill(path("script.gdb"),
          "set pagination off\nset confirm off\nset style enabled off\n"
          "set width 0\ntarget remote localhost:" +
              port + "\n" + script);
    Session session;
    const std::string command = "timeout 100 " DCNSIM_GDB " -nx -batch -x " + path("script.gdb") +
                                " " + elf + " 2>&1 </dev/null";
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 4096> chunk;
    for (std::size_t count = 0; (count = fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) {
      session.gdb.append(chunk.data(), count);
    }
    pclose(pipe);
    session.vp = vp.get();
    return session;
  }

  /// ^C, a second from now.
  static constexpr const char* kInterruptSoon =
      "python import os, signal, threading\n"
      "python threading.Timer(1, os.kill, [os.getpid(), signal.SIGINT]).start()\n";
};

void expect_in_order(const std::string& text, const std::vector<std::string>& patterns) {
  auto from = text.cbegin();
  for (const std::string& pattern : patterns) {
    std::smatch found;
    ASSERT_TRUE(std::regex_search(from, text.cend(), found, std::regex(pattern)))
        << "no " << pattern << " behind " << std::distance(text.cbegin(), from) << " of\n"
        << text;
    from = found[0].second;
  }
}

TEST_F(VpGdbTest, stops_in_the_interrupt_handler_prints_a_variable_and_goes_on) {
  const Session session =
      debug(DCNSIM_CLASSIFY_ELF, "",
            "print $pc == &_start\n"
            "break firmware_main\n"
            "continue\n"
            "print/x table->magic\n"
            "delete\n"
            "break trap_handler\n"
            "continue\n"
            "print/x $mcause\n"
            "print claimed\n"
            "python\ntry: gdb.execute('x/wx 0x0c001000')\n"  // a device without a debug access
            "except gdb.error as error: print(error)\nend\n"
            "print/x *(int*)0x10100000\n"  // the accelerator's ID
            "stepi 3\n"
            "delete\n"
            "set can-use-hw-watchpoints 0\n"
            "watch claimed\n"
            "continue\n"
            "backtrace 1\n"
            "delete\n"
            "set var workers[0].images = 40\n"
            "continue\n");
  expect_in_order(session.gdb, {"\\$1 = 1", "Breakpoint 1, firmware_main", "\\$2 = 0x4254424d",
                                "Breakpoint 2, trap_handler", "\\$3 = 0x8000000b", "\\$4 = 0",
                                "Cannot access memory at address 0xc001000", "\\$5 = 0x[0-9a-f]+",
                                "Watchpoint 3: claimed", "Old value = 0", "New value = 2",
                                "#0 .*trap_handler", "exited normally"});
  EXPECT_EQ(session.vp.code, 0) << session.vp.err;
  EXPECT_NE(session.vp.out.find("2 of 2 images right"), std::string::npos) << session.vp.out;
  EXPECT_NE(session.vp.out.find("accelerator 0: 42 images"), std::string::npos)
      << "what GDB wrote: " << session.vp.out;
}

TEST_F(VpGdbTest, debugging_changes_nothing) {
  const Session session =
      debug(DCNSIM_CLASSIFY_ELF, "", "break end\ncontinue\ncontinue\ndelete\ncontinue\n");
  expect_in_order(session.gdb, {"Breakpoint 1, .*end", "Breakpoint 1, .*end", "exited normally"});
  const Outcome alone = dcnsim("--calibration " + calibration_ + " --limit 2");
  const auto simulated = [](const std::string& text) {
    return text.substr(0, text.rfind('\n', text.size() - 2));
  };
  EXPECT_EQ(simulated(session.vp.out), simulated(alone.out));
}

TEST_F(VpGdbTest, an_interrupt_stops_firmware_that_spins_and_firmware_that_sleeps) {
  for (const std::string elf : {DCNSIM_SPINS_ELF, DCNSIM_SLEEPS_ELF}) {
    const Session session =
        debug(elf, "--firmware " + elf,
              kInterruptSoon + std::string("continue\nprint $pc != 0\nbacktrace\nkill\n"));
    expect_in_order(session.gdb, {"SIGINT", "\\$1 = 1", "firmware_main"});
    EXPECT_EQ(session.vp.code, 1);
    EXPECT_NE(session.vp.err.find("dcnsim-vp: ended by the debugger\n"), std::string::npos)
        << session.vp.err;
  }
}

TEST_F(VpGdbTest, detached_it_runs_on) {
  const Session session = debug(DCNSIM_CLASSIFY_ELF, "", "break end\ncontinue\ndetach\n");
  EXPECT_EQ(session.vp.code, 0) << session.vp.err;
  EXPECT_NE(session.vp.out.find("2 of 2 images right"), std::string::npos) << session.vp.out;
}

}  // namespace
}  // namespace dcnsim
