// SPDX-License-Identifier: Apache-2.0
// The dcnsim-vp command as its users run it.
#include <map>
#include <regex>
#include <set>
#include <tuple>

#include "tests/analysis/cli/command_runner.h"
#include "tests/analysis/trace/trace_checks.h"

namespace dcnsim {
namespace {

class VpCommandTest : public CommandTest {
 protected:
  Outcome vp(const std::string& arguments) const {
    return dcnsim("--calibration " + calibration_ + " " + arguments);
  }
  void expect_time_limit(const std::string& ms) const {
    const Outcome o = vp("--limit 1 --max-time " + ms);
    EXPECT_EQ(o.code, 1);
    EXPECT_TRUE(has(o.out, ms + "00 ms simulated, ")) << o.out;
    EXPECT_EQ(o.err, "dcnsim-vp: the firmware has not ended within --max-time " + ms + " ms\n");
  }
  static bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }
};

TEST_F(VpCommandTest, prints_what_the_firmware_says_and_what_it_took) {
  const Outcome o = vp("--limit 2");
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_TRUE(has(o.out, "image 0: class 3, ")) << o.out;
  EXPECT_TRUE(has(o.out, "image 1: class 8, ")) << o.out;
  EXPECT_TRUE(has(o.out, "2 of 2 images right\n")) << o.out;
  EXPECT_TRUE(has(o.out, " ms simulated, the CPU asleep for 9")) << o.out;
  EXPECT_EQ(o.err, "");
}

TEST_F(VpCommandTest, several_accelerators_share_the_images) {
  const Outcome o = vp("--limit 3 --accelerators 3 --timing at --quantum 0");
  EXPECT_EQ(o.code, 0) << o.err;
  for (const std::string k : {"0", "1", "2"}) {
    EXPECT_TRUE(has(o.out, " cycles on accelerator " + k + "\n")) << o.out;
    EXPECT_TRUE(has(o.out, "accelerator " + k + ": 1 images, ")) << o.out;
  }
}

TEST_F(VpCommandTest, the_same_command_gives_the_same_output) {
  // All but the last line, which has wall-clock times.
  const auto simulated = [&] {
    const std::string out = vp("--limit 2 --accelerators 2").out;
    return out.substr(0, out.rfind('\n', out.size() - 2));
  };
  const std::string first = simulated();
  EXPECT_TRUE(has(first, "instructions"));
  EXPECT_EQ(first, simulated());
}

TEST_F(VpCommandTest, a_file_gives_each_accelerator_a_network_of_its_own) {
  const Outcome o = vp("--platform " + kSource + "/platform/riscv/two_networks.yaml");
  EXPECT_EQ(o.code, 0) << o.err;
  for (const char* part :
       {"network 0, image 2: class ", "network 1, image 5: class ", "accelerator 0: 3 images, ",
        "accelerator 1: 6 images, ", "network 0, 3 of 3 images right\n",
        "network 1, 6 of 6 images right\n",
        "accelerator 0, the last job's cycles:", "accelerator 1, the last job"}) {
    EXPECT_TRUE(has(o.out, part)) << part << "\n" << o.out;
  }
  const auto classes = [](const std::string& text, const std::string& network) {
    std::vector<std::string> found;
    for (std::size_t i = 0; i < 3; ++i) {
      const std::string line = network + "image " + std::to_string(i) + ": class ";
      found.push_back(text.substr(text.find(line) + line.size(), 1));
    }
    return found;
  };
  const Outcome alone = dcnsim("cifar10_compact_w4a8 --accelerator large_edge --limit 3");
  EXPECT_EQ(classes(o.out, "network 1, "), classes(alone.out, "")) << alone.out;
}

TEST_F(VpCommandTest, what_is_wrong_in_a_platform_file_is_named) {
  const std::string one = "accelerators:\n  - network: cifar10_plain7\n";
  const std::vector<std::pair<std::string, std::string>> files = {
      {"cpu_mhz: 400\n", ":1: accelerators: missing, expected a list"},
      {"accelerators: []\n", ":1: accelerators: expected a list of accelerators"},
      {"accelerator: 1\n", ":1: accelerator: unknown key; did you mean \"accelerators\"?"},
      {"accelerators:\n  - limit: 3\n", ":2: accelerators[0].network: missing"},
      {"cpu_mhz: 0\n" + one, ":1: cpu_mhz: 0, expected a number from 1 to 10000"},
      {one + "    limit: -1\n", ":3: accelerators[0].limit: -1, expected a whole number from 1"},
      {one + "    timing: tlm\n", ":3: accelerators[0].timing: tlm, expected lt or at"},
      {one + "    count: 9\n", ":3: accelerators[0].count: 9, expected a whole number from 1 to 8"},
      {one + "    address: 0x10100800\n", "0x10100800: expected a multiple of 0x1000"},
      {one + "    address: 0x20000000\n", "0x20000000: the RAM is there"},
      {one + "    address: 0x1ffff000\n    count: 2\n", "0x20000000: the RAM is there"},
      {one + "    address: 0xF0000000\n", "0xf0000000: the memory is there"},
      {one + "  - network: cifar10_plain7\n    address: 0x10100000\n",
       "another accelerator is there"},
      {one + "  - network: cifar10_plain7\n    interrupt: 1\n",
       "interrupt: 1: another accelerator has it"},
      {one + "    interrupt: 32\n", "interrupt: 32, expected a whole number from 1 to 31"},
      {one + "    network: cifar10_plain7\n", ":3: accelerators[0].network: given twice"},
      {one + "    images: no.npy\n", path("no.npy")},
  };
  for (const auto& [text, part] : files) {
    spill(path("platform.yaml"), text);
    expect_one_line_error("--platform " + path("platform.yaml"), {part}, 1);
  }
  expect_one_line_error("cifar10_plain7 --platform " + path("platform.yaml"), {"--platform"}, 2);
  expect_one_line_error("--limit 1 --vcd " + path("no/folder.vcd"), {"folder.vcd"}, 1);
}

TEST_F(VpCommandTest, gives_up_after_the_time_it_is_given) {
  expect_time_limit("0.5");
  const Outcome enough = vp("--limit 1 --max-time 100");
  EXPECT_EQ(enough.code, 0) << enough.err;
}

TEST_F(VpCommandTest, images_need_no_labels) {
  // 2 x 32 x 32 x 3 zeros.
  std::string npy = "\x93NUMPY\x01";
  npy += std::string("\0", 1);
  std::string head = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 32, 32, 3), }";
  head.resize(117, ' ');
  head += '\n';
  npy += static_cast<char>(head.size());
  npy += std::string("\0", 1);
  spill(path("images.npy"), npy + head + std::string(2 * 3072, '\x40'));
  const Outcome o = vp("--images " + path("images.npy"));
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_TRUE(has(o.out, "2 images without labels\n")) << o.out;
}

TEST_F(VpCommandTest, waveforms_show_the_interrupt_and_requests) {
  const Outcome o = vp("--limit 1 --vcd " + path("run.vcd"));
  EXPECT_EQ(o.code, 0) << o.err;
  const std::string vcd = slurp(path("run.vcd"));
  for (const char* signal : {" asleep ", " external_irq ", " irq ", " STATUS ", " IRQ_STATUS ",
                             " reads_in_flight ", " writes_in_flight ", " busy "}) {
    EXPECT_TRUE(has(vcd, signal)) << signal;
  }
}

/// Of a trace: by the name of a row, the slices' names and the sum of their cycles.
struct Row {
  std::vector<std::string> names;
  std::uint64_t cycles = 0;
};

std::map<std::string, Row> rows_of(const nlohmann::json& trace) {
  std::map<std::pair<int, int>, std::string> names;
  std::map<std::string, Row> rows;
  for (const auto& event : trace["traceEvents"]) {
    const std::pair<int, int> track{event["pid"], event.value("tid", 0)};
    if (event["name"] == "thread_name") names[track] = event["args"]["name"];
  }
  for (const auto& event : trace["traceEvents"]) {
    if (event["ph"] != "X") continue;
    Row& row = rows[names.at({event["pid"], event["tid"]})];
    row.names.push_back(event["name"]);
    row.cycles += event["args"].value("cycles", std::uint64_t{0});
  }
  return rows;
}

TEST_F(VpCommandTest, a_trace_has_every_job_of_every_accelerator) {
  const Outcome o =
      vp("--platform " + kSource + "/platform/riscv/two_networks.yaml --trace " + path("run.json"));
  EXPECT_EQ(o.code, 0) << o.err;
  const auto trace = nlohmann::json::parse(slurp(path("run.json")));
  EXPECT_EQ(trace_problems(trace), std::vector<std::string>());
  std::map<std::string, Row> rows = rows_of(trace);
  for (const auto& [k, images] : {std::pair<std::string, std::size_t>{"0", 3}, {"1", 6}}) {
    const Row& layers = rows["accelerator " + k + ": layers"];
    const std::set<std::string> kinds(layers.names.begin(), layers.names.end());
    EXPECT_EQ(layers.names.size(), images * kinds.size()) << k;
    EXPECT_EQ(kinds.count("another program's layer"), 0u);
    std::smatch said;
    const std::regex line("accelerator " + k + ": [0-9]+ images, ([0-9]+) cycles, ([0-9]+) of");
    ASSERT_TRUE(std::regex_search(o.out, said, line)) << o.out;
    EXPECT_EQ(layers.cycles, std::stoull(said[1])) << k;
    // Bank conflicts are within steps; all else that was waited for is a slice.
    const std::uint64_t waits = rows["accelerator " + k + ": waits"].cycles;
    EXPECT_LE(waits, std::stoull(said[2])) << k;
    EXPECT_GT(2 * waits, std::stoull(said[2])) << k;
  }
  EXPECT_FALSE(rows["channel 0, data"].names.empty());
}

TEST_F(VpCommandTest, mistakes_are_one_line_and_an_exit_code) {
  const std::vector<std::tuple<std::string, std::string, int>> mistakes = {
      {"--accelerators 9", "--accelerators", 2},
      {"--timing cycle", "--timing", 2},
      {"--quantum -1", "--quantum", 2},
      {"--limit 0", "--limit", 2},
      {"--unknown", "--unknown", 2},
      {"--accelerator nothing", "nothing: no such accelerator preset", 1},
      {"--firmware " + path("no.elf") + " --images " + path("no.bin"), "/no.elf: cannot open", 1},
      {"--firmware /tmp", "/tmp: not a regular file", 1},
      {path("no.onnx"), "/no.onnx", 1},
      {"--limit 1 --firmware " + kSource + "/LICENSE", "expected a 32-bit RISC-V ELF", 1},
  };
  for (const auto& [arguments, part, code] : mistakes) {
    const Outcome o = vp(arguments);
    EXPECT_EQ(o.code, code) << arguments << "\n" << o.err;
    EXPECT_EQ(o.err.rfind("dcnsim-vp: ", 0), 0u) << o.err;
    EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
    EXPECT_TRUE(has(o.err, part)) << o.err;
  }
}

TEST_F(VpCommandTest, help_teaches_with_examples) {
  const Outcome o = dcnsim("--help");
  EXPECT_EQ(o.code, 0);
  for (const char* part : {"Examples", "--accelerators", "--quantum", "--firmware"}) {
    EXPECT_TRUE(has(o.out, part)) << part;
  }
}

}  // namespace
}  // namespace dcnsim
