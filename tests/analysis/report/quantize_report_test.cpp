// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/quantize_report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

namespace dcnsim {
namespace {

TensorQuality tensor(const std::string& name, double noise) {
  TensorQuality quality;
  quality.name = name;
  quality.choice = {{8, 5, true, false}, 100, noise};
  quality.paper = {{8, 6, true, false}, 100, 2 * noise};
  quality.kurtosis = 3;
  DensityFit fit;
  fit.density = Density::kGaussian;
  fit.distance = 0.02;
  fit.distances = {0.1, 0.02, 0.05, 0.2};
  quality.fit = fit;
  quality.kappa = SqnrLine{-7, 5.5, 0.3};
  return quality;
}

QuantizeReport report() {
  QuantizeReport report;
  report.version = "1";
  report.inputs = {{"network", "net.onnx", "ab"}};
  report.network = "net";
  report.rule = "min-error";
  report.tensors = {tensor("conv.weight", 1), tensor("conv.output", 0)};
  report.tensors[1].fit.reset();
  report.tensors[1].kappa.reset();
  report.layers = {{"conv", 20, 19.5}, {"fc", std::numeric_limits<double>::infinity(), 30}};
  return report;
}

TEST(QuantizeReport, json_has_the_figures_and_null_for_what_is_infinite_or_missing) {
  const auto json = nlohmann::json::parse(to_json(report()));
  EXPECT_EQ(json["schema"], "dcnsim.quantize/1");
  const auto& weight = json["tensors"][0];
  EXPECT_EQ(weight["format"], "s8.5");
  EXPECT_DOUBLE_EQ(weight["sqnr_db"], 20);
  EXPECT_EQ(weight["paper_rule"]["format"], "s8.6");
  EXPECT_EQ(weight["kappa"]["db_per_bit"], 5.5);
  EXPECT_EQ(weight["density"]["nearest"], "gaussian");
  EXPECT_EQ(weight["density"]["distances"]["laplacian"], 0.05);
  const auto& exact = json["tensors"][1];
  EXPECT_TRUE(exact["sqnr_db"].is_null());
  EXPECT_TRUE(exact["kappa"].is_null());
  EXPECT_TRUE(exact["density"].is_null());
  EXPECT_EQ(json["layers"][0]["measured_sqnr_db"], 19.5);
  EXPECT_TRUE(json["layers"][1]["predicted_sqnr_db"].is_null());
}

TEST(QuantizeReport, json_stays_valid_whatever_a_layer_is_called) {
  QuantizeReport odd = report();
  odd.tensors[0].name = "\xff\"\n";
  EXPECT_FALSE(nlohmann::json::parse(to_json(odd), nullptr, false).is_discarded());
}

TEST(QuantizeReport, text_has_a_row_for_each_tensor_and_layer_within_80_columns) {
  QuantizeReport odd = report();
  odd.tensors[0].name = std::string(300, 'x') + "\x1b[31m";
  const std::string text = to_text(odd);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("-0.50"), std::string::npos);  // measured less predicted
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
}

TEST(QuantizeReport, warns_where_the_law_does_not_hold_and_nowhere_else) {
  EXPECT_TRUE(law_warnings({tensor("a", 1)}, {{"a", 20, 20 - kLawMarginDb}}).empty());
  TensorQuality coarse = tensor("coarse", 100 / std::pow(10, (kLawLowestSqnrDb - 0.1) / 10));
  TensorQuality clipped = tensor("clipped", 1);
  clipped.clipping = kStrongClipping + 0.01;
  const auto warnings =
      law_warnings({coarse, clipped}, {{"off", 20, 20 + kLawMarginDb + 0.1}, {"on", 20, 20}});
  ASSERT_EQ(warnings.size(), 3u);
  EXPECT_EQ(warnings[0].rfind("coarse: ", 0), 0u);
  EXPECT_EQ(warnings[1].rfind("clipped: ", 0), 0u);
  EXPECT_EQ(warnings[2].rfind("off: ", 0), 0u);
}

}  // namespace
}  // namespace dcnsim
