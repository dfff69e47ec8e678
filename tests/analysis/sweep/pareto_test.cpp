// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/pareto.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace dcnsim {
namespace {

std::vector<ObjectiveValues> random_costs(std::size_t count, int objectives, int levels,
                                          unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> level(0, levels - 1);
  std::vector<ObjectiveValues> costs(count);
  for (ObjectiveValues& c : costs) {
    for (int i = 0; i < objectives; ++i) c[static_cast<std::size_t>(i)] = 1 + level(random);
  }
  return costs;
}

TEST(Pareto, nothing_on_the_front_is_dominated_and_everything_else_is) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    const int objectives = 1 + static_cast<int>(seed % 3);
    const auto costs = random_costs(200, objectives, seed % 2 == 0 ? 8 : 1000, seed);
    const auto result = dominators(costs);
    for (std::size_t i = 0; i < costs.size(); ++i) {
      const bool beaten =
          std::any_of(costs.begin(), costs.end(),
                      [&](const ObjectiveValues& other) { return dominates(other, costs[i]); });
      ASSERT_EQ(result[i].has_value(), beaten) << seed << " " << i;
      if (!result[i]) continue;
      EXPECT_TRUE(dominates(costs[*result[i]], costs[i]));
      EXPECT_FALSE(result[*result[i]]) << "the dominator is on the front";
    }
  }
}

TEST(Pareto, equal_candidates_are_on_the_front_together) {
  EXPECT_EQ(dominators({{1, 2, 0}, {1, 2, 0}, {1, 3, 0}}),
            (std::vector<std::optional<std::size_t>>{std::nullopt, std::nullopt, 0}));
}

TEST(Pareto, of_several_dominators_the_nearest_is_named) {
  EXPECT_EQ(dominators({{1, 90, 0}, {89, 1, 0}, {100, 100, 0}})[2], 0u);
  EXPECT_EQ(dominators({{90, 90, 0}, {10, 95, 0}, {100, 100, 0}})[2], 0u);
}

/// Of costs that are powers of two every distance is exact, so that equals are equal.
TEST(Pareto, the_dominator_is_the_nearest_relative_to_what_it_dominates_and_the_first_of_equals) {
  int ties = 0, scaled = 0;
  for (unsigned trial = 0; trial < 400; ++trial) {
    std::vector<ObjectiveValues> costs =
        random_costs(24, 1 + static_cast<int>(trial % 3), 6, trial);
    for (ObjectiveValues& c : costs) {
      for (double& cost : c) cost = std::exp2(cost);
    }
    const auto beats = [&](std::size_t a, std::size_t b) {
      const auto& x = costs[a];
      const auto& y = costs[b];
      return x != y && x[0] <= y[0] && x[1] <= y[1] && x[2] <= y[2];
    };
    const auto on_front = [&](std::size_t i) {
      for (std::size_t other = 0; other < costs.size(); ++other) {
        if (beats(other, i)) return false;
      }
      return true;
    };
    const auto result = dominators(costs);
    for (std::size_t i = 0; i < costs.size(); ++i) {
      std::optional<std::size_t> nearest;
      double least = 0, least_absolute = 0;
      bool tie = false, other_order = false;
      for (std::size_t f = 0; f < costs.size(); ++f) {
        if (!beats(f, i) || !on_front(f)) continue;
        double distance = 0, absolute = 0;
        for (std::size_t k = 0; k < 3; ++k) {
          distance += 1 - costs[f][k] / costs[i][k];
          absolute += costs[i][k] - costs[f][k];
        }
        tie |= nearest && distance == least && costs[f] != costs[*nearest];
        other_order |= nearest && distance > least && absolute < least_absolute;
        if (nearest && distance >= least) continue;
        nearest = f;
        least = distance;
        least_absolute = absolute;
      }
      ties += tie ? 1 : 0;
      scaled += other_order ? 1 : 0;
      ASSERT_EQ(result[i], nearest) << "trial " << trial << ", candidate " << i;
    }
  }
  EXPECT_GT(ties, 100);
  EXPECT_GT(scaled, 100);
}

TEST(Pareto, nothing_has_no_front) { EXPECT_TRUE(dominators({}).empty()); }

}  // namespace
}  // namespace dcnsim
