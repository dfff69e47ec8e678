// SPDX-License-Identifier: Apache-2.0
// What the command shows on a terminal of 80 columns, and how it answers mistakes.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "tests/analysis/cli/command_runner.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

const std::string kPreset = kSource + "/models/arch/presets/small_edge.yaml";

class SurfaceTest : public CommandTest {
 protected:
  /// In the test's folder, as `Outcome dcnsim` otherwise.
  Outcome here(const std::string& arguments, const std::string& environment = "") const {
    return run("cd " + folder_.string() + " && " + environment + " " + DCNSIM_COMMAND, arguments);
  }

  void expect_lines_of_at_most(std::size_t columns, const std::string& arguments,
                               const std::string& environment = "") const {
    const Outcome o = here(arguments, environment);
    EXPECT_EQ(o.code, 0) << arguments << "\n" << o.err;
    EXPECT_FALSE(o.out.empty());
    std::istringstream lines(o.out);
    for (std::string line; std::getline(lines, line);) {
      if (line.find(folder_.string()) != std::string::npos) continue;  // as long as it is
      EXPECT_LE(line.size(), columns) << arguments << "\n" << line;
    }
  }

  /// One line that says all of `parts`.
  void expect_answer(const std::string& arguments, const std::vector<std::string>& parts,
                     int code) const {
    const Outcome o = here(arguments);
    EXPECT_EQ(o.code, code) << arguments << "\n" << o.err;
    EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << arguments << "\n" << o.err;
    for (const std::string& part : parts) {
      EXPECT_NE(o.err.find(part), std::string::npos)
          << arguments << "\nno \"" << part << "\" in " << o.err;
    }
    EXPECT_EQ(o.out, "") << arguments;
  }

  /// small_edge with the first `from` replaced, and the line where that is.
  std::pair<std::string, std::size_t> changed(const std::string& from,
                                              const std::string& to) const {
    std::string yaml = slurp(kPreset);
    const std::size_t at = yaml.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    const auto line =
        1 + std::count(yaml.begin(), yaml.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    yaml.replace(at, from.size(), to);
    spill(path("m.yaml"), yaml);
    return {"m.yaml", static_cast<std::size_t>(line)};
  }
};

TEST_F(SurfaceTest, every_default_table_fits_80_columns) {
  const std::string calibrated = " --no-cache --calibration " + calibration_;
  spill(path("s.yaml"),
        "axes:\n"
        "  - array.rows: [8, 16]\n"
        "  - buffers.weight.capacity_bytes: [32KiB, 64KiB]\n"
        "  - buffers.input.capacity_bytes: [32KiB, 64KiB]\n"
        "  - dma.bus_bytes: [4, 8]\n"
        "calibration_limit: 10\nimage_limit: 1\n"
        "allocations:\n  - equal: {weights: [4, 8], activations: 8}\n"
        "objectives: [energy_uj, latency_ms]\n");
  for (const std::string& arguments :
       {"run --limit 1 --json r.json" + calibrated, "run --limit 1 --verbose" + calibrated,
        std::string("inspect r.json"), "map" + calibrated, "map --layer conv1" + calibrated,
        "quantize cifar10_res8 -o q.onnx --calibration " + calibration_,
        "quantize cifar10_res8 --measure --verbose -o m.onnx --calibration " + calibration_,
        std::string("inspect cifar10_res8"), std::string("inspect q.onnx"),
        std::string("inspect large_edge"),
        "allocate cifar10_res8 --sensitivity-images 4 --limit 2 --json a.json" + calibrated,
        std::string("inspect a.json"), std::string("experiment bit-fusion"),
        std::string("sweep s.yaml --no-cache"), std::string("sweep show s.sqlite"),
        std::string("sweep show s.sqlite --point 1"), std::string("--help"),
        std::string("--version")}) {
    expect_lines_of_at_most(80, arguments);
  }
  for (const char* command : {"run", "quantize", "allocate", "finetune", "map", "compile",
                              "experiment", "inspect", "timeline", "sweep", "sweep show",
                              "sweep export", "sweep merge", "sweep slurm", "report"}) {
    expect_lines_of_at_most(80, command + std::string(" --help"));
    expect_lines_of_at_most(60, command + std::string(" --help"), "COLUMNS=60");
  }
}

TEST_F(SurfaceTest, wide_and_wider_lines_show_the_rest) {
  const std::string map =
      "map cifar10_res8 --what-if fixed --no-cache --calibration " + calibration_;
  const std::string narrow = here(map).out, wide = here(map + " --wide").out;
  EXPECT_EQ(narrow.find("pixels-outer"), std::string::npos) << narrow;
  EXPECT_NE(narrow.find("(--wide adds "), std::string::npos) << narrow;
  EXPECT_EQ(wide.find("(--wide adds "), std::string::npos) << wide;
  for (const char* part : {"pixels-outer", "buffers, % full", "banks"}) {
    EXPECT_NE(wide.find(part), std::string::npos) << part << wide;
  }
  EXPECT_NE(here(map, "COLUMNS=200").out.find("buffers, % full"), std::string::npos);
}

TEST_F(SurfaceTest, colours_are_for_terminals_and_never_under_no_color) {
  if (std::system("script --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no script(1)";
  const auto on_terminal = [&](const std::string& environment) {
    spill(path("command"), environment + " TERM=xterm " + DCNSIM_COMMAND + " inspect cifar10_res8");
    return run("script", "-qec \"sh " + path("command") + "\" /dev/null").out;
  };
  EXPECT_NE(on_terminal("").find("\x1b[1mlayer"), std::string::npos) << on_terminal("");
  EXPECT_EQ(on_terminal("NO_COLOR=1").find('\x1b'), std::string::npos);
  EXPECT_EQ(here("inspect cifar10_res8").out.find('\x1b'), std::string::npos);
}

TEST_F(SurfaceTest, stages_are_numbered_and_shown_from_their_beginning) {
  if (std::system("script --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no script(1)";
  spill(path("command"), "TERM=xterm " + std::string(DCNSIM_COMMAND) +
                             " run --limit 2 --no-cache --calibration " + calibration_);
  const std::string shown = run("script", "-qec \"sh " + path("command") + "\" /dev/null").out;
  for (const char* part :
       {"1 of 4, calibrating: 0 of 10", "3 of 4, mapping: 0 of", "4 of 4, simulating: 0 of 2"}) {
    EXPECT_NE(shown.find(part), std::string::npos) << part << "\n" << shown;
  }
  // Taken away before the results.
  EXPECT_NE(shown.find("\r\x1b[Kcifar10_plain7 on small_edge"), std::string::npos) << shown;
}

TEST_F(SurfaceTest, an_interrupt_is_answered_and_ends_it) {
  const Outcome o = run("timeout -s INT 0.3 " + std::string(DCNSIM_COMMAND),
                        "allocate --no-cache --json " + path("r.json"));
  EXPECT_EQ(o.code, 124) << "it was over before";
  EXPECT_EQ(o.err,
            "\ndcnsim: interrupted: outputs appear only when complete, so none is cut short\n");
  EXPECT_FALSE(fs::exists(path("r.json")));
  const Outcome cached = run("timeout -s INT 1 " + std::string(DCNSIM_COMMAND),
                             "run --jobs 1 --check --cache " + path("cache"));
  EXPECT_EQ(cached.code, 124) << "it was over before";
  EXPECT_EQ(
      unwrapped(cached.err),
      "dcnsim: interrupted: outputs appear only when complete, so none is cut short; mappings "
      "and calibrations found so far are in the cache, for the same command");
}

TEST_F(SurfaceTest, a_cache_that_was_asked_for_must_be_writable) {
  expect_answer("map --cache /proc/cache", {"--cache: /proc/cache"}, 2);
}

TEST_F(SurfaceTest, names_that_are_near_are_suggested) {
  expect_answer("rum", {"rum: no such command", "did you mean \"run\"?", "(see dcnsim --help)"}, 2);
  expect_answer("sweep shwo s.sqlite", {"did you mean \"show\"?", "(see dcnsim sweep --help)"}, 2);
  expect_answer("sweep exprot", {"did you mean \"export\"?"}, 2);
  expect_answer("run --acelerator small_edge",
                {"--acelerator", "did you mean \"--accelerator\"?", "(see dcnsim run --help)"}, 2);
  expect_answer("run --limt=3", {"--limt: ", "did you mean \"--limit\"?"}, 2);
  expect_answer("run -jobs 3", {"did you mean \"--jobs\"?"}, 2);
  expect_answer("run --accelerator smal_edge", {"did you mean \"small_edge\"?"}, 1);
  expect_answer("map --accelerator large_egde", {"did you mean \"large_edge\"?"}, 1);
  expect_answer("run cifar10_plan7", {"did you mean \"cifar10_plain7\"?"}, 1);
  expect_answer("quantize cifar10_rse8 -o q.onnx", {"did you mean \"cifar10_res8\"?"}, 1);
  expect_answer("inspect cifar10_plan7", {"did you mean \"cifar10_plain7\"?"}, 1);
  expect_answer("inspect nosuch", {"small_edge_serial", "cifar10_plain7"}, 1);
  expect_answer("map --layer conv66 --no-cache --calibration " + calibration_,
                {"did you mean \"conv6\"?"}, 2);
  expect_answer("run --accelerator SMALL_EDGE", {"did you mean \"small_edge\"?"}, 1);
  expect_answer("run --timing lit", {"\"lit\", expected one of auto, lt, at", "\"lt\"?"}, 2);
  changed("dataflow: weight", "dataflow: wieght");
  expect_answer("run --accelerator m.yaml",
                {"array.dataflow: wieght-stationary", "did you mean \"weight-stationary\"?"}, 1);
  expect_answer("experiment bit-fusoin", {"did you mean \"bit-fusion\"?"}, 2);
}

TEST_F(SurfaceTest, what_stands_in_the_wrong_place_is_told_its_own) {
  fs::copy(kPreset, path("machine.yaml"));
  spill(path("widths.yaml"), "layers: {conv0: {weights: 4}}\n");
  spill(path("study.yaml"), "axes:\n  - array.rows: [8, 16]\n");
  spill(path("r.json"), "{\"schema\": \"dcnsim.run/1\"}");
  spill(path("t.json"), "{\"traceEvents\": []}");
  expect_answer("run small_edge", {"an accelerator preset: --accelerator small_edge"}, 2);
  expect_answer("run machine.yaml", {"an accelerator file: --accelerator machine.yaml"}, 2);
  expect_answer("run cifar10_plain7 small_edge", {"preset: --accelerator small_edge"}, 2);
  expect_answer("map study.yaml", {"a sweep file: dcnsim sweep study.yaml"}, 2);
  expect_answer("run r.json", {"the result of a run: dcnsim report r.json"}, 2);
  expect_answer("run t.json", {"a trace: dcnsim timeline t.json"}, 2);
  spill(path("t"), std::string("\x0a\x13\x50\x01\x68\x01\xe2\x03\x0c", 9));
  expect_answer("run t", {"a trace: dcnsim timeline t"}, 2);
  expect_answer("inspect t.json", {"a trace: dcnsim timeline t.json"}, 2);
  expect_answer("inspect study.yaml", {"a sweep file: dcnsim sweep study.yaml"}, 2);
  expect_answer("inspect widths.yaml", {"a file of widths"}, 2);
  expect_answer("sweep machine.yaml", {"an accelerator file, expected a sweep file"}, 2);
  expect_answer("run --accelerator cifar10_plain7", {"a network, expected an accelerator"}, 2);
  expect_answer("allocate --accelerator study.yaml", {"a sweep file, expected an accelerator"}, 2);
  expect_answer("run --plot x.svg", {"it is one of dcnsim quantize, dcnsim allocate"}, 2);
  expect_answer("run --kernels scalar", {"belongs before the command"}, 2);
  const std::string not_widths = "an accelerator file, expected a file of widths";
  expect_answer("run --widths machine.yaml", {"--widths: machine.yaml: that is " + not_widths}, 2);
  expect_answer("map --mapping widths.yaml", {"a file of widths, expected a mapping"}, 2);
  expect_answer("run --images machine.yaml", {"expected a file of images"}, 2);
  expect_answer("quantize cifar10_res8 -o q.onnx --calibration small_edge",
                {"--calibration: small_edge: that is an accelerator preset"}, 2);
  expect_answer("timeline r.json --layer conv1 -o a.svg", {"expected a trace"}, 2);
  expect_answer("report machine.yaml -o r.html", {"expected the result of a run"}, 2);
  expect_answer("sweep show r.json", {"the result of a run, expected the store of a sweep"}, 2);
  expect_answer("run --network cifar10_plain7", {"--network: stands without an option"}, 2);
  expect_answer("help", {"did you mean \"dcnsim --help\"?"}, 2);
  expect_answer("help run", {"did you mean \"dcnsim run --help\"?"}, 2);
  expect_answer("help sweep show", {"did you mean \"dcnsim sweep show --help\"?"}, 2);
  expect_answer("version", {"did you mean \"dcnsim --version\"?"}, 2);
  expect_answer("run -V", {"did you mean \"dcnsim --version\"?"}, 2);
  expect_answer("r.json", {"the result of a run: dcnsim report r.json"}, 2);
  expect_answer("small_edge", {"preset: dcnsim run --accelerator small_edge"}, 2);
  expect_answer("cifar10_plain7", {"a network: dcnsim run cifar10_plain7"}, 2);
  expect_answer("study.yaml", {"a sweep file: dcnsim sweep study.yaml"}, 2);
  expect_answer("--limit 1 run", {"--limit: belongs after the command: dcnsim run --limit"}, 2);
  expect_answer("inspect small_edge large_edge", {"large_edge", "an argument too many"}, 2);
  expect_answer("quantize small_edge -o q.onnx", {"preset, expected a network"}, 2);
  spill(path("map.yaml"), "layers:\n  conv0:\n    tile_h: 4\n");
  expect_answer("run map.yaml", {"that is a mapping: --mapping map.yaml"}, 2);
  spill(path("g.sqlite"), std::string("SQLite format 3\0\1\2", 18));
  expect_answer("inspect g.sqlite", {"the store of a sweep: dcnsim sweep show g.sqlite"}, 2);
  expect_answer("report r.json -o page.pdf", {"page.pdf", "ends in .html"}, 2);
}

TEST_F(SurfaceTest, numbers_are_answered_with_their_range_and_exit_with_2) {
  const std::string of_width = "expected a number 1..16";
  expect_answer("run --limit 0", {"--limit: 0, expected a number from 1 on"}, 2);
  expect_answer("run --limit -3", {"--limit: -3, expected a number from 1 on"}, 2);
  expect_answer("run --limit many", {"--limit: \"many\", expected a whole number from 1 on"}, 2);
  expect_answer("run --limit 1.5", {"--limit: 1.5, expected a whole number"}, 2);
  expect_answer("run --limit 1e3", {"--limit: 1e3, expected a whole number from 1 on"}, 2);
  expect_answer("run --limit 99999999999999999999", {"expected a number 1..9223372036854775807"},
                2);
  expect_answer("run -w 17", {"--weights: 17, " + of_width}, 2);
  expect_answer("run -w eight", {"--weights: \"eight\", expected a whole number 1..16"}, 2);
  expect_answer("quantize cifar10_res8 -o q.onnx -a 0", {"--activations: 0, " + of_width}, 2);
  expect_answer("run --zeros 2", {"--zeros: 2, expected a number 0..1"}, 2);
  expect_answer("run --zeros nan", {"--zeros: nan, expected a number 0..1"}, 2);
  expect_answer("allocate --max-size 0", {"--max-size: 0, expected a number above 0"}, 2);
  expect_answer("allocate --max-energy inf", {"--max-energy: inf, expected a number above 0"}, 2);
  expect_answer("timeline t.json --layer conv1 --from 50 --to 20 -o a.svg",
                {"--from 50 is after --to 20"}, 2);
  expect_answer("run --limit", {"--limit: expected one value, N"}, 2);
  // A leading zero means nothing.
  EXPECT_EQ(here("run --no-images --no-cache -w 08 -a 010 --calibration " + calibration_).code, 0);
}

TEST_F(SurfaceTest, values_at_odds_with_the_request_exit_with_2) {
  const std::string run = "run --limit 1 --no-cache --calibration " + calibration_;
  expect_answer(run + " --dump conv9=c.npy", {"--dump: \"conv9\", expected one of conv"}, 2);
  expect_answer(run + " --zeros 0.5", {"--zeros: images have their own"}, 2);
  expect_answer("allocate --no-cache --bounds conv9=4 --calibration " + calibration_,
                {"--bounds: conv9: no such tensor"}, 2);
  expect_answer("quantize cifar10_res8 --plot x.pdf -o q.onnx",
                {"--plot: x.pdf: a picture's name ends in .svg"}, 2);
  expect_answer("timeline t.json --layer conv1 -o a.jpg",
                {"--output: a.jpg: a picture's name ends in"}, 2);
  expect_answer("run --trace-image 1", {"--trace-image: needs --trace or --vcd"}, 2);
  expect_answer("run --trace-format json", {"--trace-format: needs --trace"}, 2);
}

TEST_F(SurfaceTest, values_too_many_too_few_and_empty_are_told) {
  expect_answer("run --limit 1 --limit 2", {"--limit: given twice (see"}, 2);
  expect_answer("run -w 4 -w 5 --weights 6", {"--weights: given 3 times"}, 2);
  expect_answer("run --check=banana", {"--check: takes no value"}, 2);
  expect_answer("run --check=yes", {"--check: takes no value"}, 2);
  expect_answer("map --no-cache=3", {"--no-cache: takes no value"}, 2);
  expect_answer("run --pixels ''", {"--pixels: \"\", expected CONVENTION"}, 2);
  expect_answer("map --layer ''", {"--layer: \"\", expected LAYER"}, 2);
  expect_answer("run --images ''", {"--images: \"\", expected PATH"}, 2);
  expect_answer("run ''", {"network: \"\", expected FILE|NAME"}, 2);
  expect_answer("''", {"\"\": no such command"}, 2);
}

TEST_F(SurfaceTest, options_that_contradict_or_have_no_effect_are_refused) {
  expect_answer("map --no-cache --cache foo", {"--cache: not together with --no-cache"}, 2);
  expect_answer("run --no-images --limit 1", {"--limit: not together with --no-images"}, 2);
  expect_answer("experiment bit-fusion --limit 3", {"--limit: has no effect on bit-fusion"}, 2);
  expect_answer("experiment bit-fusion --network cifar10_res8", {"--network: has no effect"}, 2);
  expect_answer("experiment quantizer-tables --accelerator small_edge",
                {"--accelerator: has no effect on quantizer-tables"}, 2);
  spill(path("study.yaml"), "axes:\n  - array.rows: [8, 16]\n");
  expect_answer("allocate --bounds conv1=8 --bounds conv1=9", {"--bounds: conv1 given twice"}, 2);
  expect_answer("sweep study.yaml --shard 3/2", {"--shard: 3/2, expected K/N"}, 2);
}

/// Classes: beyond a table, a name that no table has, a size that is no multiple.
TEST_F(SurfaceTest, what_shows_after_parsing_names_file_line_and_key) {
  const struct {
    const char *from, *to, *key, *expected;
  } cases[] = {
      {"capacity_bytes: 32KiB", "capacity_bytes: 64", "buffers.input.capacity_bytes: 64",
       "expected 4096..4194304 (sram.csv"},
      {"word_bits: 64", "word_bits: 8", "buffers.input.word_bits: 8", "expected"},
      {"buffer_bytes: 16KiB", "buffer_bytes: 8KiB", "accumulator.buffer_bytes: 8192",
       "expected 16384..16777216 (sram.csv"},
      {"buffer_bytes: 16KiB", "buffer_bytes: 32", "accumulator.buffer_bytes: 32",
       "expected at least 64"},
      {"preset: lpddr4_3200_x16_6gb", "preset: lpddr4", "dram.preset: \"lpddr4\"",
       "did you mean \"lpddr4_3200_x16_6gb\"?"},
      {"technology: nangate45", "technology: nangate54", "cost.technology: nangate54",
       "did you mean \"nangate45\"?"},
  };
  for (const auto& c : cases) {
    const auto [file, line] = changed(c.from, c.to);
    for (const char* command : {"run --no-images --accelerator m.yaml", "map --accelerator m.yaml",
                                "allocate --accelerator m.yaml", "inspect m.yaml"}) {
      expect_answer(command, {"m.yaml:" + std::to_string(line) + ": " + c.key, c.expected}, 1);
    }
  }
  spill(path("widths.yaml"), "weights: 8\nlayers:\n  conv9: {weights: 4}\n");
  expect_answer("run --no-images --widths widths.yaml --calibration " + calibration_,
                {"widths.yaml:3: layers.conv9: the network has no such layer"}, 1);
}

TEST_F(SurfaceTest, a_limit_beyond_the_images_is_noted) {
  spill(path("two.bin"), slurp(calibration_).substr(0, 2 * 3073));
  const std::string of_two = " --images two.bin --no-cache --calibration " + calibration_;
  const Outcome run = here("run --limit 5000" + of_two);
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(run.err, "note: --limit 5000: there are 2 images\n");
  EXPECT_EQ(here("run --limit 2" + of_two).err, "");
  EXPECT_NE(here("quantize cifar10_res8 -o q.onnx --images two.bin --limit 3 --calibration " +
                 calibration_)
                .err.find("--limit 3: there are 2 images"),
            std::string::npos);
}

TEST_F(SurfaceTest, test_images_from_which_formats_were_chosen_are_warned_of) {
  const std::string quantize = "quantize cifar10_res8 -o q.onnx --calibration " + calibration_;
  EXPECT_NE(here(quantize + " --images " + calibration_).out.find("--calibration and --images are"),
            std::string::npos);
  EXPECT_EQ(here(quantize).out.find("warning"), std::string::npos);
}

TEST_F(SurfaceTest, what_inspect_prints_of_a_preset_is_an_accelerator_file) {
  for (const auto& preset : fs::directory_iterator(kSource + "/models/arch/presets")) {
    const std::string name = preset.path().stem().string();
    spill(path("mine.yaml"), here("inspect " + name).out);
    const Outcome again = here("inspect mine.yaml");
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_EQ(again.out, slurp(path("mine.yaml"))) << name;
  }
}

TEST_F(SurfaceTest, a_new_machine_is_a_preset_with_its_comments) {
  const Outcome printed = here("new-machine small_edge");
  EXPECT_EQ(printed.code, 0) << printed.err;
  EXPECT_EQ(printed.out, slurp(kPreset));
  EXPECT_EQ(here("new-machine large_edge -o new.yaml").code, 0);
  const Outcome run_with_it = here("map --accelerator new.yaml");
  EXPECT_EQ(run_with_it.code, 0) << run_with_it.err;
  expect_answer("new-machine smal_edge", {"small_edge_serial, ", "did you mean \"small_edge\"?"},
                2);
  expect_answer("new-machine new.yaml", {"no such accelerator preset"}, 2);
}

TEST_F(SurfaceTest, experiments_write_where_they_are_told_or_here) {
  ASSERT_EQ(here("experiment bit-fusion").code, 0);
  EXPECT_TRUE(fs::exists(path("bit_fusion.md")));
  const std::string defaults = here("experiment --help").out;
  EXPECT_NE(defaults.find("-o,--output FOLDER"), std::string::npos);
}

TEST_F(SurfaceTest, help_has_examples_of_its_command_and_no_type_names_of_a_library) {
  for (const char* command : {"run", "quantize", "allocate", "finetune", "map", "compile",
                              "experiment", "inspect", "timeline", "sweep", "sweep show",
                              "sweep export", "sweep merge", "sweep slurm", "report"}) {
    const std::string help = here(command + std::string(" --help")).out;
    const std::size_t examples = help.find("\nExamples\n");
    ASSERT_NE(examples, std::string::npos) << command;
    EXPECT_NE(help.find(std::string("  dcnsim ") + command, examples), std::string::npos)
        << command;
    for (const char* type : {" INT", " UINT", " FLOAT", " TEXT", "[1 - "}) {
      EXPECT_EQ(help.find(type), std::string::npos) << command << type << "\n" << help;
    }
  }
  EXPECT_EQ(here("run --help").out.find("[["), std::string::npos);
  EXPECT_NE(here("--help").out.find("130  interrupted"), std::string::npos);
  const std::string version = here("--version").out;
  for (const char* part : {"(revision ", "SystemC ", "CLI11 ", "SQLite "}) {
    EXPECT_NE(version.find(part), std::string::npos) << part << version;
  }
}

}  // namespace
}  // namespace dcnsim
