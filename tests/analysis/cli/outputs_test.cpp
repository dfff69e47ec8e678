// SPDX-License-Identifier: Apache-2.0
// Every output of every command: claimed before any work, never an input or another output, written
// whole or not at all, to pipes and devices as they are, and never in silence when it fails.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/analysis/cli/command_runner.h"
#include "tests/support/small_float_network.h"
#include "tests/support/weights_beside.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

enum class Kind {
  kStream,   ///< any file, pipe or "-"
  kPicture,  ///< a file whose ending names its format
  kImage,    ///< likewise
  kStore,    ///< a file that is changed in place
  kFolder,
};

struct Output {
  std::string option;  ///< "" for the positional argument before the inputs
  Kind kind = Kind::kStream;
  bool required = false;
};

struct Input {
  std::string option;  ///< "" for a positional argument
  std::string file;
};

/// A command line that reads files and can write each of its outputs, in the folder of prepare().
struct Command {
  std::string name;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  std::string more;     ///< what keeps it short
  bool trains = false;  ///< part of a build with libtorch only; not run to its end here
};

const std::vector<Command> kCommands = {
    {"run",
     {{"", "net.onnx"},
      {"--accelerator", "machine.yaml"},
      {"--images", "images.bin"},
      {"--calibration", "calibration.bin"},
      {"--widths", "widths.yaml"},
      {"--mapping", "mapping.yaml"}},
     {{"--json"}, {"--csv"}, {"--predictions"}, {"--trace"}, {"--vcd"}},
     "--no-cache"},
    {"map",
     {{"", "net.onnx"},
      {"--accelerator", "machine.yaml"},
      {"--calibration", "calibration.bin"},
      {"--widths", "widths.yaml"},
      {"--mapping", "mapping.yaml"}},
     {{"--output"}, {"--json"}},
     "--no-cache"},
    {"quantize",
     {{"", "net.onnx"},
      {"--calibration", "calibration.bin"},
      {"--widths", "widths.yaml"},
      {"--evaluate", "images.bin"}},
     {{"--output", Kind::kStream, true}, {"--predictions"}, {"--json"}, {"--plot", Kind::kPicture}},
     ""},
    {"allocate",
     {{"", "net.onnx"},
      {"--accelerator", "machine.yaml"},
      {"--calibration", "calibration.bin"},
      {"--images", "images.bin"}},
     {{"--output"}, {"--write-widths"}, {"--json"}, {"--curve"}, {"--plot", Kind::kPicture}},
     "--no-cache --equal-bits 5 --min-bits 4 --max-bits 6 --sensitivity-images 2"},
    {"report",
     {{"", "result.json"}},
     {{"--output", Kind::kStream, true}, {"--svg", Kind::kFolder}},
     ""},
    {"timeline", {{"", "trace.json"}}, {{"--output", Kind::kPicture, true}}, "--layer conv0"},
    {"sweep", {{"", "sweep.yaml"}}, {{"--store", Kind::kStore}}, "--no-cache"},
    {"sweep export", {{"", "store.sqlite"}}, {{"--csv"}, {"--json"}}, ""},
    {"sweep watch", {{"", "store.sqlite"}}, {{"--output"}}, ""},
    {"sweep merge", {{"", "store.sqlite"}}, {{"", Kind::kStore, true}}, ""},
    {"experiment quantizer-tables", {}, {{"--output", Kind::kFolder}}, ""},
    {"compile",
     {{"", "net.onnx"},
      {"--accelerator", "machine.yaml"},
      {"--calibration", "calibration.bin"},
      {"--widths", "widths.yaml"},
      {"--mapping", "mapping.yaml"}},
     {{"--output", Kind::kImage}, {"--header"}, {"--json"}},
     "--no-cache"},
    {"finetune",
     {{"", "net.onnx"},
      {"--calibration", "calibration.bin"},
      {"--widths", "widths.yaml"},
      {"--data", "images.bin"},
      {"--test", "images.bin"}},
     {{"--output", Kind::kStore, true}, {"--json"}},
     "--epochs 1",
     true},
    {"train", {{"--data", "images.bin"}}, {{"--output", Kind::kStore, true}}, "--epochs 1", true},
};

/// Options with a value of any text that are no files.
const std::set<std::string> kNoFiles = {"--layer", "--kernels", "--network", "--bounds", "--float",
                                        "--shard", "--point", "--pixels", "--slack",
                                        // One value names a layer and an output.
                                        "--dump"};
/// Files and folders that are read, where the table's commands name none; what is kept in a cache
/// goes under names of dcnsim's own.
const std::set<std::string> kMoreInputs = {
    "--cache",  "--results", "--allocation",         "--accelerator", "--calibration",
    "--images", "--labels",  "--calibration-labels", "--test-labels", "--start"};

std::string program_of(const Command& command) {
  return command.name == "train" ? std::string(DCNSIM_COMMAND) + "-train" : DCNSIM_COMMAND;
}

std::string subcommand_of(const Command& command) {
  return command.name == "train" ? "" : command.name;
}

std::string ending(Kind kind) {
  return kind == Kind::kPicture ? ".svg"
         : kind == Kind::kImage ? ".bin"
         : kind == Kind::kStore ? ".sqlite"
                                : ".out";
}

/// Its arguments, with values for some of its outputs; others that it must have go to files of
/// their own.
std::string line(const Command& command, const std::map<std::string, std::string>& given) {
  std::string text = subcommand_of(command);
  for (const Output& output : command.outputs) {
    const auto value = given.find(output.option);
    if (value == given.end() && !output.required) continue;
    text += " " + output.option + " '" +
            (value == given.end() ? "own" + ending(output.kind) : value->second) + "'";
  }
  for (const Input& input : command.inputs) text += " " + input.option + " " + input.file;
  return text + " " + command.more;
}

std::string option_name(const Output& output) {
  return output.option.empty() ? "merged store" : output.option;
}

class OutputsTest : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    if (prepared().empty()) prepare();
    for (const auto& [name, bytes] : prepared()) spill(path(name), bytes);
    fs::create_directory(path("folder"));
  }

  Outcome in_folder(const std::string& program, const std::string& arguments,
                    const std::string& before = "") const {
    return run("cd '" + folder_.string() + "' && " + before + " '" + program + "'", arguments);
  }
  Outcome command(const Command& command, const std::map<std::string, std::string>& outputs,
                  const std::string& redirected = "") const {
    return in_folder(program_of(command), line(command, outputs) + redirected);
  }

  /// Refused in one line with these parts, and every file in the folder is as it was.
  void expect_refused(const Command& tried, const std::map<std::string, std::string>& outputs,
                      const std::vector<std::string>& parts, int code) const {
    const std::map<std::string, std::string> before = contents();
    const Outcome o = command(tried, outputs);
    const std::string what = line(tried, outputs) + "\n" + o.err;
    EXPECT_EQ(o.code, code) << what;
    EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << what;
    EXPECT_EQ(o.out, "") << what;
    for (const std::string& part : parts) EXPECT_NE(o.err.find(part), std::string::npos) << what;
    EXPECT_EQ(contents(), before) << what;
  }

  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      if (entry.path().filename() == "stderr.txt") continue;
      files[entry.path()] = entry.is_regular_file() ? slurp(entry.path()) : "";
    }
    return files;
  }

  static std::vector<Command> present() {
    std::vector<Command> commands;
    for (const Command& command : kCommands) {
      if (!command.trains || fs::exists(std::string(DCNSIM_COMMAND) + "-train")) {
        commands.push_back(command);
      }
    }
    return commands;
  }

 private:
  /// What every command line above reads, made once.
  static std::map<std::string, std::string>& prepared() {
    static std::map<std::string, std::string> files;
    return files;
  }
  void prepare() {
    const std::string images =
        slurp(kSource + "/workloads/cifar10/test_1000.bin").substr(0, 2 * 3073);
    save_network(mixed_network(), path("net.onnx"));
    spill(path("images.bin"), images);
    spill(path("machine.yaml"), slurp(kSource + "/models/arch/presets/small_edge.yaml"));
    spill(path("widths.yaml"), "weights: 6\n");
    spill(path("sweep.yaml"),
          "network: net.onnx\naccelerator: machine.yaml\ncalibration: calibration.bin\n"
          "images: images.bin\naxes:\n  - array.rows: [8]\nallocations:\n"
          "  - equal: {weights: [6], activations: [6]}\n");
    const auto made = [&](const std::string& arguments) {
      const Outcome o = in_folder(DCNSIM_COMMAND, arguments);
      ASSERT_EQ(o.code, 0) << arguments << "\n" << o.err;
    };
    made(
        "map net.onnx --accelerator machine.yaml --calibration calibration.bin --no-cache "
        "-o mapping.yaml");
    made(
        "run net.onnx --images images.bin --calibration calibration.bin --no-cache "
        "--json result.json --trace trace.json");
    made("sweep sweep.yaml --no-cache --store store.sqlite");
    for (const char* name :
         {"net.onnx", "images.bin", "calibration.bin", "machine.yaml", "widths.yaml", "sweep.yaml",
          "mapping.yaml", "result.json", "trace.json", "store.sqlite"}) {
      prepared()[name] = slurp(path(name));
    }
  }
};

/// Options and positional arguments of a --help with the type of their value.
std::map<std::string, std::string> options_in(const std::string& help) {
  static const std::regex option(R"(^  (?:-\w,)?(?:--[\w-]+,)?(--[\w-]+|[a-z]+) (\S+).*)");
  std::map<std::string, std::string> types;
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (!std::regex_match(line, match, option)) continue;
    types[match[1]] = match[2];
  }
  return types;
}

bool is_no_path(const std::string& type) {
  static const std::regex no_path(
      R"((N|BITS|DB|KB|UJ|MS|US|MHZ|SHARE|SECONDS|RATE|ID|K/N|METRIC|BOUND|OPTION|NAME|CONVENTION|ADDRESS|SET|LAYER)\b(?!=).*|.*\{.*)");
  return std::regex_match(type, no_path);
}

TEST_F(OutputsTest, every_option_that_names_a_file_is_in_the_table) {
  std::size_t found = 0;
  for (const Command& command : present()) {
    const std::string name = command.name.substr(0, command.name.find(" quantizer"));
    const Outcome help =
        run(program_of(command), (command.name == "train" ? "" : name) + " --help");
    ASSERT_EQ(help.code, 0);
    std::set<std::string> known = kNoFiles;
    known.insert(kMoreInputs.begin(), kMoreInputs.end());
    for (const Input& input : command.inputs) known.insert(input.option);
    for (const Output& output : command.outputs) known.insert(output.option);
    for (const auto& [option, type] : options_in(help.out)) {
      if (option.rfind("--", 0) != 0 || is_no_path(type)) continue;
      ++found;
      EXPECT_EQ(known.count(option), 1u)
          << name << " " << option << " " << type << ": say in the table of this test what it is";
    }
  }
  EXPECT_GE(found, 40u);
}

/// Below "Commands" in a --help.
std::vector<std::string> commands_in(const std::string& help) {
  static const std::regex command(R"(^  ([a-z]+)  .*)");
  std::vector<std::string> names;
  std::istringstream lines(help.substr(std::min(help.find("\nCommands\n"), help.size() - 1) + 1));
  std::string line;
  std::getline(lines, line);
  for (std::smatch match; std::getline(lines, line) && !line.empty();) {
    if (std::regex_match(line, match, command)) names.push_back(match[1]);
  }
  return names;
}

TEST_F(OutputsTest, every_command_that_writes_is_in_the_table) {
  std::set<std::string> known = {"inspect", "sweep show",
                                 "sweep slurm"};  // nothing that a user names
  for (const Command& command : kCommands) {
    known.insert(command.name.substr(0, command.name.find(" quantizer")));
  }
  std::size_t found = 0;
  for (const std::string group : {"", "sweep "}) {
    for (const std::string& name : commands_in(dcnsim(group + "--help").out)) {
      ++found;
      EXPECT_EQ(known.count(group + name), 1u) << group << name << ": say what it writes";
    }
  }
  EXPECT_GE(found, 12u);
}

TEST_F(OutputsTest, no_output_is_an_input) {
  std::size_t tried = 0;
  for (const Command& command : present()) {
    for (const Output& output : command.outputs) {
      if (output.kind == Kind::kFolder) continue;
      for (const Input& input : command.inputs) {
        // A second each to start, with libtorch.
        if (command.trains && &input != &command.inputs.front()) continue;
        fs::remove(path("link"));
        fs::remove(path("hard"));
        fs::create_symlink(input.file, path("link"));
        fs::create_hard_link(path(input.file), path("hard"));
        const std::vector<std::string> spellings = {input.file, "folder/../" + input.file, "link",
                                                    "hard", "./" + input.file};
        const std::string& same = spellings[tried++ % spellings.size()];
        expect_refused(command, {{output.option, same}},
                       {option_name(output) + ": " + same + " is an input too"}, 2);
      }
    }
  }
  EXPECT_GE(tried, 50u);
}

TEST_F(OutputsTest, files_that_are_read_without_being_named_are_inputs_too) {
  fs::create_directory(path("tables"));
  for (const auto& entry : fs::directory_iterator(kSource + "/models/cost/tables")) {
    if (entry.is_regular_file()) fs::copy(entry.path(), path("tables"));
  }
  std::string machine = slurp(path("machine.yaml"));
  machine.replace(machine.find("tables: \"\""), 10, "tables: tables");
  spill(path("machine.yaml"), machine);
  expect_refused(kCommands[0], {{"--json", "tables/sram.csv"}}, {"is an input too"}, 2);
  // A sweep names its files inside its own.
  for (const char* file : {"net.onnx", "machine.yaml", "calibration.bin", "images.bin"}) {
    expect_refused(kCommands[6], {{"--store", file}}, {"is an input too"}, 2);
  }
}

TEST_F(OutputsTest, weights_beside_a_network_are_inputs_too) {
  move_weights_beside(path("net.onnx"), "net.weights");
  std::size_t tried = 0;
  for (const Command& command : present()) {
    const std::string file = command.inputs.empty() ? "" : command.inputs[0].file;
    if (file != "net.onnx" && file != "sweep.yaml") continue;
    const Output& output = command.outputs[tried++ % command.outputs.size()];
    expect_refused(command, {{output.option, "net.weights"}},
                   {"net.weights is an input too (weights of network)"}, 2);
  }
  EXPECT_GE(tried, 5u);
}

TEST_F(OutputsTest, other_weights_beside_a_network_make_another_sweep) {
  move_weights_beside(path("net.onnx"), "net.weights");
  const Command& sweep = kCommands[6];
  ASSERT_EQ(command(sweep, {{"--store", "s.sqlite"}}).code, 0);
  std::string weights = slurp(path("net.weights"));
  std::fill(weights.begin(), weights.begin() + 64, '\0');
  spill(path("net.weights"), weights);
  const Outcome other = command(sweep, {{"--store", "s.sqlite"}});
  EXPECT_EQ(other.code, 1);
  EXPECT_NE(other.err.find("was begun with another inputs"), std::string::npos) << other.err;
}

TEST_F(OutputsTest, a_dump_is_an_output) {
  const Outcome over = in_folder(DCNSIM_COMMAND,
                                 "run net.onnx --images images.bin --calibration "
                                 "calibration.bin --dump conv0=images.bin");
  EXPECT_EQ(over.code, 2);
  EXPECT_NE(over.err.find("--dump: images.bin is an input too"), std::string::npos) << over.err;
  const Outcome twice = in_folder(DCNSIM_COMMAND,
                                  "run net.onnx --images images.bin --calibration "
                                  "calibration.bin --dump conv0=a --json a");
  EXPECT_EQ(twice.code, 2);
}

TEST_F(OutputsTest, no_two_outputs_are_one_file) {
  std::size_t tried = 0;
  for (const Command& command : present()) {
    for (const Output& a : command.outputs) {
      for (const Output& b : command.outputs) {
        if (&a >= &b || a.kind == Kind::kFolder || b.kind == Kind::kFolder) continue;
        const std::string file = "both" + ending(std::max(a.kind, b.kind));
        ++tried;
        expect_refused(command, {{a.option, file}, {b.option, "folder/../" + file}},
                       {a.option, " and ", b.option, "expected different files"}, 2);
      }
    }
  }
  EXPECT_GE(tried, 18u);
}

TEST_F(OutputsTest, standard_output_is_no_other_output) {
  const Outcome two = command(kCommands[0], {{"--json", "-"}, {"--trace", "/dev/stdout"}});
  EXPECT_EQ(two.code, 2);
  const Outcome same = command(kCommands[0], {{"--json", "text"}}, " >text");
  EXPECT_EQ(same.code, 2);
  EXPECT_NE(same.err.find("standard output and --json"), std::string::npos) << same.err;
}

TEST_F(OutputsTest, what_cannot_be_written_is_told_before_any_work) {
  for (const Command& command : present()) {
    // Work would begin by missing the inputs.
    Command without_inputs = command;
    for (Input& input : without_inputs.inputs) {
      if (input.file == "net.onnx" || input.file == "images.bin") input.file = "missing.onnx";
    }
    for (const Output& output : command.outputs) {
      const std::string name = ending(output.kind);
      if (output.kind == Kind::kFolder) {
        expect_refused(without_inputs, {{output.option, "/proc/folder"}}, {"/proc/folder"}, 1);
        continue;
      }
      expect_refused(without_inputs, {{output.option, "nowhere/x" + name}},
                     {"nowhere/x" + name + ": cannot be written: there is no folder nowhere"}, 1);
      if (command.trains) continue;
      expect_refused(without_inputs, {{output.option, "folder"}}, {"folder: cannot be written"}, 1);
      expect_refused(without_inputs, {{output.option, "/proc/x" + name}}, {"/proc/x"}, 1);
      if (output.option.empty()) continue;
      expect_refused(without_inputs, {{output.option, ""}}, {output.option + ": \"\", expected "},
                     2);
      if (output.kind != Kind::kStore) continue;
      expect_refused(without_inputs, {{output.option, "-"}}, {"not a regular file"}, 1);
    }
  }
}

TEST_F(OutputsTest, streams_get_the_bytes_that_files_get_and_nothing_else) {
  for (const Command& tried : kCommands) {
    if (tried.trains) continue;
    for (const Output& output : tried.outputs) {
      if (output.kind != Kind::kStream) continue;
      const std::string what = tried.name + " " + output.option;
      const Outcome to_file = command(tried, {{output.option, "file"}});
      ASSERT_EQ(to_file.code, 0) << what << to_file.err;
      const std::string bytes = slurp(path("file"));
      ASSERT_FALSE(bytes.empty()) << what;

      const Outcome to_stream = command(tried, {{output.option, "-"}});
      EXPECT_EQ(to_stream.code, 0) << what << to_stream.err;
      EXPECT_TRUE(to_stream.out == bytes) << what;
      EXPECT_NE(to_stream.err, "") << what << ": its text is on standard error";
      for (const char* device : {"/dev/stdout", "/dev/./stdout", "/proc/thread-self/fd/1"}) {
        EXPECT_TRUE(command(tried, {{output.option, device}}).out == bytes) << what << device;
      }

      fs::remove(path("pipe"));
      ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
      std::string read;
      std::thread reader([&] { read = slurp(path("pipe")); });
      const Outcome to_pipe = command(tried, {{output.option, "pipe"}});
      reader.join();
      EXPECT_EQ(to_pipe.code, 0) << what << to_pipe.err;
      EXPECT_TRUE(read == bytes) << what;
      EXPECT_TRUE(fs::is_fifo(path("pipe"))) << what;
    }
  }
}

TEST_F(OutputsTest, a_full_device_or_a_limit_of_size_is_one_line_and_leaves_nothing) {
  for (const Command& tried : kCommands) {
    if (tried.trains) continue;
    for (const Output& output : tried.outputs) {
      const std::string what = tried.name + " " + output.option;
      if (output.kind == Kind::kStream) {
        const Outcome full = command(tried, {{output.option, "/dev/full"}});
        EXPECT_EQ(full.code, 1) << what;
        EXPECT_NE(full.err.find("/dev/full: cannot be written: No space left on device"),
                  std::string::npos)
            << what << full.err;
        EXPECT_EQ(std::count(full.err.begin(), full.err.end(), '\n'), 1) << what << full.err;
      }
      fs::remove_all(path("kept"));
      const std::map<std::string, std::string> before = contents();
      const std::map<std::string, std::string> kept{
          {output.option, "folder/kept" + ending(output.kind)}};
      // Its standard error goes to a pipe, which no limit holds for.
      const Outcome limited =
          run("cd '" + folder_.string() + "' && (ulimit -f 0; exec " + DCNSIM_COMMAND + " " +
                  line(tried, kept) + " 2>&1 >/dev/null)",
              "");
      EXPECT_NE(limited.out, "") << what;
      EXPECT_EQ(std::count(limited.out.begin(), limited.out.end(), '\n'), 1) << what << "\n"
                                                                             << limited.out;
      EXPECT_EQ(limited.out.rfind("dcnsim: ", 0), 0u) << what << "\n" << limited.out;
      for (const auto& [name, bytes] : contents()) {
        EXPECT_TRUE(before.count(name) == 1 || bytes.empty()) << what << ": " << name;
        EXPECT_EQ(name.find(".partial"), std::string::npos) << what;
      }
      fs::remove_all(path("folder"));
      fs::create_directory(path("folder"));
    }
  }
}

TEST_F(OutputsTest, closed_standard_streams_are_failures_that_harm_nothing) {
  for (const Command& tried : kCommands) {
    if (tried.trains || tried.outputs[0].kind != Kind::kStream) continue;
    const std::map<std::string, std::string> outputs{{tried.outputs[0].option, "file"}};
    ASSERT_EQ(command(tried, outputs).code, 0) << tried.name;
    const std::string bytes = slurp(path("file"));
    for (const char* closed : {" >&-", " >/dev/full"}) {
      const Outcome o = command(tried, outputs, closed);
      EXPECT_EQ(o.code, 1) << tried.name << closed;
      EXPECT_NE(o.err.find("standard output: cannot be written"), std::string::npos) << o.err;
      EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << tried.name << closed << o.err;
    }
    for (const char* closed : {" <&-", " 2>&-", " 0<&- 2>&-", " 2>/dev/full"}) {
      EXPECT_EQ(command(tried, outputs, closed).code, 0) << tried.name << closed;
      EXPECT_TRUE(slurp(path("file")) == bytes) << tried.name << closed;
    }
    EXPECT_EQ(command(tried, {{tried.outputs[0].option, "nowhere/x"}}, " 2>&-").code, 1);
  }
  for (const char* asked : {"--help", "--version", "run --help"}) {
    const Outcome o = dcnsim(std::string(asked) + " >/dev/full");
    EXPECT_EQ(o.code, 1) << asked;
    EXPECT_NE(o.err.find("standard output: cannot be written: No space left"), std::string::npos)
        << asked << o.err;
  }
}

}  // namespace
}  // namespace dcnsim
