// SPDX-License-Identifier: Apache-2.0
// The dcnsim-vp command as its users run it.
#include <tuple>

#include "tests/analysis/cli/command_runner.h"

namespace dcnsim {
namespace {

class VpCommandTest : public CommandTest {
 protected:
  Outcome vp(const std::string& arguments) const {
    return dcnsim("--calibration " + calibration_ + " " + arguments);
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

TEST_F(VpCommandTest, mistakes_are_one_line_and_an_exit_code) {
  const std::vector<std::tuple<std::string, std::string, int>> mistakes = {
      {"--accelerators 9", "--accelerators", 2},
      {"--timing cycle", "--timing", 2},
      {"--quantum -1", "--quantum", 2},
      {"--limit 0", "--limit", 2},
      {"--unknown", "--unknown", 2},
      {"--accelerator nothing", "nothing: no such accelerator preset", 1},
      {"--firmware " + path("no.elf") + " --images " + path("no.bin"), "/no.elf: cannot be opened",
       1},
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
