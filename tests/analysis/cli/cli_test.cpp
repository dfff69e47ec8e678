// SPDX-License-Identifier: Apache-2.0
// The dcnsim command as its users meet it: exit codes, one-line errors, results that survive.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "models/numeric/instruction_set.h"
#include "tests/analysis/cli/command_runner.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const std::string kNetwork = kSource + "/workloads/networks/cifar10_plain7_float.onnx.gz";
const std::string kImages = kSource + "/workloads/cifar10/test_1000.bin";
const std::string kPreset = kSource + "/models/arch/presets/small_edge.yaml";

class CliTest : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    result_ = path("earlier.json");
    spill(result_, "an earlier result\n");
  }

  /// `run` with these arguments fails with one line that holds every one of `parts`, and leaves an
  /// earlier result as it was.
  void expect_refused(const std::string& arguments, const std::vector<std::string>& parts,
                      int code = 1) const {
    expect_one_line_error("run --limit 2 --calibration " + calibration_ + " --json " +
                              result_.string() + " " + arguments,
                          parts, code);
    EXPECT_EQ(slurp(result_), "an earlier result\n");
  }

  /// The small_edge preset with `from` replaced by `to`.
  std::string accelerator(const std::string& from, const std::string& to) const {
    std::string yaml = slurp(kPreset);
    const std::size_t at = yaml.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    yaml.replace(at, from.size(), to);
    const std::string file = path("accelerator.yaml");
    spill(file, yaml);
    return file;
  }

  fs::path result_;
};

TEST_F(CliTest, help_teaches_and_version_is_printed) {
  const Outcome help = dcnsim("--help");
  EXPECT_EQ(help.code, 0);
  for (const char* word : {"run", "quantize", "inspect", "Examples"}) {
    EXPECT_NE(help.out.find(word), std::string::npos) << word;
  }
  const Outcome run_help = dcnsim("run --help");
  EXPECT_EQ(run_help.code, 0);
  for (const auto& preset : fs::directory_iterator(kSource + "/models/arch/presets")) {
    EXPECT_NE(run_help.out.find(preset.path().stem().string()), std::string::npos) << preset;
  }
  EXPECT_EQ(dcnsim("--version").out.rfind("dcnsim ", 0), 0u);
}

TEST_F(CliTest, usage_errors_exit_with_2) {
  EXPECT_EQ(dcnsim("").code, 2);
  EXPECT_EQ(dcnsim("fly").code, 2);
  EXPECT_EQ(dcnsim("run --no-such-option").code, 2);
  EXPECT_EQ(dcnsim("run --limit 0").code, 2);
  EXPECT_EQ(dcnsim("run --limit -3").code, 2);
  EXPECT_EQ(dcnsim("run --jobs 0").code, 2);
  EXPECT_EQ(dcnsim("run --dataflow sideways").code, 2);
  EXPECT_EQ(dcnsim("quantize " + kNetwork).code, 2);
}

TEST_F(CliTest, networks_and_accelerators_that_come_with_it_go_by_name) {
  const Outcome by_name = dcnsim("inspect cifar10_res8");
  EXPECT_EQ(by_name.code, 0) << by_name.err;
  const std::string file = kSource + "/workloads/networks/cifar10_res8_float.onnx.gz";
  EXPECT_EQ(kSource + "/" + by_name.out, dcnsim("inspect " + file).out);
  const Outcome run = dcnsim("run cifar10_res8 --accelerator large_edge --limit 1");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.out.find("cifar10_res8 on large_edge"), std::string::npos) << run.out;
  for (const char* command : {"run ", "map ", "allocate -o x.onnx ", "quantize -o x.onnx "}) {
    expect_one_line_error(command + std::string("cifar10_res9"),
                          {"cifar10_res9: no such network (", "cifar10_plain7, cifar10_res8"}, 1);
  }
  expect_one_line_error("inspect small_egde", {"small_egde: no such accelerator preset"}, 1);
}

TEST_F(CliTest, broken_networks_are_named) {
  spill(path("cut.onnx"), unpacked(kNetwork).substr(0, 100000));
  expect_refused(path("cut.onnx"), {"cut.onnx"});
  spill(path("garbage.onnx"), std::string(5000, '\x9d'));
  expect_refused(path("garbage.onnx"), {"garbage.onnx"});
  spill(path("empty.onnx"), "");
  expect_refused(path("empty.onnx"), {"empty.onnx"});
  expect_refused(path("missing.onnx"), {"missing.onnx"});
}

TEST_F(CliTest, broken_image_files_are_named) {
  spill(path("short.bin"), slurp(kImages).substr(0, 5000));
  expect_refused("--images " + path("short.bin"), {"short.bin", "size: 5000", "3073"});
  std::string bytes = slurp(kImages).substr(0, 2 * 3073);
  bytes[3073] = 10;
  spill(path("label.bin"), bytes);
  expect_refused("--images " + path("label.bin"), {"label.bin", "record 1", "label: 10", "0..9"});
  expect_refused("--images " + path("missing.bin"), {"missing.bin"});
  const Outcome o = dcnsim("run --limit 1 --calibration " + path("short.bin"));
  EXPECT_EQ(o.code, 1);
  EXPECT_NE(o.err.find("short.bin: size: 5000"), std::string::npos) << o.err;
}

TEST_F(CliTest, broken_accelerators_name_file_and_field) {
  expect_refused("--accelerator " + accelerator("clock_mhz", "clock_mzh"),
                 {"accelerator.yaml", "clock_mzh", "did you mean", "clock_mhz"});
  for (const char* rows : {"0", "-4", "100000", "1e9", "many"}) {
    expect_refused("--accelerator " + accelerator("rows: 16", std::string("rows: ") + rows),
                   {"accelerator.yaml", "array.rows", rows});
  }
  expect_refused("--accelerator " + accelerator("capacity_bytes: 32KiB", "capacity_bytes: 3"),
                 {"accelerator.yaml", "capacity_bytes", "3"});
  expect_refused("--accelerator " + accelerator("lpddr4_3200_x16_6gb", "sdram"), {"sdram"});
  spill(path("garbage.yaml"), "{[}:\n\t- ]");
  expect_refused("--accelerator " + path("garbage.yaml"), {"garbage.yaml"});
  expect_refused("--accelerator middling_edge", {"middling_edge", "small_edge"});
}

TEST_F(CliTest, tiles_that_cannot_fit_say_which_buffer_lacks_how_many_bytes) {
  spill(path("tiles.yaml"),
        "layers: {conv1: {tile_h: 15, tile_w: 15, tile_in: 48, order: pixels-outer}}\n");
  expect_refused("--mapping " + path("tiles.yaml") + " --accelerator " +
                     accelerator("capacity_bytes: 32KiB  # a half holds 4",
                                 "capacity_bytes: 4KiB  # a half holds 4"),
                 {"tiles.yaml", "layers.conv1", "input buffer", "lacks", "bytes"});
}

TEST_F(CliTest, widths_outside_1_to_16_are_refused) {
  for (const char* bits : {"0", "17", "-1", "1000000"}) {
    expect_refused(std::string("--weights=") + bits, {"--weights", bits, "1..16"}, 2);
    expect_refused(std::string("--activations=") + bits, {"--activations", bits, "1..16"}, 2);
    spill(path("widths.yaml"), std::string("layers: {conv0: {weights: ") + bits + "}}\n");
    expect_refused("--widths " + path("widths.yaml"), {"widths.yaml", "conv0", bits});
  }
  spill(path("widths.yaml"), "layers: {conv99: {weights: 4}}\n");
  expect_refused("--widths " + path("widths.yaml"), {"conv99"});
}

TEST_F(CliTest, endless_files_are_refused_without_reading_them) {
  expect_refused("/dev/zero", {"/dev/zero"});
  expect_refused("--widths /dev/zero", {"/dev/zero"});
  expect_refused("--images /dev/zero", {"/dev/zero"});
  expect_refused("--accelerator /dev/zero", {"/dev/zero"});
  EXPECT_EQ(dcnsim("run --calibration /dev/zero").err, "dcnsim: /dev/zero: not a regular file\n");
}

TEST_F(CliTest, an_error_is_one_line_whatever_the_name_holds) {
  expect_refused("'" + path("two\nlines\x1b[2J.onnx") + "'", {"two lines [2J.onnx"});
}

TEST_F(CliTest, outputs_that_cannot_be_written_are_refused_before_the_work) {
  const Outcome o = dcnsim("run --json " + path("nowhere/out.json"));
  EXPECT_EQ(o.code, 1);
  EXPECT_NE(o.err.find("/nowhere/out.json"), std::string::npos);
  const Outcome q = dcnsim("quantize " + kNetwork + " -o " + folder_.string());
  EXPECT_EQ(q.code, 1);
  EXPECT_NE(q.err.find("cannot be written: a folder"), std::string::npos) << q.err;
  // No permission bit says so, and it holds for the superuser too.
  const Outcome special = dcnsim("run missing.onnx --json /proc/out.json");
  EXPECT_NE(special.err.find("/proc/out.json: cannot be written"), std::string::npos)
      << special.err;
  for (const char* nothing : {"run missing.onnx --json ''", "quantize missing.onnx -o ''"}) {
    const Outcome empty = dcnsim(nothing);
    EXPECT_EQ(empty.code, 2) << nothing;
    EXPECT_NE(empty.err.find(": \"\", expected FILE|-"), std::string::npos) << empty.err;
  }
  fs::create_symlink(path("no_such_folder") + "/out.json", path("link.json"));
  EXPECT_NE(dcnsim("run missing.onnx --json " + path("link.json")).err.find("link to nowhere"),
            std::string::npos);
}

TEST_F(CliTest, an_output_that_was_checked_leaves_nothing_behind) {
  ASSERT_EQ(dcnsim("run missing.onnx --json " + path("out.json")).code, 1);
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) {
    EXPECT_EQ(entry.path().filename().string().find("out.json"), std::string::npos) << entry;
  }
}

TEST_F(CliTest, a_full_standard_output_is_an_error) {
  EXPECT_EQ(dcnsim("inspect small_edge >/dev/full").code, 1);
}

TEST_F(CliTest, quantize_that_fails_leaves_an_earlier_network_untouched) {
  const std::string quantize =
      "quantize " + kNetwork + " --calibration " + calibration_ + " -o " + path("q.onnx");
  spill(path("q.onnx"), "an earlier network");
  const std::pair<const char*, int> mistakes[] = {{" -w 0", 2},
                                                  {" -a 17", 2},
                                                  {" --evaluate /no/such/images.bin", 1},
                                                  {" --widths /no/such/widths.yaml", 1}};
  for (const auto& [wrong, code] : mistakes) {
    const Outcome o = dcnsim(quantize + wrong);
    EXPECT_EQ(o.code, code) << wrong;
    EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
    EXPECT_EQ(slurp(path("q.onnx")), "an earlier network") << wrong;
  }
  EXPECT_EQ(dcnsim(quantize + " --limit 3").code, 2);  // of what is not evaluated
}

TEST_F(CliTest, quantize_reports_both_accuracies_for_any_number_of_processes) {
  const std::string quantize = "quantize " + kNetwork + " --calibration " + calibration_ + " -o " +
                               path("q.onnx") + " --evaluate " + kImages + " --limit 20 --jobs ";
  const Outcome one = dcnsim(quantize + "1");
  EXPECT_EQ(one.code, 0) << one.err;
  for (const char* part :
       {"conv0.weight", "SQNR dB", "accuracy, float", "accuracy, fixed point", "of 20 images"}) {
    EXPECT_NE(one.out.find(part), std::string::npos) << part << "\n" << one.out;
  }
  EXPECT_EQ(dcnsim(quantize + "2").out, one.out);
}

TEST_F(CliTest, results_do_not_depend_on_the_number_of_processes) {
  const std::string run = "run --limit 9 --calibration " + calibration_ + " --json ";
  ASSERT_EQ(dcnsim(run + path("one.json") + " --jobs 1").code, 0);
  ASSERT_EQ(dcnsim(run + path("three.json") + " --jobs 3").code, 0);
  EXPECT_EQ(slurp(path("one.json")), slurp(path("three.json")));
}

TEST_F(CliTest, results_do_not_depend_on_the_kernels) {
  const std::string quantize = " quantize " + kNetwork + " -w 6 -a 5 --calibration " + calibration_;
  const std::string run = " run --limit 2 --calibration " + calibration_;
  std::vector<std::string> networks, results;
  for (const InstructionSet set : available_instruction_sets()) {
    const std::string name(to_string(set));
    ASSERT_EQ(dcnsim("--kernels " + name + quantize + " -o " + path(name + ".onnx")).code, 0);
    ASSERT_EQ(this->run("DCNSIM_KERNEL=" + name + " " + DCNSIM_COMMAND,
                        run + " --json " + path(name + ".json"))
                  .code,
              0);
    networks.push_back(slurp(path(name + ".onnx")));
    results.push_back(slurp(path(name + ".json")));
    EXPECT_EQ(networks.back(), networks.front()) << name;
    EXPECT_EQ(results.back(), results.front()) << name;
  }
  EXPECT_FALSE(networks.front().empty() || results.front().empty());
}

TEST_F(CliTest, kernels_that_are_not_there_are_refused) {
  expect_one_line_error("--kernels mmx run", {"--kernels", "mmx, expected one of scalar"}, 2);
  // The option decides, then the environment.
  const std::string unknown = std::string("DCNSIM_KERNEL=mmx ") + DCNSIM_COMMAND;
  EXPECT_EQ(run(unknown, "--kernels scalar inspect small_edge").code, 0);
  const Outcome refused = run(unknown, "inspect small_edge");
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("DCNSIM_KERNEL: mmx, expected one of scalar"), std::string::npos)
      << refused.err;
}

TEST_F(CliTest, json_has_the_documented_fields_and_totals_are_sums) {
  ASSERT_EQ(
      dcnsim("run --limit 5 --calibration " + calibration_ + " --json " + path("r.json")).code, 0);
  const Json r = Json::parse(slurp(path("r.json")));
  EXPECT_EQ(r.at("schema"), "dcnsim.run/1");
  EXPECT_EQ(r.at("images"), 5);
  EXPECT_NEAR(r.at("accuracy").at("top1").get<double>(),
              r.at("accuracy").at("correct").get<double>() / 5, 1e-12);
  std::vector<std::string> roles;
  for (const Json& input : r.at("inputs")) {
    roles.push_back(input.at("role"));
    const std::string file = input.at("path");
    EXPECT_TRUE(fs::exists(input.at("shipped") ? kSource + '/' + file : file)) << input;
    EXPECT_EQ(input.at("sha256").get<std::string>().size(), 64u) << input;
  }
  EXPECT_EQ(roles, (std::vector<std::string>{"network", "accelerator", "images", "dram timing",
                                             "calibration"}));
  double cycles = 0, read = 0, written = 0, energy = 0;
  for (const Json& layer : r.at("layers")) {
    for (const char* field : {"name", "weight_bits", "input_bits", "output_bits", "macs", "kind",
                              "formats", "utilization", "events", "tiling"}) {
      EXPECT_TRUE(layer.contains(field)) << field;
    }
    double attributed = layer.at("compute_cycles").get<double>();
    for (const Json& stall : layer.at("stall_cycles")) attributed += stall.get<double>();
    EXPECT_EQ(attributed, layer.at("latency").at("cycles").get<double>());
    double parts = 0;
    for (const Json& part : layer.at("energy").at("by_component")) {
      EXPECT_GE(part.get<double>(), 0);
      parts += part.get<double>();
    }
    EXPECT_NEAR(parts, layer.at("energy").at("total_pj").get<double>(), 1e-6 * parts);
    double streams = 0;
    for (const Json& bytes : layer.at("traffic").at("by_stream")) streams += bytes.get<double>();
    EXPECT_EQ(streams, layer.at("traffic").at("dram_read_bytes").get<double>() +
                           layer.at("traffic").at("dram_write_bytes").get<double>());
    cycles += layer.at("latency").at("cycles").get<double>();
    read += layer.at("traffic").at("dram_read_bytes").get<double>();
    written += layer.at("traffic").at("dram_write_bytes").get<double>();
    energy += parts;
  }
  EXPECT_EQ(cycles, r.at("latency").at("cycles").get<double>());
  EXPECT_EQ(read, r.at("traffic").at("dram_read_bytes").get<double>());
  EXPECT_EQ(written, r.at("traffic").at("dram_write_bytes").get<double>());
  EXPECT_NEAR(energy, r.at("energy").at("total_pj").get<double>(), 1e-6 * energy);
  EXPECT_NEAR(r.at("latency").at("seconds").get<double>(), cycles / 200e6, 1e-9);
  EXPECT_GT(r.at("area").at("total_um2").get<double>(), 1e5);
}

TEST_F(CliTest, a_quantized_network_runs_as_if_quantized_on_the_fly) {
  const std::string widths = " --weights 6 --activations 5 --calibration " + calibration_;
  ASSERT_EQ(dcnsim("quantize " + kNetwork + widths + " -o " + path("q.onnx")).code, 0);
  ASSERT_EQ(dcnsim("run " + path("q.onnx") + " --limit 4 --check --json " + path("a.json")).code,
            0);
  ASSERT_EQ(dcnsim("run" + widths + " --limit 4 --check --json " + path("b.json")).code, 0);
  const Json a = Json::parse(slurp(path("a.json")));
  const Json b = Json::parse(slurp(path("b.json")));
  EXPECT_EQ(a.at("layers"), b.at("layers"));
  EXPECT_EQ(a.at("accuracy"), b.at("accuracy"));
  EXPECT_EQ(dcnsim("run " + path("q.onnx") + " --weights 4").code, 2);
  EXPECT_EQ(dcnsim("run " + path("q.onnx") + " --calibration " + calibration_).code, 2);
}

TEST_F(CliTest, networks_for_other_tools_round_half_to_even_only) {
  const std::string quantize = "quantize cifar10_res8 --calibration " + calibration_ + " -o ";
  ASSERT_EQ(dcnsim(quantize + path("ours.onnx")).code, 0);
  ASSERT_EQ(dcnsim(quantize + path("theirs.onnx") + " --rounding half-even").code, 0);
  EXPECT_NE(slurp(path("ours.onnx")).find("HALF_UP"), std::string::npos);
  EXPECT_EQ(slurp(path("theirs.onnx")).find("HALF_UP"), std::string::npos);
  EXPECT_NE(slurp(path("theirs.onnx")).find("ROUND"), std::string::npos);
}

TEST_F(CliTest, inspect_goes_by_what_a_file_is) {
  spill(path("network.bin"), slurp(kNetwork));
  EXPECT_NE(dcnsim("inspect " + path("network.bin")).out.find("float network"), std::string::npos);
  spill(path("model.tflite"), std::string("\x1c\0\0\0TFL3", 8) + std::string(100, '\0'));
  expect_one_line_error("inspect " + path("model.tflite"), {"model.tflite", "tflite"}, 1);
}

TEST_F(CliTest, compressed_networks_are_written_and_read_as_plain_ones) {
  const std::string quantize = "quantize " + kSource +
                               "/workloads/networks/cifar10_res8_float.onnx.gz --weights 4 "
                               "--activations 6 --calibration " +
                               calibration_ + " -o ";
  ASSERT_EQ(dcnsim(quantize + path("q.onnx")).code, 0);
  ASSERT_EQ(dcnsim(quantize + path("q.onnx.gz")).code, 0);
  EXPECT_LT(5 * fs::file_size(path("q.onnx.gz")), fs::file_size(path("q.onnx")));
  const auto shown = [&](const std::string& file) {
    const Outcome inspected = dcnsim("inspect " + path(file));
    EXPECT_EQ(inspected.code, 0) << inspected.err;
    return inspected.out.substr(path(file).size());
  };
  EXPECT_EQ(shown("q.onnx.gz"), shown("q.onnx"));
  const auto layers = [&](const std::string& file) {
    EXPECT_EQ(dcnsim("run " + path(file) + " --limit 2 --json " + path("r.json")).code, 0);
    return Json::parse(slurp(path("r.json"))).at("layers");
  };
  EXPECT_EQ(layers("q.onnx.gz"), layers("q.onnx"));
  spill(path("cut.onnx.gz"), slurp(path("q.onnx.gz")).substr(0, 1000));
  expect_refused(path("cut.onnx.gz"), {"cut.onnx.gz: its compressed data is truncated"});
}

TEST_F(CliTest, both_presets_and_dataflows_pass_the_check) {
  for (const char* preset : {"small_edge", "large_edge"}) {
    for (const char* dataflow : {"weight-stationary", "output-stationary"}) {
      const Outcome o = dcnsim(std::string("run --limit 3 --check --accelerator ") + preset +
                               " --dataflow " + dataflow + " --calibration " + calibration_);
      EXPECT_EQ(o.code, 0) << preset << " " << dataflow << ": " << o.err;
    }
  }
}

TEST_F(CliTest, machines_of_every_family_run_at_7_nm) {
  for (const char* preset : {"small_edge", "small_edge_serial", "small_edge_composable"}) {
    std::string yaml = slurp(kSource + "/models/arch/presets/" + preset + ".yaml");
    yaml = yaml.substr(0, yaml.find("cost:"));
    spill(path("7nm.yaml"), yaml + "cost: {technology: asap7, sram_node_nm: 22}\n");
    const Outcome o = dcnsim("run --verbose --limit 1 --accelerator " + path("7nm.yaml") +
                             " --calibration " + calibration_ + " --json " + path("r.json"));
    ASSERT_EQ(o.code, 0) << preset << ": " << o.err;
    EXPECT_NE(o.out.find("7 nm, asap7, 0.7 V"), std::string::npos) << o.out;
    EXPECT_EQ(Json::parse(slurp(path("r.json"))).at("extrapolated"), false);
  }
}

TEST_F(CliTest, figures_beyond_the_tables_are_refused_or_labelled_wherever_they_show) {
  std::string yaml = slurp(kPreset);
  yaml = yaml.substr(0, yaml.find("cost:")) + "cost:\n  technology: asap7\n  sram_node_nm: 22\n";
  spill(path("plain.yaml"), yaml);
  expect_refused("--weights 4 --accelerator " + path("plain.yaml"),
                 {"mac_subword.csv: no data for 4 x 8 bit", "cost.extrapolate: true would take"});

  spill(path("asked.yaml"), yaml + "  extrapolate: true\n");
  const Outcome run = dcnsim("run --limit 1 --weights 4 --accelerator " + path("asked.yaml") +
                             " --calibration " + calibration_ + " --json " + path("r.json"));
  ASSERT_EQ(run.code, 0) << run.err;
  const std::string warning =
      "EXTRAPOLATED beyond the tables: multiply, accumulate, operand_registers, "
      "accumulator_registers";
  EXPECT_NE(unwrapped(run.out).find("warning " + warning), std::string::npos) << run.out;
  const Json json = Json::parse(slurp(path("r.json")));
  EXPECT_EQ(json.at("extrapolated"), true);
  EXPECT_EQ(json.at("warnings").at(0), warning);
  EXPECT_NE(unwrapped(dcnsim("inspect " + path("r.json")).out).find(warning), std::string::npos);

  spill(path("130nm.yaml"), slurp(kPreset).substr(0, slurp(kPreset).find("cost:")) +
                                "cost: {technology: sky130hd, sram_node_nm: 45, extrapolate: true, "
                                "allow_overclock: true}\n");
  EXPECT_NE(dcnsim("inspect " + path("130nm.yaml")).out.find("EXTRAPOLATED beyond the tables: "),
            std::string::npos);
}

TEST_F(CliTest, inspect_shows_networks_and_accelerators) {
  const Outcome network = dcnsim("inspect " + kNetwork);
  EXPECT_EQ(network.code, 0) << network.err;
  EXPECT_NE(network.out.find("conv0"), std::string::npos);
  EXPECT_NE(network.out.find("1985296"), std::string::npos) << network.out;
  const Outcome machine = dcnsim("inspect large_edge");
  EXPECT_EQ(machine.code, 0) << machine.err;
  EXPECT_NE(machine.out.find("output-stationary"), std::string::npos);
  EXPECT_EQ(dcnsim("inspect " + path("missing.yaml")).code, 1);
}

TEST_F(CliTest, inspect_shows_the_result_of_a_run) {
  ASSERT_EQ(
      dcnsim("run --limit 1 --calibration " + calibration_ + " --json " + path("r.json")).code, 0);
  const Outcome o = dcnsim("inspect " + path("r.json"));
  EXPECT_EQ(o.code, 0) << o.err;
  for (const char* part : {"dcnsim.run/1", "conv6", "8/8/16", "118.69", "of 1 images", "mm2"}) {
    EXPECT_NE(o.out.find(part), std::string::npos) << part << "\n" << o.out;
  }
}

}  // namespace
}  // namespace dcnsim
