// SPDX-License-Identifier: Apache-2.0
// Names from files that would clear the screen, set its title or hide what follows: through every
// command that shows them, and through the files that one command writes and another reads.
#include <gtest/gtest.h>

#include "models/base/text/printable.h"
#include "tests/analysis/cli/command_runner.h"
#include "tests/support/small_float_network.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

class NamesTest : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    FloatNetwork network = mixed_network();
    network.name = "\x1b[31mgraph\nlayers: 1\xC2\x9B" + std::string("2J\0z", 4);
    network.layers[0].node.name = "\x1b[2J\x1b]0;title\x07";
    network.layers[1].node.name = "?[2J?]0;title?";
    network.layers.back().node.name = "=cmd|'/c calc'!A1\xE2\x80\xAE\xff" + std::string(500, 'x');
    save_network(network, path("net.onnx"));
  }

  /// The command succeeds, and nothing it says moves a cursor.
  std::string said(const std::string& arguments, int code = 0) const {
    const Outcome o = dcnsim(arguments);
    EXPECT_EQ(o.code, code) << arguments << "\n" << o.err;
    expect_clean(o.out, arguments);
    expect_clean(o.err, arguments);
    return o.out + o.err;
  }
  static void expect_clean(const std::string& text, const std::string& about) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      // Of the same length only if nothing was replaced by a question mark.
      EXPECT_EQ(printable(line, line.size()), line) << about;
    }
  }
  std::string network(const std::string& more) const {
    return path("net.onnx") + " --calibration " + calibration_ + " " + more;
  }
};

TEST_F(NamesTest, reach_no_terminal_as_they_are) {
  const std::string cache = " --cache " + path("cache") + " ";
  EXPECT_NE(said("inspect " + path("net.onnx")).find("?[31mgraph?layers: 1?2J?z"),
            std::string::npos);
  EXPECT_NE(said("run " + network("--limit 1 --json " + path("r.json") + " --trace " +
                                  path("t.json") + cache))
                .find("?[2J?]0;title?"),
            std::string::npos);
  said("inspect " + path("r.json"));
  said("report " + path("r.json") + " -o " + path("r.html"));
  said("map " + network("--json " + path("m.json") + cache));
  said("map " + network("--layer '?[2J?]0;title?~2'" + cache));
  said("map " + network("--layer nosuch" + cache), 2);
  said("timeline " + path("t.json") + " --layer '?[2J?]0;title?~2' -o " + path("t.svg"));
  said("timeline " + path("t.json") + " --layer nosuch -o " + path("t.svg"), 2);
}

TEST_F(NamesTest, are_read_back_from_every_file_that_holds_them) {
  const std::string cache = " --cache " + path("cache") + " ";
  said("map " + network("-o " + path("m.yaml") + cache));
  said("run " + network("--limit 1 --mapping " + path("m.yaml") + cache));
  said("quantize " + network("-o " + path("q.onnx")));
  said("run " + path("q.onnx") + " --limit 1 --mapping " + path("m.yaml") + cache);
  said("allocate " + network("--sensitivity-images 4 --limit 8 --equal-bits 6 --min-bits 4 "
                             "--max-bits 8 -o " +
                             path("a.onnx") + " --write-widths " + path("w.yaml") + " --curve " +
                             path("c.csv") + " --json " + path("a.json") + cache));
  said("quantize " + network("--widths " + path("w.yaml") + " -o " + path("w.onnx")));
  said("run " + path("a.onnx") + " --limit 1 --mapping " + path("m.yaml") + cache);
  said("inspect " + path("a.json"));
  for (const char* file : {"m.yaml", "w.yaml", "c.csv"}) expect_clean(slurp(path(file)), file);
  EXPECT_NE(slurp(path("c.csv")).find(",'=cmd|'/c calc'!A1"), std::string::npos);
}

TEST_F(NamesTest, networks_come_from_files_and_from_no_pipe) {
  const std::string pipe = path("pipe");
  const std::string file = kSource + "/workloads/networks/cifar10_compact_w8a8.onnx.gz";
  // Only inspect looks into the pipe, for what may come through one.
  const std::pair<std::string, std::string> commands[] = {
      {"inspect ", "cat " + file + " > " + pipe + " & "}, {"map ", ""}, {"run --limit 1 ", ""}};
  for (const auto& [command, writer] : commands) {
    const Outcome o = run("rm -f " + pipe + "; mkfifo " + pipe + "; " + writer,
                          DCNSIM_COMMAND " " + command + pipe);
    EXPECT_EQ(o.code, 1) << command;
    EXPECT_NE(unwrapped(o.err).find(pipe + ": "), std::string::npos) << o.err;
    EXPECT_NE(unwrapped(o.err).find("a network is read from a file"), std::string::npos) << o.err;
  }
}

TEST_F(NamesTest, results_may_come_through_a_pipe) {
  said("run " + network("--limit 1 --no-cache --json " + path("r.json")));
  said("report " + path("r.json") + " -o " + path("file.html"));
  const std::string pipe = path("pipe");
  for (const std::string& arguments :
       {"report " + pipe + " -o " + path("pipe.html"), "inspect " + pipe}) {
    const Outcome o = run(
        "mkfifo " + pipe + "; cat " + path("r.json") + " > " + pipe + " & ",
        "sleep 0.1; " DCNSIM_COMMAND " " + arguments + "; code=$?; rm " + pipe + "; exit $code");
    EXPECT_EQ(o.code, 0) << arguments << "\n" << o.err;
  }
  EXPECT_GT(slurp(path("pipe.html")).size(), 100'000u);
  expect_one_line_error("inspect /dev/zero", {"/dev/zero: larger than"}, 1);
  expect_one_line_error("report /dev/zero -o " + path("z.html"), {"/dev/zero: larger than"}, 1);
}

}  // namespace
}  // namespace dcnsim
