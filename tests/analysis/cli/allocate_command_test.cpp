// SPDX-License-Identifier: Apache-2.0
// `dcnsim allocate` end to end with few images: on the small residual network, and where only the
// same is compared with the same on one that simulates in milliseconds.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/analysis/cli/command_runner.h"
#include "tests/support/small_float_network.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

using Json = nlohmann::json;

const std::string kNetwork = kSource + "/workloads/networks/cifar10_res8_float.onnx.gz";

class AllocateTest : public CommandTest {
 protected:
  std::string arguments(const std::string& more, const std::string& network = kNetwork) const {
    return "allocate " + network + " --calibration " + calibration_ +
           " --sensitivity-images 8 --limit 16 --min-bits 3 --max-bits 9 --cache " + path("cache") +
           " " + more;
  }

  Json result(const std::string& more, const std::string& network = kNetwork) const {
    const Outcome o = dcnsim(arguments(more + " --json " + path("result.json"), network));
    EXPECT_EQ(o.code, 0) << o.err;
    return Json::parse(slurp(path("result.json")));
  }

  std::string small_network() const {
    save_network(mixed_network(), path("mixed.onnx"));
    return path("mixed.onnx");
  }

  /// A copy of the network in which every byte of one tensor's weights is `byte`.
  std::string with_weights(const std::string& tensor, char byte) const {
    std::string bytes = unpacked(kNetwork);
    // TensorProto: name (field 8), then raw_data (field 9) with its length in seven-bit groups.
    const std::string name = "\x42" + std::string(1, static_cast<char>(tensor.size())) + tensor;
    std::size_t at = bytes.find(name + "\x4a");
    if (at == std::string::npos) throw std::runtime_error("no tensor " + tensor);
    at += name.size() + 1;
    std::size_t length = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto group = static_cast<unsigned char>(bytes.at(at++));
      length |= std::size_t{group & 0x7fu} << shift;
      if (group < 0x80) break;
    }
    bytes.replace(at, length, length, byte);
    spill(path("changed.onnx"), bytes);
    return path("changed.onnx");
  }

  /// Fails before anything is written.
  void expect_refused(const std::string& more, const std::vector<std::string>& parts, int code = 1,
                      const std::string& network = kNetwork) const {
    expect_one_line_error(arguments("-o " + path("never.onnx") + " " + more, network), parts, code);
    EXPECT_FALSE(std::filesystem::exists(path("never.onnx")));
  }
};

TEST_F(AllocateTest, defaults_need_no_more_than_equal_8_bit_widths) {
  const Json json = result("");
  EXPECT_EQ(json["schema"], "dcnsim.allocate/1");
  EXPECT_EQ(json["proven"], true);
  const Json& equal = json["equal_widths"].front();
  ASSERT_EQ(equal["name"], "equal 8");
  EXPECT_GE(json["allocation"]["predicted_sqnr_db"], equal["predicted_sqnr_db"]);
  EXPECT_LT(json["allocation"]["weight_bytes"], equal["weight_bytes"]);
  double share = 0;
  double bytes = 0;
  for (const Json& tensor : json["tensors"]) {
    share += tensor["noise_share"].get<double>();
    bytes += tensor["bits"].get<double>() * tensor["elements"].get<double>() / 8;
    EXPECT_GE(tensor["bits"], 3);
    EXPECT_LE(tensor["bits"], 9);
  }
  EXPECT_GT(share, 0.2);
  EXPECT_LE(share, 1.000001);
  EXPECT_DOUBLE_EQ(bytes, json["allocation"]["weight_bytes"].get<double>());
}

/// Each between the least there is and what equal 8 bits take.
TEST_F(AllocateTest, every_goal_is_met) {
  const std::string network = small_network();
  const auto allocated = [&](const std::string& goal) {
    return result(goal, network).at("allocation");
  };
  EXPECT_GE(allocated("--target-sqnr 18")["predicted_sqnr_db"], 18 - 1e-9);
  EXPECT_LE(allocated("--max-size 0.4")["weight_bytes"], 0.4e3);
  EXPECT_LE(allocated("--max-energy 0.85")["energy_pj"], 0.85e6);
  EXPECT_LE(allocated("--max-latency 0.0067")["latency"]["seconds"], 0.0067e-3);
  const Json cheap = result("--equal-bits 5 --cost energy --noise tensor --tensors all", network);
  EXPECT_EQ(cheap["cost"]["kind"], "energy");
  EXPECT_LT(cheap["allocation"]["energy_pj"], cheap["equal_widths"].back()["energy_pj"]);
}

TEST_F(AllocateTest, a_tighter_budget_buys_less) {
  double before = 0;
  for (const char* size : {"140", "180", "220", "260"}) {
    const Json json = result(std::string("--max-size ") + size);
    EXPECT_GT(json["allocation"]["predicted_sqnr_db"], before);
    before = json["allocation"]["predicted_sqnr_db"];
  }
}

TEST_F(AllocateTest, figures_are_those_of_run) {
  const Json json = result("--equal-bits 6 -o " + path("net.onnx"));
  ASSERT_EQ(
      dcnsim("run " + path("net.onnx") + " --limit 16 --timing lt --json " + path("run.json")).code,
      0);
  const Json run = Json::parse(slurp(path("run.json")));
  EXPECT_EQ(json["allocation"]["latency"]["cycles"], run["latency"]["cycles"]);
  // But for zeros: expected from the calibration images here, those of the images there.
  const double energy_pj = run["energy"]["total_pj"];
  EXPECT_NEAR(json["allocation"]["energy_pj"], energy_pj, 0.01 * energy_pj);
  EXPECT_EQ(json["allocation"]["correct"], run["accuracy"]["correct"]);
}

TEST_F(AllocateTest, written_widths_give_the_written_network) {
  const std::string network = small_network();
  ASSERT_EQ(dcnsim(arguments("--equal-bits 6 --tensors all -o " + path("a.onnx") +
                                 " --write-widths " + path("widths.yaml"),
                             network))
                .code,
            0);
  ASSERT_EQ(dcnsim("quantize " + network + " --calibration " + calibration_ + " --widths " +
                   path("widths.yaml") + " -o " + path("b.onnx"))
                .code,
            0);
  EXPECT_EQ(slurp(path("a.onnx")), slurp(path("b.onnx")));
}

TEST_F(AllocateTest, free_scales_are_allocated_for_machines_that_multiply) {
  const std::string network = small_network();
  const std::string goal = "--equal-bits 6 --tensors all --scales per-channel -o ";
  expect_one_line_error(arguments(goal + path("a.onnx"), network),
                        {"accumulator.requantizer: shift, expected multiplier"}, 1);
  std::string machine = slurp(kSource + "/models/arch/presets/small_edge.yaml");
  machine.replace(machine.find("requantizer: shift"), 18, "requantizer: multiplier");
  spill(path("multiplies.yaml"), machine);
  const Json json = result(goal + path("a.onnx") + " --accelerator " + path("multiplies.yaml") +
                               " --write-widths " + path("widths.yaml"),
                           network);
  EXPECT_NE(json["goal"].get<std::string>().find(", scales per-channel"), std::string::npos);
  ASSERT_EQ(dcnsim("quantize " + network + " --calibration " + calibration_ + " --widths " +
                   path("widths.yaml") + " --scales per-channel -o " + path("b.onnx"))
                .code,
            0);
  EXPECT_EQ(slurp(path("a.onnx")), slurp(path("b.onnx")));
  ASSERT_EQ(dcnsim("quantize " + network + " --calibration " + calibration_ + " --widths " +
                   path("widths.yaml") + " -o " + path("b.onnx"))
                .code,
            0);
  EXPECT_NE(slurp(path("a.onnx")), slurp(path("b.onnx")));
}

TEST_F(AllocateTest, the_same_bytes_for_any_number_of_jobs_and_from_the_cache) {
  const std::string network = small_network();
  std::vector<std::string> outputs;
  const std::string files =
      " -o " + path("net.onnx") + " --write-widths " + path("w.yaml") + " --json " + path("r.json");
  for (const char* jobs : {"1", "2", "5", "3"}) {
    // Five processes find everything anew.
    if (std::string(jobs) == "5") std::filesystem::remove_all(path("cache"));
    const Outcome o = dcnsim(arguments(
        std::string("--equal-bits 6 --tensors all --cost energy --jobs ") + jobs + files, network));
    ASSERT_EQ(o.code, 0) << o.err;
    outputs.push_back(o.out + slurp(path("net.onnx")) + slurp(path("w.yaml")) +
                      slurp(path("r.json")));
    EXPECT_EQ(outputs.back(), outputs.front()) << jobs;
  }
  EXPECT_FALSE(std::filesystem::is_empty(path("cache")));
}

TEST_F(AllocateTest, the_same_curve_for_any_number_of_jobs) {
  const std::string network = small_network();
  std::vector<std::string> curves;
  for (const char* jobs : {"1", "2", "5"}) {
    const Outcome o = dcnsim(arguments(std::string("--equal-bits 6 --jobs ") + jobs + " --curve " +
                                           path("curve.csv") + " --plot " + path("curve.svg"),
                                       network));
    ASSERT_EQ(o.code, 0) << o.err;
    curves.push_back(slurp(path("curve.csv")) + slurp(path("curve.svg")));
    EXPECT_EQ(curves.back(), curves.front()) << jobs;
  }
}

TEST_F(AllocateTest, a_damaged_cache_is_measured_anew) {
  const Json fresh = result("--equal-bits 6");
  for (const auto& entry : std::filesystem::directory_iterator(path("cache"))) {
    std::string bytes = slurp(entry.path());
    bytes.resize(bytes.size() / 2);
    spill(entry.path(), bytes);
  }
  EXPECT_EQ(result("--equal-bits 6"), fresh);
}

TEST_F(AllocateTest, bounds_fix_and_limit_widths) {
  const Json json =
      result("--equal-bits 6 --bounds conv0=9 --bounds fc.weight=7 --bounds block3_conv2=3..4");
  std::map<std::string, int> bits;
  for (const Json& tensor : json["tensors"]) bits[tensor["name"]] = tensor["bits"];
  EXPECT_EQ(bits.at("conv0.weight"), 9);
  EXPECT_EQ(bits.at("fc.weight"), 7);
  EXPECT_LE(bits.at("block3_conv2.weight"), 4);
}

TEST_F(AllocateTest, first_and_last_layer_are_pinned_on_request) {
  const Json json = result("--equal-bits 5 --pin-ends 8");
  EXPECT_EQ(json["tensors"].front()["bits"], 8);
  EXPECT_EQ(json["tensors"].back()["bits"], 8);
}

TEST_F(AllocateTest, the_curve_has_all_rules_as_table_and_picture) {
  const Json json =
      result("--equal-bits 6 --curve " + path("curve.csv") + " --plot " + path("curve.svg"),
             small_network());
  const std::string csv = slurp(path("curve.csv"));
  for (const char* rule : {"equal", "paper", "measured", "hardware energy"}) {
    EXPECT_NE(csv.find(std::string("\n") + rule + ","), std::string::npos) << rule;
  }
  EXPECT_EQ(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')),
            json["curve"].size() + 1);
  // Lines go from the left to the right, however their points were found.
  const std::string svg = slurp(path("curve.svg"));
  const std::regex mark("<use xlink:href='[^']*' transform='translate\\(([0-9.]+),");
  std::size_t drawn = 0;
  for (std::size_t at = svg.find("\"gnuplot_plot_"); at != std::string::npos;) {
    const std::size_t next = svg.find("\"gnuplot_plot_", at + 1);
    const std::string series = svg.substr(at, next == std::string::npos ? next : next - at);
    std::vector<double> places;
    for (std::sregex_iterator m(series.begin(), series.end(), mark); m != std::sregex_iterator();
         ++m) {
      places.push_back(std::stod((*m)[1]));
    }
    ASSERT_GT(places.size(), 1u);
    places.pop_back();  // the legend's
    EXPECT_TRUE(std::is_sorted(places.begin(), places.end())) << "line " << drawn;
    ++drawn;
    at = next;
  }
  EXPECT_EQ(drawn, 4u);
  EXPECT_EQ(json["savings"]["weight_bytes"].size(), 9u);
}

TEST_F(AllocateTest, what_cannot_be_reached_says_what_can) {
  const std::string network = small_network();
  const auto refused = [&](const std::string& goal, const std::vector<std::string>& parts) {
    expect_refused(goal, parts, 1, network);
  };
  refused("--target-sqnr 90", {"--target-sqnr", "the best", "dB"});
  refused("--max-size 0.01", {"--max-size", "0.01", "the least", "kB"});
  refused("--max-energy 0.01", {"--max-energy", "the least", "uJ"});
  refused("--max-latency 0.001", {"--max-latency", "the least", "ms"});
}

TEST_F(AllocateTest, contradictions_are_usage_errors) {
  expect_refused("--target-sqnr 20 --max-size 100", {"--target-sqnr", "--max-size"}, 2);
  expect_refused("--max-size 100 --cost energy", {"--max-size", "--cost energy"}, 2);
  expect_refused("--target-sqnr nan", {"--target-sqnr"}, 2);
  expect_refused("--max-size inf", {"--max-size"}, 2);
  expect_refused("--bounds conv0", {"--bounds conv0", "NAME=BITS"}, 2);
  expect_refused("--bounds conv0=3..x", {"NAME=LOWEST..HIGHEST"}, 2);
}

TEST_F(AllocateTest, impossible_bounds_are_named) {
  expect_refused("--bounds conv9=4", {"--bounds: conv9", "no such tensor", "conv0"}, 2);
  expect_refused("--bounds conv0=9..3", {"--bounds conv0=9..3", "1..16"}, 2);
  expect_refused("--bounds conv0=17", {"--bounds conv0=17", "1..16"}, 2);
  expect_refused("--bounds conv0.output=5", {"conv0.output", "--tensors all"}, 2);
  expect_one_line_error("allocate " + kNetwork + " --min-bits 9 --max-bits 8",
                        {"--min-bits 9", "--max-bits 8"}, 2);
}

TEST_F(AllocateTest, bad_files_are_named) {
  spill(path("empty.bin"), "");
  expect_one_line_error("allocate " + kNetwork + " --calibration " + path("empty.bin"),
                        {"empty.bin"}, 1);
  expect_refused("--images " + path("missing.bin"), {"missing.bin"});
  expect_refused("--json " + path("nowhere/x.json"), {"/nowhere/x.json"});
  expect_refused("--plot " + path("curve.pdf"), {"--plot: ", "curve.pdf", ".svg"}, 2);
  ASSERT_EQ(dcnsim("quantize " + kNetwork + " --calibration " + calibration_ + " -o " +
                   path("fixed.onnx"))
                .code,
            0);
  expect_one_line_error(arguments("", path("fixed.onnx")), {"fixed.onnx", "fixed point"}, 1);
}

TEST_F(AllocateTest, help_fits_100_columns_and_names_every_goal) {
  const Outcome o = dcnsim("allocate --help");
  EXPECT_EQ(o.code, 0);
  for (const char* option :
       {"--equal-bits", "--target-sqnr", "--max-size", "--max-energy", "--max-latency"}) {
    EXPECT_NE(o.out.find(option), std::string::npos) << option;
  }
  std::istringstream lines(o.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("Usage: ", 0) == 0) continue;  // the command's own path
    EXPECT_LE(line.size(), 100u) << line;
  }
}

TEST_F(AllocateTest, the_table_is_shown_again_by_inspect) {
  const Outcome o = dcnsim(arguments("--equal-bits 6 --json " + path("result.json")));
  ASSERT_EQ(o.code, 0) << o.err;
  for (const char* part : {"conv0.weight", "fc.weight", "one bit less", "equal 6", "float"}) {
    EXPECT_NE(o.out.find(part), std::string::npos) << part << "\n" << o.out;
  }
  const Outcome again = dcnsim("inspect " + path("result.json"));
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.out.find(o.out), std::string::npos) << again.out << "\n" << o.out;
}

TEST_F(AllocateTest, equal_widths_out_of_bounds_are_not_compared_with) {
  const Json json = result("--max-size 200 --bounds conv0=3 --bounds fc=3");
  EXPECT_EQ(json["equal_widths"].back()["name"], "equal 8");
  ASSERT_EQ(
      dcnsim("allocate " + kNetwork + " --calibration " + calibration_ +
             " --no-cache --sensitivity-images 8 --limit 8 --min-bits 4 --max-bits 5 --json " +
             path("narrow.json"))
          .code,
      0);
  const Json narrow = Json::parse(slurp(path("narrow.json")));
  for (const Json& equal : narrow.at("equal_widths")) {
    EXPECT_EQ(equal["name"], "equal 5");
  }
}

TEST_F(AllocateTest, a_network_may_follow_bounds) {
  const Outcome o =
      dcnsim("allocate --bounds conv0=8 --bounds fc=8 " + kNetwork + " --calibration " +
             calibration_ + " --sensitivity-images 8 --limit 8 --no-cache");
  EXPECT_EQ(o.code, 0) << o.err;
}

TEST_F(AllocateTest, outputs_are_checked_before_anything_is_read) {
  const std::string none = "allocate " + path("no_network.onnx") + " ";
  expect_one_line_error(none, {"no_network.onnx"}, 1);
  expect_one_line_error(none + "--plot " + path("x.pdf"), {"x.pdf", ".svg", ".png"}, 2);
  for (const char* option : {"-o", "--write-widths", "--json", "--curve", "--plot"}) {
    expect_one_line_error(none + option + " " + path("nowhere/x.svg"), {"/nowhere/x.svg"}, 1);
  }
  expect_one_line_error(none + "-o " + path("same") + " --json " + path("same"),
                        {"--output and --json", "different files"}, 2);
  EXPECT_FALSE(std::filesystem::exists(path("same")));
}

TEST_F(AllocateTest, weights_that_are_all_zero_take_the_least_bits_with_a_warning) {
  const Outcome o = dcnsim(arguments("--equal-bits 6 --json " + path("result.json"),
                                     with_weights("block3_down_weight", '\0')));
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_NE(unwrapped(o.out).find("warning: block3_down.weight: constant"), std::string::npos)
      << o.out;
  const Json json = Json::parse(slurp(path("result.json")));
  const auto zero = std::find_if(json["tensors"].begin(), json["tensors"].end(),
                                 [](const Json& t) { return t["name"] == "block3_down.weight"; });
  ASSERT_NE(zero, json["tensors"].end());
  EXPECT_EQ((*zero)["bits"], 3);
  EXPECT_TRUE((*zero)["sqnr_db"].is_null());
}

TEST_F(AllocateTest, weights_that_are_no_numbers_are_refused) {
  expect_one_line_error(arguments("-o " + path("never.onnx"), with_weights("fc_weight", '\xff')),
                        {"changed.onnx", "fc"}, 1);
  EXPECT_FALSE(std::filesystem::exists(path("never.onnx")));
}

}  // namespace
}  // namespace dcnsim
