// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/allocate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "analysis/quantizer/tensor_quality.h"
#include "tests/support/small_edge.h"
#include "tests/support/small_float_network.h"

namespace dcnsim {
namespace {

using Widths = std::vector<int>;

Goal noise_at_most(double limit) { return {Goal::Kind::kNoise, limit}; }
Goal cost_at_most(double limit) { return {Goal::Kind::kCost, limit}; }

/// Calls visit(widths) for everything that the ranges allow.
void for_each_allocation(const AllocationSpace& space,
                         const std::function<void(const Widths&)>& visit) {
  Widths widths;
  for (const WidthRange& range : space.ranges) widths.push_back(range.lowest);
  for (;;) {
    visit(widths);
    std::size_t i = 0;
    while (i < widths.size() && widths[i] == space.ranges[i].highest) {
      widths[i] = space.ranges[i].lowest;
      ++i;
    }
    if (i == widths.size()) return;
    ++widths[i];
  }
}

/// What the tables say.
double table_cost(const AllocationSpace& space, const CostTables& costs, const Widths& widths) {
  double sum = costs.fixed;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    sum += costs.cost[i][static_cast<std::size_t>(widths[i] - space.lowest())];
  }
  return sum;
}

class AllocateTest : public testing::Test {
 protected:
  AllocationSpace space(Scope scope, const WidthRange& range) const {
    AllocationSpace result;
    result.tensors = tensors_of(network_, scope);
    result.ranges.assign(result.tensors.size(), range);
    return result;
  }

  SimulatedCosts simulated_costs(const AllocationSpace& space) {
    return SimulatedCosts(machine_, quantizer_, space.tensors, space.base, 2);
  }

  /// Nothing shared with SimulatedCosts.
  LayerCost simulated(const AllocationSpace& space, const Widths& widths) {
    const QuantizeOptions options = with_widths(network_, space.tensors, widths, space.base);
    return total(simulate_costs(
                     machine_, 1,
                     [&](std::size_t) {
                       return Candidate{quantize_network(network_, images_, options).network,
                                        expected_zeros(quantizer_, options)};
                     },
                     1)
                     .front());
  }

  const Machine machine_ = small_edge();
  const FloatNetwork network_ = mixed_network();
  const Dataset images_ = random_images(2);
  NetworkQuantizer quantizer_{network_, calibrate(network_, images_)};
};

TEST_F(AllocateTest, counted_costs_are_minimal_by_brute_force) {
  AllocationSpace space = this->space(Scope::kAll, {3, 6});
  space.ranges[1] = {2, 4};
  space.ranges[4] = {5, 5};
  const NoiseTables noise = noise_tables(NoiseModel::kTensor, quantizer_, space);
  std::mt19937 random(7);
  for (const CostKind kind : {CostKind::kSize, CostKind::kMacs}) {
    const CostTables costs = counted_costs(network_, space.tensors, kind, 2, 6);
    for (int i = 0; i < 6; ++i) {
      Widths some;
      for (const WidthRange& range : space.ranges) {
        const int count = range.highest - range.lowest + 1;
        some.push_back(range.lowest + static_cast<int>(random() % static_cast<unsigned>(count)));
      }
      const double max_noise = predicted_output_noise(space, noise, some);
      const double max_cost = table_cost(space, costs, some);
      double least_cost = std::numeric_limits<double>::infinity();
      double least_noise = std::numeric_limits<double>::infinity();
      for_each_allocation(space, [&](const Widths& widths) {
        const double its_noise = predicted_output_noise(space, noise, widths);
        const double its_cost = table_cost(space, costs, widths);
        if (its_noise <= max_noise) least_cost = std::min(least_cost, its_cost);
        if (its_cost <= max_cost) least_noise = std::min(least_noise, its_noise);
      });
      const Solution cheapest = allocate(space, noise, costs, noise_at_most(max_noise)).solution;
      EXPECT_TRUE(cheapest.is_proven);
      EXPECT_EQ(cheapest.cost, least_cost);
      EXPECT_LE(predicted_output_noise(space, noise, cheapest.widths), max_noise * (1 + 1e-12));
      EXPECT_EQ(table_cost(space, costs, cheapest.widths), least_cost);
      EXPECT_EQ(cheapest.widths[4], 5);
      const Solution quietest = allocate(space, noise, costs, cost_at_most(max_cost)).solution;
      EXPECT_TRUE(quietest.is_proven);
      EXPECT_NEAR(quietest.noise, least_noise, 1e-12 * least_noise);
      EXPECT_LE(table_cost(space, costs, quietest.widths), max_cost);
    }
  }
}

TEST_F(AllocateTest, simulated_costs_of_weights_are_minimal_by_brute_force) {
  AllocationSpace space = this->space(Scope::kWeights, {3, 6});
  space.ranges[2] = {2, 5};
  const NoiseTables noise = noise_tables(NoiseModel::kTensor, quantizer_, space);
  const Machine machine = small_edge_without_refresh();
  SimulatedCosts costs(machine, quantizer_, space.tensors, space.base, 2);
  std::vector<Widths> all;
  for_each_allocation(space, [&](const Widths& widths) { all.push_back(widths); });
  const std::vector<LayerCost> truth = costs.networks(all);
  for (const CostKind kind : {CostKind::kEnergy, CostKind::kCycles}) {
    const double tolerance =
        4 * (kind == CostKind::kEnergy ? row_energy_pj(machine) : row_cycles(machine));
    for (const Widths& some : {Widths{3, 4, 5}, Widths{5, 6, 3}, Widths{6, 6, 5}}) {
      const double max_noise = predicted_output_noise(space, noise, some);
      const double max_cost = cost_of(costs.networks({some}).front(), kind);
      double least_cost = std::numeric_limits<double>::infinity();
      double least_noise = std::numeric_limits<double>::infinity();
      for (std::size_t i = 0; i < all.size(); ++i) {
        const double its_noise = predicted_output_noise(space, noise, all[i]);
        const double its_cost = cost_of(truth[i], kind);
        if (its_noise <= max_noise) least_cost = std::min(least_cost, its_cost);
        if (its_cost <= max_cost - tolerance) least_noise = std::min(least_noise, its_noise);
      }
      const Solution cheapest =
          allocate(space, noise, costs, kind, noise_at_most(max_noise)).solution;
      EXPECT_TRUE(cheapest.is_proven);
      EXPECT_LE(cheapest.cost, least_cost + tolerance);
      EXPECT_LE(predicted_output_noise(space, noise, cheapest.widths), max_noise * (1 + 1e-12));
      const Solution quietest =
          allocate(space, noise, costs, kind, cost_at_most(max_cost)).solution;
      EXPECT_LE(quietest.cost, max_cost);
      EXPECT_LE(quietest.noise, least_noise);
    }
  }
}

/// With outputs, a layer's cost depends on several allocated widths, and the small network's moves
/// by a refresh or two as well: the tables are off by up to a tenth.
TEST_F(AllocateTest, goals_are_met_by_the_simulated_network_and_no_worse_than_by_equal_widths) {
  AllocationSpace space = this->space(Scope::kAll, {2, 9});
  space.ranges[0] = {8, 8};
  space.ranges[3] = {4, 7};
  const NoiseTables noise = noise_tables(NoiseModel::kTensor, quantizer_, space);
  SimulatedCosts costs = simulated_costs(space);
  for (const CostKind kind : {CostKind::kEnergy, CostKind::kCycles}) {
    for (int bits = 2; bits <= 9; ++bits) {
      SCOPED_TRACE(bits);
      const Widths equal = equal_widths(space, bits);
      const double max_cost = cost_of(simulated(space, equal), kind);
      const double max_noise = predicted_output_noise(space, noise, equal);
      for (const Goal& goal : {cost_at_most(max_cost), noise_at_most(max_noise)}) {
        const Solution solution = allocate(space, noise, costs, kind, goal).solution;
        EXPECT_EQ(solution.cost, cost_of(simulated(space, solution.widths), kind));
        EXPECT_LE(solution.cost, max_cost);
        EXPECT_NEAR(solution.noise, predicted_output_noise(space, noise, solution.widths),
                    1e-12 * solution.noise);
        EXPECT_LE(solution.noise, max_noise * (1 + 1e-12));
        EXPECT_EQ(solution.widths[0], 8);
        EXPECT_GE(solution.widths[3], 4);
        EXPECT_LE(solution.widths[3], 7);
      }
    }
  }
}

TEST_F(AllocateTest, says_what_can_be_reached) {
  const AllocationSpace space = this->space(Scope::kAll, {3, 6});
  const NoiseTables noise = noise_tables(NoiseModel::kTensor, quantizer_, space);
  const CostTables sizes = counted_costs(network_, space.tensors, CostKind::kSize, 3, 6);
  SimulatedCosts energies = simulated_costs(space);
  const auto least = [](const std::function<void()>& allocate) {
    try {
      allocate();
    } catch (const Unreachable& error) {
      return error.best;
    }
    ADD_FAILURE() << "found what there is not";
    return 0.0;
  };
  const double least_noise = predicted_output_noise(space, noise, equal_widths(space, 6));
  const Goal quiet = noise_at_most(0.999 * least_noise);
  EXPECT_NEAR(least([&] { allocate(space, noise, sizes, quiet); }), least_noise,
              1e-12 * least_noise);
  EXPECT_NEAR(least([&] { allocate(space, noise, energies, CostKind::kEnergy, quiet); }),
              least_noise, 1e-12 * least_noise);
  const double least_size = table_cost(space, sizes, equal_widths(space, 3));
  EXPECT_EQ(least([&] { allocate(space, noise, sizes, cost_at_most(least_size - 1)); }),
            least_size);
  const double least_energy =
      least([&] { allocate(space, noise, energies, CostKind::kEnergy, cost_at_most(1000)); });
  EXPECT_LE(least_energy, simulated(space, equal_widths(space, 3)).energy_pj);
  EXPECT_GT(least_energy, 0.9 * simulated(space, equal_widths(space, 3)).energy_pj);
  // What is reported as the least can indeed be had.
  EXPECT_EQ(
      allocate(space, noise, energies, CostKind::kEnergy, cost_at_most(least_energy)).solution.cost,
      least_energy);
}

TEST_F(AllocateTest, spaces_span_all_ranges_and_equal_widths_stay_within_them) {
  AllocationSpace space = this->space(Scope::kWeights, {4, 8});
  space.ranges[1] = {2, 3};
  space.ranges[2] = {10, 12};
  EXPECT_EQ(space.lowest(), 2);
  EXPECT_EQ(space.highest(), 12);
  EXPECT_EQ(equal_widths(space, 6), (Widths{6, 3, 10}));
  EXPECT_EQ(equal_widths(space, 1), (Widths{4, 2, 10}));
}

TEST_F(AllocateTest, problems_are_the_tables_within_the_ranges) {
  AllocationSpace space = this->space(Scope::kWeights, {2, 5});
  space.ranges[1] = {4, 5};
  const NoiseTables noise{{{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}}, 0.5};
  const CostTables costs{{{10, 20, 30, 40}, {50, 60, 70, 80}, {90, 100, 110, 120}}, 7};
  const Problem problem = make_problem(space, noise, costs);
  EXPECT_EQ(problem.fixed_noise, 0.5);
  EXPECT_EQ(problem.fixed_cost, 7);
  ASSERT_EQ(problem.tensors.size(), 3U);
  EXPECT_EQ(problem.tensors[1].name, "conv1.weight");
  EXPECT_EQ(problem.tensors[1].lowest, 4);
  EXPECT_EQ(problem.tensors[1].noise, (std::vector<double>{7, 8}));
  EXPECT_EQ(problem.tensors[1].cost, (std::vector<double>{70, 80}));
  EXPECT_EQ(problem.tensors[2].noise, (std::vector<double>{9, 10, 11, 12}));
  EXPECT_EQ(predicted_output_noise(space, noise, {2, 4, 5}), 0.5 + 1 + 7 + 12);
}

TEST_F(AllocateTest, tensor_noise_is_each_tensors_own_times_its_gain) {
  AllocationSpace space = this->space(Scope::kAll, {3, 5});
  space.base.logit_bits = 9;
  const NoiseTables noise = noise_tables(NoiseModel::kTensor, quantizer_, space);
  const PerTensor gains = output_gains(network_, quantizer_.calibration());
  for (std::size_t i = 0; i < space.tensors.size(); ++i) {
    const Tensor& tensor = space.tensors[i];
    ASSERT_EQ(noise.noise[i].size(), 3U);
    for (int bits = 3; bits <= 5; ++bits) {
      const FormatChoice choice = tensor.is_weight ? quantizer_.weight(tensor.layer, bits)
                                                   : quantizer_.output(tensor.layer, bits);
      const double gain =
          tensor.is_weight ? gains.weights[tensor.layer] : gains.outputs[tensor.layer];
      EXPECT_EQ(noise.noise[i][static_cast<std::size_t>(bits - 3)],
                gain * choice.noise_to_signal());
    }
  }
  // All that is not allocated is the logits: the max pool hands codes on.
  EXPECT_EQ(noise.fixed, quantizer_.output(5, 9).noise_to_signal());
}

TEST_F(AllocateTest, the_noise_of_widths_is_what_the_law_predicts_for_the_network) {
  const AllocationSpace space = this->space(Scope::kAll, {3, 8});
  const NoiseTables noise = noise_tables(NoiseModel::kTensor, quantizer_, space);
  const Widths widths{3, 8, 4, 7, 5, 6, 5};
  const QuantizeOptions options = with_widths(network_, space.tensors, widths, space.base);
  const double expected = predicted_noise(network_, quantizer_.calibration(),
                                          tensor_noise(network_, quantizer_.formats(options)))
                              .back();
  EXPECT_NEAR(predicted_output_noise(space, noise, widths), expected, 1e-12 * expected);
}

TEST_F(AllocateTest, the_papers_noise_is_one_line_for_all_tensors) {
  const AllocationSpace space = this->space(Scope::kWeights, {3, 8});
  const NoiseTables noise = noise_tables(NoiseModel::kPaper, quantizer_, space);
  double slope = 0, intercept = 0;
  for (const Tensor& tensor : space.tensors) {
    std::vector<std::pair<int, double>> points;
    for (int bits = 3; bits <= 8; ++bits) {
      points.emplace_back(bits, quantizer_.weight(tensor.layer, bits).sqnr_db());
    }
    const SqnrLine line = sqnr_line(quantizer_, tensor, 3, 8);
    EXPECT_EQ(line.kappa_db, fit_line(points).kappa_db);
    slope += line.kappa_db / 3;
    intercept += line.intercept_db / 3;
  }
  ASSERT_EQ(noise.noise.size(), 3U);
  for (const std::vector<double>& one : noise.noise) {
    ASSERT_EQ(one.size(), 6U);
    for (std::size_t k = 0; k < one.size(); ++k) {
      EXPECT_NEAR(to_db(one[k]), intercept + slope * static_cast<double>(k + 3), 1e-9);
    }
  }
  double outputs = 0;  // of all layers but the max pool, each counted once
  for (const std::size_t layer : {0U, 1U, 3U, 4U}) {
    outputs += quantizer_.output(layer, 8).noise_to_signal();
  }
  outputs += quantizer_.output(5, 16).noise_to_signal();
  EXPECT_NEAR(noise.fixed, outputs, 1e-12 * outputs);
}

TEST_F(AllocateTest, measured_noise_is_the_sensitivities_within_the_space) {
  AllocationSpace space = this->space(Scope::kWeights, {4, 5});
  space.sensitivity = {2, {{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}, {11, 12, 13, 14, 15}}, 0.25};
  const NoiseTables noise = noise_tables(NoiseModel::kMeasured, quantizer_, space);
  EXPECT_EQ(noise.fixed, 0.25);
  EXPECT_EQ(noise.noise, (std::vector<std::vector<double>>{{3, 4}, {8, 9}, {13, 14}}));
}

/// Choices on the line SQNR = intercept + slope * bits, cost per_bit * bits.
Choices on_line(double intercept_db, double slope_db, double per_bit, int lowest, int highest) {
  Choices choices{"line", lowest, {}, {}};
  for (int bits = lowest; bits <= highest; ++bits) {
    choices.noise.push_back(std::pow(10, -(intercept_db + slope_db * bits) / 10));
    choices.cost.push_back(per_bit * bits);
  }
  return choices;
}

TEST(ClosedFormWidths, share_the_noise_by_cost_per_decibel) {
  const Problem problem{{on_line(0, 6, 1, 1, 16), on_line(0, 6, 10, 1, 16)}, 0.25e-3, 100};
  const auto widths = closed_form_widths(problem, noise_at_most(1.35e-3));
  ASSERT_TRUE(widths);
  // Noise in proportion to cost: 1e-4 and 1e-3 of the 1.1e-3 that are left, 40 and 30 dB.
  EXPECT_NEAR((*widths)[0], 40 / 6.0, 1e-9);
  EXPECT_NEAR((*widths)[1], 5, 1e-9);
  const auto same = closed_form_widths(problem, cost_at_most(100 + 40 / 6.0 + 50));
  ASSERT_TRUE(same);
  EXPECT_NEAR((*same)[0], 40 / 6.0, 1e-9);
  EXPECT_NEAR((*same)[1], 5, 1e-9);
}

TEST(ClosedFormWidths, keep_pinned_tensors_and_count_what_they_add) {
  const Problem problem{{on_line(0, 6, 1, 1, 16), on_line(0, 6, 10, 5, 5)}, 0, 0};
  const auto widths = closed_form_widths(problem, noise_at_most(1.1e-3));
  ASSERT_TRUE(widths);
  EXPECT_NEAR((*widths)[0], 40 / 6.0, 1e-9);
  EXPECT_EQ((*widths)[1], 5);
  const auto same = closed_form_widths(problem, cost_at_most(50 + 40 / 6.0));
  ASSERT_TRUE(same);
  EXPECT_NEAR((*same)[0], 40 / 6.0, 1e-9);
}

TEST(ClosedFormWidths, are_none_without_a_rising_line_or_out_of_reach) {
  const Choices line = on_line(0, 6, 1, 1, 16);
  Choices exact = line;
  exact.noise.assign(exact.noise.size(), 0);
  Choices falling = on_line(60, -3, 1, 1, 16);
  const Choices exact_and_pinned{"exact", 4, {0}, {1}};
  for (const Choices& bad : {exact, falling, exact_and_pinned}) {
    EXPECT_FALSE(closed_form_widths({{line, bad}, 0, 0}, noise_at_most(0.1)));
  }
  EXPECT_FALSE(closed_form_widths({{line}, 0, 0}, noise_at_most(1e-12)));
  EXPECT_FALSE(closed_form_widths({{line}, 0.2, 0}, noise_at_most(0.1)));
  EXPECT_FALSE(closed_form_widths({{line}, 0, 0}, cost_at_most(0.5)));
}

TEST_F(AllocateTest, the_papers_line_leaves_constant_tensors_out) {
  FloatNetwork network = network_;
  std::fill(network.layers[0].weights.begin(), network.layers[0].weights.end(), 0.0F);
  NetworkQuantizer quantizer(network, calibrate(network, images_));
  AllocationSpace constant_first = space(Scope::kWeights, {3, 6});
  AllocationSpace others = constant_first;
  others.tensors.erase(others.tensors.begin());
  others.ranges.pop_back();
  const NoiseTables with = noise_tables(NoiseModel::kPaper, quantizer, constant_first);
  const NoiseTables without = noise_tables(NoiseModel::kPaper, quantizer, others);
  ASSERT_EQ(with.noise.size(), without.noise.size() + 1);
  EXPECT_EQ(with.noise[1], without.noise[0]);
}

TEST_F(AllocateTest, the_papers_line_through_a_single_width_is_the_mean_there) {
  const AllocationSpace one_width = space(Scope::kWeights, {6, 6});
  double db = 0;
  for (const Tensor& tensor : one_width.tensors) {
    db += quantizer_.weight(tensor.layer, 6).sqnr_db() /
          static_cast<double>(one_width.tensors.size());
  }
  const NoiseTables noise = noise_tables(NoiseModel::kPaper, quantizer_, one_width);
  ASSERT_EQ(noise.noise[0].size(), 1u);
  EXPECT_NEAR(to_db(noise.noise[0][0]), db, 1e-9);
}

}  // namespace
}  // namespace dcnsim
