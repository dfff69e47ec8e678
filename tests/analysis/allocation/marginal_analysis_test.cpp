// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/marginal_analysis.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <tuple>

#include "analysis/allocation/choice_search.h"
#include "tests/analysis/allocation/uniform.h"
#include "tests/support/tries.h"

namespace dcnsim {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool meets(double sum, double limit) { return sum <= limit + kLimitTolerance * std::abs(limit); }

/// Calls `visit` with every allocation, the first tensor's width changing slowest.
template <typename Visit>
void for_each_allocation(const Problem& problem, const Visit& visit) {
  std::vector<int> widths;
  for (const Choices& tensor : problem.tensors) widths.push_back(tensor.lowest);
  while (true) {
    visit(solution_of(problem, widths));
    std::size_t i = problem.tensors.size();
    while (i > 0) {
      const Choices& tensor = problem.tensors[i - 1];
      if (++widths[i - 1] < tensor.lowest + static_cast<int>(tensor.noise.size())) break;
      widths[i - 1] = tensor.lowest;
      --i;
    }
    if (i == 0) return;
  }
}

/// Every allocation tried; nothing if none meets the limits.
std::optional<Solution> brute_force(const Problem& problem, double max_noise, double max_cost,
                                    bool cost_first) {
  std::optional<Solution> best;
  const auto key = [cost_first](const Solution& s) {
    return cost_first ? std::make_tuple(s.cost, s.noise) : std::make_tuple(s.noise, s.cost);
  };
  for_each_allocation(problem, [&](const Solution& s) {
    if (!std::isfinite(s.noise) || !meets(s.noise, max_noise) || !meets(s.cost, max_cost)) return;
    if (!best || key(s) < key(*best)) best = s;
  });
  return best;
}

enum class Shape { kConvex, kArbitrary, kGrid, kEqualCosts, kForbidden, kSigned };

/// Sums of kGrid tables are exact and often equal: they show how ties are broken.
Problem random_problem(Shape shape, std::mt19937_64& random) {
  Problem problem;
  const std::size_t tensors = 1 + random() % 5;
  for (std::size_t i = 0; i < tensors; ++i) {
    Choices tensor{"t" + std::to_string(i), 1 + static_cast<int>(random() % 3), {}, {}};
    const std::size_t widths = 1 + random() % 6;
    const double per_bit = std::exp(uniform(random, 0, 6));
    const double level = std::exp(uniform(random, -2, 2));
    for (std::size_t k = 0; k < widths; ++k) {
      double noise = level * std::pow(4.0, -static_cast<double>(k));
      double cost = per_bit * static_cast<double>(tensor.lowest + static_cast<int>(k));
      switch (shape) {
        case Shape::kConvex:
          break;
        case Shape::kArbitrary:
          noise = uniform(random, 0, 1);
          cost = uniform(random, 0, 10);
          break;
        case Shape::kGrid:
          noise = static_cast<double>(random() % 5) / 4;
          cost = static_cast<double>(random() % 5) - 1;
          break;
        case Shape::kEqualCosts:
          noise = uniform(random, 0, 1);
          cost = 2;
          break;
        case Shape::kForbidden:
          if (k > 0 && random() % 2 == 0) noise = kInfinity;
          if (random() % 4 == 0) noise = 0;
          break;
        case Shape::kSigned:
          cost = uniform(random, -10, 10);
          break;
      }
      tensor.noise.push_back(noise);
      tensor.cost.push_back(cost);
    }
    problem.tensors.push_back(tensor);
  }
  if (random() % 2 == 0) {
    problem.fixed_noise = 0.25;
    problem.fixed_cost = -3;
  }
  return problem;
}

/// A limit that is met exactly by some allocation, or lies between two, or cannot be met.
double random_limit(const Problem& problem, bool of_noise, std::mt19937_64& random) {
  std::vector<int> widths;
  for (const Choices& tensor : problem.tensors) {
    widths.push_back(tensor.lowest + static_cast<int>(random() % tensor.noise.size()));
  }
  const Solution solution = solution_of(problem, widths);
  const double limit = of_noise ? solution.noise : solution.cost;
  return random() % 2 == 0 || !std::isfinite(limit) ? limit : limit * uniform(random, 0.3, 1.7);
}

void expect_optimum(const Problem& problem, double limit, bool cost_first) {
  const std::optional<Solution> expected = brute_force(problem, cost_first ? limit : kInfinity,
                                                       cost_first ? kInfinity : limit, cost_first);
  try {
    const Solution found =
        cost_first ? minimise_cost(problem, limit) : minimise_noise(problem, limit);
    ASSERT_TRUE(expected.has_value());
    EXPECT_TRUE(found.is_proven);
    EXPECT_EQ(found.widths, expected->widths);
    EXPECT_EQ(found.noise, expected->noise);
    EXPECT_EQ(found.cost, expected->cost);
  } catch (const Unreachable& error) {
    ASSERT_FALSE(expected.has_value());
    const Solution least = *brute_force(problem, kInfinity, kInfinity, !cost_first);
    EXPECT_EQ(error.best, cost_first ? least.noise : least.cost);
    EXPECT_FALSE(meets(error.best, limit));
  }
}

class random_problems : public testing::TestWithParam<Shape> {};

TEST_P(random_problems, both_directions_find_what_trying_everything_finds) {
  std::mt19937_64 random(20160619 + static_cast<unsigned>(GetParam()));
  for (int i = 0; i < tries(400) && !HasFailure(); ++i) {
    SCOPED_TRACE("problem " + std::to_string(i));
    const Problem problem = random_problem(GetParam(), random);
    expect_optimum(problem, random_limit(problem, true, random), true);
    expect_optimum(problem, random_limit(problem, false, random), false);
  }
}

TEST_P(random_problems, every_point_of_the_trade_off_is_the_best_for_its_own_noise_and_cost) {
  std::mt19937_64 random(42 + static_cast<unsigned>(GetParam()));
  for (int i = 0; i < tries(100) && !HasFailure(); ++i) {
    SCOPED_TRACE("problem " + std::to_string(i));
    const Problem problem = random_problem(GetParam(), random);
    const std::vector<Solution> points = trade_off(problem);
    EXPECT_EQ(points.front().cost, brute_force(problem, kInfinity, kInfinity, true)->cost);
    EXPECT_EQ(points.back().noise, brute_force(problem, kInfinity, kInfinity, false)->noise);
    for (std::size_t k = 0; k < points.size(); ++k) {
      const Solution& point = points[k];
      EXPECT_TRUE(point.is_proven);
      EXPECT_EQ(solution_of(problem, point.widths).cost, point.cost);
      EXPECT_EQ(solution_of(problem, point.widths).noise, point.noise);
      EXPECT_NEAR(brute_force(problem, point.noise, kInfinity, true)->cost, point.cost, 1e-9);
      EXPECT_NEAR(brute_force(problem, kInfinity, point.cost, false)->noise, point.noise, 1e-9);
      if (k == 0) continue;
      EXPECT_GT(point.cost, points[k - 1].cost);
      EXPECT_LT(point.noise, points[k - 1].noise);
    }
  }
}

TEST_P(random_problems, no_allocation_lies_below_the_trade_off) {
  std::mt19937_64 random(7 + static_cast<unsigned>(GetParam()));
  for (int i = 0; i < tries(100) && !HasFailure(); ++i) {
    SCOPED_TRACE("problem " + std::to_string(i));
    const Problem problem = random_problem(GetParam(), random);
    const std::vector<Solution> points = trade_off(problem);
    for (std::size_t k = 1; k < points.size(); ++k) {
      const Solution& a = points[k - 1];
      const Solution& b = points[k];
      const double price = (b.cost - a.cost) / (a.noise - b.noise);
      const double level = a.cost + price * a.noise;
      for_each_allocation(problem, [&](const Solution& s) {
        if (!std::isfinite(s.noise)) return;
        EXPECT_GE(s.cost + price * s.noise, level - 1e-9 * (1 + std::abs(level)));
      });
    }
  }
}

INSTANTIATE_TEST_SUITE_P(marginal_analysis, random_problems,
                         testing::Values(Shape::kConvex, Shape::kArbitrary, Shape::kGrid,
                                         Shape::kEqualCosts, Shape::kForbidden, Shape::kSigned));

/// Tensors whose noise falls by `kappa_db` a bit, whose cost per bit spans three decades.
Problem network(std::size_t tensors, int widths, double kappa_db, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Problem problem;
  for (std::size_t i = 0; i < tensors; ++i) {
    Choices tensor{"t" + std::to_string(i), 1, {}, {}};
    const double per_bit = std::round(std::exp(uniform(random, std::log(1e3), std::log(1e6))));
    const double offset_db = uniform(random, -2, 2);
    for (int bits = 1; bits <= widths; ++bits) {
      tensor.noise.push_back(std::pow(10, -(offset_db + kappa_db * bits) / 10));
      tensor.cost.push_back(per_bit * bits);
    }
    problem.tensors.push_back(tensor);
  }
  return problem;
}

TEST(marginal_analysis, sixty_tensors_of_sixteen_widths_are_proven) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Problem problem = network(60, 16, 5.5, seed);
    const std::vector<Solution> points = trade_off(problem);
    for (const double db : {15.0, 30.0, 50.0}) {
      const double max_noise = std::pow(10, -db / 10);
      const Solution cheapest = minimise_cost(problem, max_noise);
      EXPECT_TRUE(cheapest.is_proven);
      EXPECT_LE(cheapest.noise, max_noise * (1 + kLimitTolerance));
      // Between the bound of the hull and marginal analysis alone.
      const auto after = std::find_if(points.begin(), points.end(),
                                      [&](const Solution& s) { return s.noise <= max_noise; });
      const Solution& before = *(after - 1);
      const double share = (before.noise - max_noise) / (before.noise - after->noise);
      EXPECT_LE(cheapest.cost, after->cost);
      EXPECT_GE(cheapest.cost, before.cost + share * (after->cost - before.cost));

      const Solution quietest = minimise_noise(problem, cheapest.cost);
      EXPECT_TRUE(quietest.is_proven);
      EXPECT_LE(quietest.noise, cheapest.noise);
      EXPECT_EQ(quietest.cost, cheapest.cost);
    }
  }
}

TEST(marginal_analysis, rounded_sums_do_not_hide_the_points_of_the_hull) {
  // Tenths: the same sum in another order has other last bits.
  std::mt19937_64 random(5);
  Problem problem;
  for (int i = 0; i < 30; ++i) {
    Choices tensor{"t" + std::to_string(i), 1, {}, {}};
    const double per_bit = 0.1 * static_cast<double>(1 + random() % 9);
    for (int bits = 1; bits <= 8; ++bits) {
      tensor.noise.push_back(0.3 * std::pow(4, -bits));
      tensor.cost.push_back(per_bit * bits);
    }
    problem.tensors.push_back(tensor);
  }
  for (const Solution& point : trade_off(problem)) {
    const Solution cheapest = minimise_cost(problem, point.noise);
    EXPECT_TRUE(cheapest.is_proven);
    EXPECT_LE(cheapest.cost, point.cost);
    EXPECT_NEAR(cheapest.cost, point.cost, 1e-9);
    const Solution quietest = minimise_noise(problem, point.cost);
    EXPECT_TRUE(quietest.is_proven);
    EXPECT_LE(quietest.noise, point.noise);
    EXPECT_NEAR(quietest.noise, point.noise, 1e-9 * point.noise);
  }
}

TEST(marginal_analysis, finds_what_lies_between_the_points_of_the_hull) {
  // The hull has widths {1} and {3} alone; {2} is the only way to spend 2.
  const Problem problem{{{"a", 1, {1, 0.9, 0}, {1, 2, 3}}}, 0, 0};
  EXPECT_EQ(trade_off(problem).size(), 2U);
  EXPECT_EQ(minimise_noise(problem, 2).widths, std::vector<int>{2});
  EXPECT_EQ(minimise_cost(problem, 0.95).widths, std::vector<int>{2});
}

TEST(marginal_analysis, equal_solutions_give_the_smaller_widths_of_the_first_tensors) {
  const Choices tensor{"t", 1, {1, 0.5, 0.25}, {1, 2, 3}};
  const Problem problem{{tensor, tensor, tensor}, 0, 0};
  EXPECT_EQ(minimise_cost(problem, 2.5).widths, (std::vector<int>{1, 1, 2}));
  EXPECT_EQ(minimise_noise(problem, 5).widths, (std::vector<int>{1, 2, 2}));
}

TEST(marginal_analysis, equal_cost_is_settled_by_noise_and_equal_noise_by_cost) {
  const Problem problem{{{"t", 1, {0.5, 0.25, 0.25, 0.125}, {2, 2, 3, 3}}}, 0, 0};
  EXPECT_EQ(minimise_cost(problem, 1).widths, std::vector<int>{2});
  EXPECT_EQ(minimise_cost(problem, 0.25).widths, std::vector<int>{2});
  EXPECT_EQ(minimise_noise(problem, 10).widths, std::vector<int>{4});
  EXPECT_EQ(minimise_noise(problem, 2).widths, std::vector<int>{2});
}

TEST(marginal_analysis, a_limit_is_met_within_the_tolerance_and_not_beyond) {
  const Problem problem{{{"a", 1, {0.1}, {1}}, {"b", 1, {0.2}, {1}}}, 0, 0};
  ASSERT_GT(0.1 + 0.2, 0.3);
  EXPECT_NO_THROW(minimise_cost(problem, 0.3));
  EXPECT_THROW(minimise_cost(problem, 0.3 * (1 - 1e-11)), Unreachable);
}

TEST(marginal_analysis, an_infinite_limit_permits_everything_but_forbidden_widths) {
  const Problem problem{{{"a", 1, {kInfinity, 0.5, 0.25}, {1, 2, 3}}}, 0, 0};
  EXPECT_EQ(minimise_cost(problem, kInfinity).widths, std::vector<int>{2});
  EXPECT_EQ(minimise_noise(problem, kInfinity).widths, std::vector<int>{3});
}

TEST(marginal_analysis, says_what_can_be_reached_if_the_limit_cannot) {
  const Problem problem{{{"a", 1, {0.5, 0.25, kInfinity}, {1, 2, -7}}}, 0.5, 10};
  try {
    minimise_cost(problem, 0.7);
    FAIL();
  } catch (const Unreachable& error) {
    EXPECT_EQ(error.best, 0.75);
    EXPECT_STREQ(error.what(), "no allocation has a noise of at most 0.7; the least is 0.75");
  }
  try {
    minimise_noise(problem, 10.5);
    FAIL();
  } catch (const Unreachable& error) {
    EXPECT_EQ(error.best, 11);
    EXPECT_STREQ(error.what(), "no allocation has a cost of at most 10.5; the least is 11");
  }
  EXPECT_THROW(minimise_cost(problem, -kInfinity), Unreachable);
}

TEST(marginal_analysis, a_limit_that_is_no_number_is_refused) {
  const Problem problem{{{"a", 1, {0.5}, {1}}}, 0, 0};
  EXPECT_THROW(minimise_cost(problem, std::nan("")), std::invalid_argument);
  EXPECT_THROW(minimise_noise(problem, std::nan("")), std::invalid_argument);
}

TEST(marginal_analysis, a_problem_without_tensors_has_its_fixed_part_for_solution) {
  const Problem problem{{}, 0.5, 3};
  const Solution solution = minimise_cost(problem, 0.5);
  EXPECT_TRUE(solution.widths.empty());
  EXPECT_TRUE(solution.is_proven);
  EXPECT_EQ(solution.noise, 0.5);
  EXPECT_EQ(solution.cost, 3);
  EXPECT_EQ(trade_off(problem).size(), 1U);
  EXPECT_THROW(minimise_noise(problem, 2), Unreachable);
}

/// Weight is 1000 - value everywhere: the bound cannot tell partial sums apart.
ChoiceProblem subset_sum(std::size_t tensors) {
  std::mt19937_64 random(1);
  ChoiceProblem problem;
  for (std::size_t i = 0; i < tensors; ++i) {
    const double size = uniform(random, 1, 2);
    problem.tensors.push_back({{0, 0, size}, {1, size, 0}});
  }
  problem.limit = 0.61 * static_cast<double>(tensors);
  return problem;
}

TEST(choice_search, stops_at_the_limit_on_states_with_a_valid_unproven_solution) {
  const ChoiceProblem problem = subset_sum(40);
  const ChoiceResult result = search_choices(problem, 1000);
  EXPECT_FALSE(result.is_proven);
  ASSERT_EQ(result.choices.size(), 40U);
  double weight = 0;
  double value = 0;
  for (std::size_t i = 0; i < 40; ++i) {
    const Item& item = problem.tensors[i].at(static_cast<std::size_t>(result.choices[i]));
    weight += item.weight;
    value += item.value;
  }
  EXPECT_LE(weight, problem.limit);
  double total = 0;
  for (const std::vector<Item>& items : problem.tensors) total += items[1].value;
  EXPECT_LE(value, total - problem.limit + 2);  // one item from the bound

  EXPECT_TRUE(search_choices(subset_sum(12), 10000).is_proven);
}

}  // namespace
}  // namespace dcnsim
