// SPDX-License-Identifier: Apache-2.0
// `dcnsim allocate` end to end on the small residual network, with few images.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/analysis/cli/command_runner.h"

namespace dcnsim {
namespace {

using Json = nlohmann::json;

const std::string kNetwork = kSource + "/workloads/networks/cifar10_res8_float.onnx";

class AllocateTest : public CommandTest {
 protected:
  std::string arguments(const std::string& more, const std::string& network = kNetwork) const {
    return "allocate " + network + " --calibration " + calibration_ +
           " --sensitivity-images 8 --limit 16 --min-bits 3 --max-bits 9 --cache " + path("cache") +
           " " + more;
  }

  Json result(const std::string& more) const {
    const Outcome o = dcnsim(arguments(more + " --json " + path("result.json")));
    EXPECT_EQ(o.code, 0) << o.err;
    return Json::parse(slurp(path("result.json")));
  }

  /// Fails before anything is written.
  void expect_refused(const std::string& more, const std::vector<std::string>& parts,
                      int code = 1) const {
    expect_one_line_error(arguments("-o " + path("never.onnx") + " " + more), parts, code);
    EXPECT_FALSE(std::filesystem::exists(path("never.onnx")));
  }
};

TEST_F(AllocateTest, defaults_need_no_more_than_equal_8_bit_widths) {
  const Json json = result("");
  EXPECT_EQ(json["schema"], "dcnsim.allocate/1");
  EXPECT_EQ(json["proven"], true);
  const Json& equal = json["equal_widths"].back();
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

TEST_F(AllocateTest, every_goal_is_met) {
  EXPECT_GE(result("--target-sqnr 18")["allocation"]["predicted_sqnr_db"], 18 - 1e-9);
  EXPECT_LE(result("--max-size 180")["allocation"]["weight_bytes"], 180e3);
  EXPECT_LE(result("--max-energy 180")["allocation"]["energy_pj"], 180e6);
  EXPECT_LE(result("--max-latency 1.5")["allocation"]["latency"]["seconds"], 1.5e-3);
  const Json cheap = result("--equal-bits 5 --cost energy --noise tensor --tensors all");
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
  ASSERT_EQ(dcnsim("run " + path("net.onnx") + " --limit 16 --json " + path("run.json")).code, 0);
  const Json run = Json::parse(slurp(path("run.json")));
  EXPECT_EQ(json["allocation"]["latency"]["cycles"], run["latency"]["cycles"]);
  EXPECT_NEAR(json["allocation"]["energy_pj"], run["energy"]["total_pj"], 1);
  EXPECT_EQ(json["allocation"]["correct"], run["accuracy"]["correct"]);
}

TEST_F(AllocateTest, written_widths_give_the_written_network) {
  ASSERT_EQ(dcnsim(arguments("--equal-bits 6 --tensors all -o " + path("a.onnx") +
                             " --write-widths " + path("widths.yaml")))
                .code,
            0);
  ASSERT_EQ(dcnsim("quantize " + kNetwork + " --calibration " + calibration_ + " --widths " +
                   path("widths.yaml") + " -o " + path("b.onnx"))
                .code,
            0);
  EXPECT_EQ(slurp(path("a.onnx")), slurp(path("b.onnx")));
}

TEST_F(AllocateTest, the_same_bytes_for_any_number_of_jobs_and_from_the_cache) {
  std::vector<std::string> outputs;
  for (const char* jobs : {"1", "2", "5 --no-cache", "3"}) {
    const Outcome o = dcnsim(arguments(
        std::string("--equal-bits 6 --tensors all --cost energy --jobs ") + jobs + " -o " +
        path("net.onnx") + " --write-widths " + path("w.yaml") + " --json " + path("r.json")));
    ASSERT_EQ(o.code, 0) << o.err;
    outputs.push_back(o.out + slurp(path("net.onnx")) + slurp(path("w.yaml")) +
                      slurp(path("r.json")));
    EXPECT_EQ(outputs.back(), outputs.front()) << jobs;
  }
  EXPECT_FALSE(std::filesystem::is_empty(path("cache")));
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
      result("--equal-bits 6 --curve " + path("curve.csv") + " --plot " + path("curve.svg"));
  const std::string csv = slurp(path("curve.csv"));
  for (const char* rule : {"equal", "paper", "measured", "hardware energy"}) {
    EXPECT_NE(csv.find(std::string("\n") + rule + ","), std::string::npos) << rule;
  }
  EXPECT_EQ(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')),
            json["curve"].size() + 1);
  EXPECT_NE(slurp(path("curve.svg")).find("<svg"), std::string::npos);
  EXPECT_EQ(json["savings"]["weight_bytes"].size(), 9u);
}

TEST_F(AllocateTest, what_cannot_be_reached_says_what_can) {
  expect_refused("--target-sqnr 90", {"--target-sqnr", "the best", "dB"});
  expect_refused("--max-size 10", {"--max-size", "10", "the least", "kB"});
  expect_refused("--max-energy 1", {"--max-energy", "the least", "uJ"});
  expect_refused("--max-latency 0.001", {"--max-latency", "the least", "ms"});
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
  expect_refused("--bounds conv9=4", {"conv9", "no such tensor", "conv0"});
  expect_refused("--bounds conv0=9..3", {"conv0", "9..3", "1..16"});
  expect_one_line_error("allocate " + kNetwork + " --min-bits 9 --max-bits 8", {"9..8"}, 1);
}

TEST_F(AllocateTest, bad_files_are_named) {
  spill(path("empty.bin"), "");
  expect_one_line_error("allocate " + kNetwork + " --calibration " + path("empty.bin"),
                        {"empty.bin"}, 1);
  expect_refused("--images " + path("missing.bin"), {"missing.bin"});
  expect_refused("--json /nowhere/x.json", {"/nowhere/x.json"});
  expect_refused("--plot " + path("curve.pdf"), {"curve.pdf", ".svg"});
  ASSERT_EQ(dcnsim("quantize " + kNetwork + " --calibration " + calibration_ + " -o " +
                   path("fixed.onnx"))
                .code,
            0);
  expect_one_line_error(arguments("", path("fixed.onnx")), {"fixed.onnx", "fixed point"}, 1);
}

TEST_F(AllocateTest, weights_that_are_no_numbers_are_refused) {
  std::string bytes = slurp(kNetwork);
  // Somewhere in the largest tensor of the file, a float in little-endian order.
  const std::size_t at = bytes.size() / 2 / 4 * 4;
  for (std::size_t i = 0; i < 64; ++i) bytes[at + i] = '\xff';  // every float here is NaN
  spill(path("nan.onnx"), bytes);
  expect_one_line_error(arguments("", path("nan.onnx")), {"nan"}, 1);
}

}  // namespace
}  // namespace dcnsim
