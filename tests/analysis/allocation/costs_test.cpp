// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/costs.h"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "tests/support/small_edge.h"
#include "tests/support/small_float_network.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

const std::string kSource = DCNSIM_SOURCE_DIR;

using Widths = std::vector<int>;

std::vector<std::string> names(const std::vector<Tensor>& tensors) {
  std::vector<std::string> result;
  for (const Tensor& tensor : tensors) result.push_back(tensor.name);
  return result;
}

TEST(Tensors, take_weights_and_outputs_that_have_a_width_of_their_own) {
  const FloatNetwork network = mixed_network();
  EXPECT_EQ(names(tensors_of(network, Scope::kWeights)),
            (std::vector<std::string>{"conv0.weight", "conv1.weight", "fc.weight"}));
  EXPECT_EQ(
      names(tensors_of(network, Scope::kAll)),
      (std::vector<std::string>{"conv0.weight", "conv0.output", "conv1.weight", "conv1.output",
                                "add.output", "average.output", "fc.weight"}));
}

TEST(Tensors, turn_widths_into_options_that_keep_the_base) {
  const FloatNetwork network = mixed_network();
  QuantizeOptions base;
  base.weight_bits = 9;
  base.input_bits = 5;
  base.layers = {{"fc", 3, 3}};
  const QuantizeOptions options =
      with_widths(network, {{0, false, "conv0.output"}, {1, true, "conv1.weight"}}, {4, 6}, base);
  EXPECT_EQ(options.input_bits, 5);
  ASSERT_EQ(options.layers.size(), 2U);
  EXPECT_EQ(options.layers[0].layer, "conv0");
  EXPECT_EQ(options.layers[0].weight_bits, 0);
  EXPECT_EQ(options.layers[0].output_bits, 4);
  EXPECT_EQ(options.layers[1].layer, "conv1");
  EXPECT_EQ(options.layers[1].weight_bits, 6);
  EXPECT_EQ(options.layers[1].output_bits, 0);
  // conv0 has 6 x 4 x 4 x 3 weights, conv1 5 x 3 x 3 x 6, fc 10 x 5.
  EXPECT_EQ(weight_bits(network, options), 288U * 9 + 270 * 6 + 50 * 9);
}

TEST(CountedCosts, are_elements_or_multiplications_times_bits) {
  const FloatNetwork network = mixed_network();
  const std::vector<Tensor> tensors = tensors_of(network, Scope::kAll);
  // conv0: 8 x 8 x 6 outputs of 48 products; conv1: 6 x 6 x 5 of 54. The products that read conv1's
  // output come after an addition, so none reads it directly.
  const double sizes[] = {288, 384, 270, 180, 80, 5, 50};
  const double products[] = {18432, 9720, 9720, 0, 0, 50, 50};
  const CostTables size = counted_costs(network, tensors, CostKind::kSize, 3, 5);
  const CostTables macs = counted_costs(network, tensors, CostKind::kMacs, 3, 5);
  EXPECT_EQ(size.fixed, 0);
  EXPECT_EQ(macs.fixed, 0);
  ASSERT_EQ(size.cost.size(), tensors.size());
  ASSERT_EQ(macs.cost.size(), tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    SCOPED_TRACE(tensors[i].name);
    EXPECT_EQ(size.cost[i], (std::vector<double>{3 * sizes[i], 4 * sizes[i], 5 * sizes[i]}));
    EXPECT_EQ(macs.cost[i],
              (std::vector<double>{3 * products[i], 4 * products[i], 5 * products[i]}));
  }
}

TEST(CountedCosts, count_the_readers_behind_a_max_pool) {
  FloatNetwork network = mixed_network();
  network.layers[3].node.input = network.layers[3].node.input2 = 0;  // the addition goes elsewhere
  std::mt19937 random(3);
  network.layers.push_back(conv_layer("reader", 2, {4, 4, 5}, 2, 2, 2, random));
  EXPECT_EQ(macs(network, {1, false, "conv1.output"}), 2U * 2 * 2 * 20);
}

class SimulatedCostsTest : public testing::Test {
 protected:
  SimulatedCosts costs(Scope scope) {
    SimulatedCosts result(machine_, quantizer_, tensors_of(network_, scope), base_, 2);
    result.progress = [this](std::size_t done, std::size_t total) {
      if (done == 0) simulated_ += total;
    };
    return result;
  }

  /// Simulated by itself, nothing shared with SimulatedCosts.
  LayerCost simulated(Scope scope, const Widths& widths) {
    const QuantizeOptions options =
        with_widths(network_, tensors_of(network_, scope), widths, base_);
    return total(simulate_costs(
                     machine_, 1,
                     [&](std::size_t) {
                       return Candidate{quantize_network(network_, images_, options).network,
                                        expected_zeros(quantizer_, options)};
                     },
                     1)
                     .front());
  }

  const Machine machine_ = small_edge_without_refresh();
  const FloatNetwork network_ = mixed_network();
  const Dataset images_ = random_images(2);
  NetworkQuantizer quantizer_{network_, calibrate(network_, images_)};
  const QuantizeOptions base_{};
  std::size_t simulated_ = 0;
};

/// Rows in the whole network that may be opened more or less than the tables say.
constexpr double kRows = 8;

TEST_F(SimulatedCostsTest, of_weights_add_up_to_the_whole_networks_for_any_widths) {
  SimulatedCosts costs = this->costs(Scope::kWeights);
  const CostTables energy = costs.tables(CostKind::kEnergy, {8, 8, 8}, 2, 10);
  const CostTables cycles = costs.tables(CostKind::kCycles, {8, 8, 8}, 2, 10);
  std::mt19937 random(5);
  for (int i = 0; i < 12; ++i) {
    Widths widths;
    double pj = energy.fixed, clocks = cycles.fixed;
    for (std::size_t tensor = 0; tensor < 3; ++tensor) {
      const auto k = random() % 9;
      widths.push_back(2 + static_cast<int>(k));
      pj += energy.cost[tensor][k];
      clocks += cycles.cost[tensor][k];
    }
    SCOPED_TRACE(testing::PrintToString(widths));
    const LayerCost truth = simulated(Scope::kWeights, widths);
    EXPECT_NEAR(pj, truth.energy_pj, kRows * row_energy_pj(machine_));
    EXPECT_NEAR(clocks, static_cast<double>(truth.cycles), kRows * row_cycles(machine_));
  }
}

/// The claim of SimulatedCosts::layers, on a network of the size that it is made for.
TEST(SimulatedCosts, of_the_built_in_network_add_up_within_30_parts_in_100000) {
  const auto network = std::get<FloatNetwork>(
      load_network(kSource + "/workloads/networks/cifar10_plain7_float.onnx.gz"));
  const Machine machine = small_edge();
  NetworkQuantizer quantizer(
      network,
      calibrate(network, load_cifar10(kSource + "/workloads/cifar10/calibration_500.bin", 5)));
  SimulatedCosts costs(machine, quantizer, tensors_of(network, Scope::kWeights), {}, 2);
  const Widths widths{8, 5, 6, 4, 3, 7, 5, 8};
  const Widths around(widths.size(), 8);
  ASSERT_EQ(tensors_of(network, Scope::kWeights).size(), widths.size());
  const CostTables energy = costs.tables(CostKind::kEnergy, around, 3, 8);
  const CostTables cycles = costs.tables(CostKind::kCycles, around, 3, 8);
  double pj = energy.fixed, clocks = cycles.fixed;
  for (std::size_t tensor = 0; tensor < widths.size(); ++tensor) {
    pj += energy.cost[tensor][static_cast<std::size_t>(widths[tensor] - 3)];
    clocks += cycles.cost[tensor][static_cast<std::size_t>(widths[tensor] - 3)];
  }
  const LayerCost truth = costs.networks({widths}).front();
  EXPECT_NEAR(pj, truth.energy_pj, 3e-4 * truth.energy_pj);
  EXPECT_NEAR(clocks, static_cast<double>(truth.cycles), 3e-4 * static_cast<double>(truth.cycles));
}

TEST_F(SimulatedCostsTest, of_single_changes_are_exact_with_outputs_too) {
  SimulatedCosts costs = this->costs(Scope::kAll);
  const Widths around{6, 7, 5, 8, 4, 6, 7};
  const CostTables energy = costs.tables(CostKind::kEnergy, around, 3, 8);
  ASSERT_EQ(energy.cost.size(), around.size());
  EXPECT_NEAR(energy.fixed, simulated(Scope::kAll, around).energy_pj,
              kRows * row_energy_pj(machine_));
  for (std::size_t tensor = 0; tensor < around.size(); ++tensor) {
    SCOPED_TRACE(tensor);
    ASSERT_EQ(energy.cost[tensor].size(), 6U);
    EXPECT_EQ(energy.cost[tensor][static_cast<std::size_t>(around[tensor] - 3)], 0);
    for (const int bits : {3, 8}) {
      Widths widths = around;
      widths[tensor] = bits;
      EXPECT_NEAR(energy.fixed + energy.cost[tensor][static_cast<std::size_t>(bits - 3)],
                  simulated(Scope::kAll, widths).energy_pj, kRows * row_energy_pj(machine_));
    }
  }
}

TEST_F(SimulatedCostsTest, of_more_bits_are_higher) {
  SimulatedCosts costs = this->costs(Scope::kWeights);
  const CostTables energy = costs.tables(CostKind::kEnergy, {8, 8, 8}, 2, 12);
  for (const std::vector<double>& cost : energy.cost) EXPECT_LT(cost.front(), cost.back());
}

TEST_F(SimulatedCostsTest, simulate_nothing_twice) {
  SimulatedCosts costs = this->costs(Scope::kWeights);
  costs.learn({{8, 8, 8}, {8, 8, 8}});
  EXPECT_EQ(simulated_, 1U);
  costs.learn({{8, 8, 8}});
  EXPECT_EQ(simulated_, 1U);
  // No layer sees the weights of another: three layers vary at once.
  costs.tables(CostKind::kEnergy, {8, 8, 8}, 4, 10);
  EXPECT_EQ(simulated_, 7U);
  costs.tables(CostKind::kCycles, {8, 8, 8}, 4, 10);
  costs.tables(CostKind::kEnergy, {5, 6, 7}, 4, 10);
  costs.layers({4, 10, 7});
  EXPECT_EQ(simulated_, 7U);
  costs.networks({{4, 10, 7}, {4, 10, 7}});
  costs.networks({{4, 10, 7}});
  EXPECT_EQ(simulated_, 8U);
}

TEST_F(SimulatedCostsTest, of_layers_stay_as_first_simulated) {
  SimulatedCosts costs = this->costs(Scope::kWeights);
  const std::vector<LayerCost> first = costs.layers({4, 5, 6});
  costs.tables(CostKind::kEnergy, {9, 9, 9}, 4, 9);
  const std::vector<LayerCost> again = costs.layers({4, 5, 6});
  ASSERT_EQ(first.size(), network_.layers.size());
  ASSERT_EQ(again.size(), first.size());
  for (std::size_t layer = 0; layer < first.size(); ++layer) {
    EXPECT_EQ(first[layer].cycles, again[layer].cycles);
    EXPECT_EQ(first[layer].energy_pj, again[layer].energy_pj);
  }
}

TEST_F(SimulatedCostsTest, of_networks_are_those_of_a_simulation_by_itself) {
  SimulatedCosts costs = this->costs(Scope::kAll);
  const Widths widths{3, 4, 5, 6, 7, 8, 9};
  const LayerCost expected = simulated(Scope::kAll, widths);
  const LayerCost cost = costs.networks({{8, 8, 8, 8, 8, 8, 8}, widths}).back();
  EXPECT_EQ(cost.cycles, expected.cycles);
  EXPECT_EQ(cost.energy_pj, expected.energy_pj);
}

TEST_F(SimulatedCostsTest, refuse_widths_that_are_none) {
  SimulatedCosts costs = this->costs(Scope::kWeights);
  EXPECT_THROW(costs.learn({{8, 17, 8}}), std::invalid_argument);
  // Refused every time: a failure leaves nothing behind that looks like a cost.
  EXPECT_THROW(costs.networks({{8, 8, 17}}), std::runtime_error);
  EXPECT_THROW(costs.networks({{8, 8, 17}}), std::runtime_error);
}

TEST(SimulateCosts, says_why_a_network_does_not_fit) {
  Machine machine = small_edge();
  machine.config.weight_buffer.capacity_bytes = 16;
  const FloatNetwork network = mixed_network();
  const FixedNetwork fixed = quantize_network(network, random_images(1), {}).network;
  EXPECT_THROW(simulate_costs(
                   machine, 1,
                   [&](std::size_t) {
                     return Candidate{fixed, {}};
                   },
                   1),
               std::runtime_error);
}

TEST(LoadMachine, names_the_file_that_is_missing) {
  try {
    load_machine("no_such_machine.yaml", kSource + "/models/cost/tables");
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("no_such_machine.yaml"), std::string::npos);
  }
}

}  // namespace
}  // namespace dcnsim
