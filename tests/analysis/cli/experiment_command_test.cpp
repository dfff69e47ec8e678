// SPDX-License-Identifier: Apache-2.0
// `dcnsim experiment` end to end: every claim writes its page, table and pictures. Few images,
// small networks.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/analysis/cli/command_runner.h"
#include "tests/support/small_float_network.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

class ExperimentTest : public CommandTest {
 protected:
  std::string arguments(const std::string& claim, const std::string& network) const {
    const std::string output = " -o " + path("results");
    if (claim == "quantizer-tables") return "experiment " + claim + output;  // takes nothing else
    return "experiment " + claim + " --network " + network + " --calibration " + calibration_ +
           " --limit 16 --accelerator small_edge" + output;
  }

  /// Runs the claim and gives back its page, whose pictures and tables must exist.
  std::string page(const std::string& claim, const std::string& name,
                   const std::string& network = "cifar10_res8") const {
    const Outcome o = dcnsim(arguments(claim, network));
    EXPECT_EQ(o.code, 0) << o.err;
    const std::string text = slurp(path("results/" + name + ".md"));
    for (std::size_t at = text.find("]("); at != std::string::npos; at = text.find("](", at + 1)) {
      const std::string file = text.substr(at + 2, text.find(')', at) - at - 2);
      EXPECT_FALSE(slurp(path("results/" + file)).empty()) << file;
    }
    EXPECT_NE(text.find("dcnsim experiment " + claim), std::string::npos);
    EXPECT_EQ(text.find(path("")), std::string::npos) << "names a folder of this machine";
    return text;
  }

  /// Rows of the Markdown table whose first cell is `name`.
  static std::size_t rows(const std::string& page, const std::string& name) {
    std::size_t count = 0;
    for (std::size_t at = page.find("\n| " + name + " |"); at != std::string::npos;
         at = page.find("\n| " + name + " |", at + 1)) {
      ++count;
    }
    return count;
  }
};

TEST_F(ExperimentTest, quantizer_tables_have_16_widths_of_three_level_sets) {
  const std::string text = page("quantizer-tables", "quantizer_tables");
  EXPECT_EQ(rows(text, "1"), 3u);
  EXPECT_EQ(rows(text, "16"), 3u);
  EXPECT_NE(text.find("0.9957"), std::string::npos);  // Max 1960: Gaussian, 2 bits
}

TEST_F(ExperimentTest, additivity_compares_predictions_with_what_is_measured) {
  const std::string text = page("sqnr-additivity", "sqnr_additivity");
  EXPECT_EQ(rows(text, "8/8"), 1u);
  EXPECT_EQ(rows(text, "block1_add"), 1u);
  EXPECT_NE(text.find("SHA-256"), std::string::npos);
}

/// Hundreds of networks are mapped: of one that takes a moment.
TEST_F(ExperimentTest, rules_are_compared_at_three_accuracies) {
  save_network(mixed_network(), path("mixed.onnx"));
  const std::string text =
      page("equal-against-optimised", "equal_against_optimised", path("mixed.onnx"));
  for (const char* loss : {"0.1 points", "0.5 points", "1.0 points"}) {
    EXPECT_NE(text.find(std::string("\n| ") + loss), std::string::npos) << loss;
  }
  EXPECT_NE(text.find("16 test images"), std::string::npos);
}

TEST_F(ExperimentTest, error_grid_has_a_row_for_each_activation_width) {
  const std::string text = page("error-by-width", "error_by_width");
  for (const char* width : {"4", "6", "8", "16", "float"}) EXPECT_EQ(rows(text, width), 1u);
}

TEST_F(ExperimentTest, bit_fusion_prints_and_writes_a_row_a_layer_equal_to_the_published) {
  const Outcome o = dcnsim("experiment bit-fusion -o " + path("results"));
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_NE(o.out.find("\nconv1 | 589849  589849     0 | 799062  799062  0 |"), std::string::npos)
      << o.out;
  const std::string text = slurp(path("results/bit_fusion.md"));
  EXPECT_EQ(rows(text, "fc8"), 4u);
  const std::string csv = slurp(path("results/bit_fusion.csv"));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 9 * 5);
  EXPECT_NE(csv.find("\nbit_fusion,conv3,DRAM read bits,60948480,60948480,0\n"), std::string::npos);
}

TEST_F(ExperimentTest, bit_fusion_on_another_machine_shows_the_difference) {
  const Outcome o =
      dcnsim("experiment bit-fusion --accelerator small_edge_composable -o " + path("results"));
  ASSERT_EQ(o.code, 0) << o.err;
  const std::string text = slurp(path("results/bit_fusion.md"));
  EXPECT_NE(text.find("dcnsim experiment bit-fusion --accelerator small_edge_composable\n"),
            std::string::npos);
  EXPECT_NE(text.find("| 262156 | 131084 | +99.99 |"), std::string::npos) << "half the columns";
}

TEST_F(ExperimentTest, an_unknown_claim_is_a_usage_error) {
  EXPECT_EQ(dcnsim("experiment perpetual-motion").code, 2);
}

}  // namespace
}  // namespace dcnsim
