// SPDX-License-Identifier: Apache-2.0
// What the validation page promises of the machines it compares. The page itself takes minutes;
// groups that take a moment are measured here.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "analysis/experiments/validation/anchor.h"
#include "analysis/experiments/validation/shape_network.h"

namespace dcnsim {
namespace {

const std::string kSource = DCNSIM_SOURCE_DIR;

class Validation : public testing::Test {
 protected:
  Validation() {
    for (const char* name : {"gemmini_16", "atoms_8", "bit_fusion", "small_edge",
                             "small_edge_serial", "small_edge_fully_serial"}) {
      machines_.push_back(std::make_unique<Machine>(load_machine(
          kSource + "/" + ValidationInputs::file_of(name), kSource + "/models/cost/tables")));
      experiment_.machines.push_back(machines_.back().get());
    }
    experiment_.published = kSource + "/analysis/experiments/published";
  }

  /// Every anchor names a source that the table of sources has, and a file that is there.
  void expect_origins(const AnchorGroup& group) const {
    const CsvTable table = inputs_.table("sources");
    std::set<std::string> sources;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      sources.insert(table.text(row, table.column("source")));
    }
    EXPECT_FALSE(group.anchors.empty());
    for (const Anchor& a : group.anchors) {
      EXPECT_EQ(sources.count(a.source), 1u) << a.name;
      EXPECT_TRUE(std::filesystem::exists(kSource + "/" + a.machine)) << a.machine;
      EXPECT_GT(a.published, 0) << a.name;
      EXPECT_GT(a.ours, 0) << a.name;
    }
  }

  static const Anchor& named(const AnchorGroup& group, const std::string& name) {
    for (const Anchor& a : group.anchors) {
      if (a.name == name) return a;
    }
    throw std::out_of_range(name);
  }

  std::vector<std::unique_ptr<Machine>> machines_;
  Experiment experiment_;
  const ValidationInputs inputs_{experiment_};
};

// Constants fitted to three of the six.
TEST_F(Validation, gemmini_is_met_within_6_percent_on_average_and_12_at_worst) {
  const Machine machine = inputs_.machine("gemmini_16");
  const double rtl[][4] = {{64, 64, 64, 3810},    {128, 128, 128, 10530}, {256, 256, 256, 69653},
                           {16, 512, 512, 32506}, {512, 512, 64, 74413},  {512, 512, 512, 543240}};
  double sum = 0;
  for (const auto& [pixels, reduction, channels, cycles] : rtl) {
    const FixedNetwork product = matrix_product(
        static_cast<int>(pixels), static_cast<int>(reduction), static_cast<int>(channels));
    const double error =
        std::abs(static_cast<double>(simulated_cycles(machine, product)) / cycles - 1);
    EXPECT_LE(error, 0.12) << pixels << " x " << reduction << " x " << channels;
    sum += error;
  }
  EXPECT_LE(sum / 6, 0.06);
}

TEST_F(Validation, laws_of_serial_arrays_hold_but_where_the_page_says_so) {
  const AnchorGroup group = serial_laws(inputs_);
  expect_origins(group);
  for (const Anchor& a : group.anchors) {
    if (a.name == "Loom, fully connected, both of 8 bits") {
      EXPECT_NEAR(a.error_percent(), -50, 1);
    } else if (a.source == "unpu") {
      EXPECT_NEAR(a.error_percent(), 33, 2);
    } else {
      EXPECT_NEAR(a.error_percent(), 0, 1.5) << a.name;
    }
  }
}

// Folds of SCALE-Sim by hand: conv0 has ceil(27 / 16) row tiles and 128 / 16 blocks for 1024
// pixels. STONNE's cycles of conv0 are those of a run.
TEST_F(Validation, closed_forms_are_those_of_scale_sim_and_stonne) {
  const AnchorGroup group = systolic_forms(inputs_);
  expect_origins(group);
  EXPECT_EQ(named(group, "conv0, 16 x 16, hidden").published, 16 * (1024 + 46));
  EXPECT_EQ(named(group, "conv0, 16 x 16, output-stationary").published, 64 * 8 * (27 + 30));
  EXPECT_EQ(named(group, "conv0, 16 x 16, output-stationary, STONNE").published, 31744);
  EXPECT_EQ(named(group, "fc8, 32 x 32, exposed").published, 32 * (1 + 94));
  for (const Anchor& a : group.anchors) {
    // STONNE drains no rows that are not in use.
    EXPECT_LT(a.error_percent(), a.source == "stonne" ? 8 : 4) << a.name;
  }
}

TEST_F(Validation, prices_are_those_of_the_findings) {
  const AnchorGroup group = prices(inputs_);
  expect_origins(group);
  const Anchor& multiplier = named(group, "Horowitz: multiplier of 8 x 8 bits");
  EXPECT_NEAR(multiplier.ours, 371 * 0.81 / 1.21, 5);
  EXPECT_EQ(multiplier.covered, true);
  EXPECT_NEAR(named(group, "Bit Fusion: PE of 8 x 8 bits, of an array of 4 x 4").ours, 1773, 1);
  EXPECT_NEAR(named(group, "Accelergy: LPDDR4").ours, 8.5, 0.1);
  for (const Anchor& a : group.anchors) {
    const bool is_vectorless_pe =
        a.name.rfind("Bit Fusion: PE", 0) == 0 && a.figure == "fJ a cycle";
    const bool is_beyond = is_vectorless_pe || a.name.rfind("UNPU: a MAC of 1 x 16", 0) == 0;
    EXPECT_EQ(a.covered, !is_beyond) << a.name;
  }
}

TEST_F(Validation, a_machine_that_is_not_there_and_a_key_that_is_none_are_named) {
  const auto message = [&](const std::string& name, const std::string& changes) {
    try {
      inputs_.config(name, changes);
    } catch (const std::exception& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_NE(message("tpu", "").find("tpu"), std::string::npos);
  EXPECT_NE(message("atoms_8", "array.rows: 16, array.wors: 3").find("array.wors: unknown key"),
            std::string::npos);
  EXPECT_EQ(message("atoms_8", "array.rows: 16, dma.bus_bytes: 16"), "");
}

// Multiply-accumulates of ResNet-50 are known: 3.86 G in convolutions with the strides in the 1 x 1
// ones, and 2.05 M in the last layer.
TEST(ShapeNetwork, resnet50_has_its_53_convolutions_and_products) {
  std::uint64_t products = 0;
  int convolutions = 0, additions = 0;
  const FixedNetwork network = resnet50();
  for (const FixedLayer& layer : network.layers) {
    if (layer.node.kind == LayerKind::kConv) {
      ++convolutions;
      products += layer.node.conv.macs();
    }
    additions += layer.node.kind == LayerKind::kAdd ? 1 : 0;
  }
  EXPECT_EQ(convolutions, 53 + 1);
  EXPECT_EQ(additions, 16);
  EXPECT_NEAR(static_cast<double>(products) / 1e9, 3.86, 0.02);
  validate(network);
}

TEST(ShapeNetwork, a_matrix_product_is_a_convolution_of_as_many_pixels) {
  const FixedNetwork network = matrix_product(512, 64, 48);
  EXPECT_EQ(network.input.height, 16);
  EXPECT_EQ(network.input.width, 32);
  EXPECT_EQ(network.layers.at(0).node.conv.macs(), 512u * 64 * 48);
}

}  // namespace
}  // namespace dcnsim
