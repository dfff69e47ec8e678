// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/pareto.h"

#include <gtest/gtest.h>

#include <algorithm>
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

TEST(Pareto, nothing_has_no_front) { EXPECT_TRUE(dominators({}).empty()); }

}  // namespace
}  // namespace dcnsim
