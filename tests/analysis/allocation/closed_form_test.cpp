// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/closed_form.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "analysis/allocation/marginal_analysis.h"
#include "tests/analysis/allocation/uniform.h"

namespace dcnsim {
namespace {

std::vector<Line> random_lines(std::size_t count, std::mt19937_64& random) {
  std::vector<Line> lines;
  for (std::size_t i = 0; i < count; ++i) {
    const double lowest = uniform(random, 1, 6);
    lines.push_back({uniform(random, -5, 5), uniform(random, 2, 6.02),
                     std::exp(uniform(random, 0, 8)), lowest, lowest + uniform(random, 0, 12)});
  }
  return lines;
}

/// The sums of all lines at their highest or lowest widths.
RealSolution at_bounds(const std::vector<Line>& lines, bool highest) {
  RealSolution solution;
  for (const Line& line : lines) {
    const double width = highest ? line.highest : line.lowest;
    solution.widths.push_back(width);
    solution.noise += line.noise(width);
    solution.cost += line.cost_per_bit * width;
  }
  return solution;
}

double between(double a, double b, double share) {
  return std::exp(std::log(a) + share * (std::log(b) - std::log(a)));
}

/// The conditions of Karush, Kuhn and Tucker; the problem is convex, so that they suffice. One
/// level serves all lines: noise * kappa / cost_per_bit equals it for a line between its bounds, is
/// not above it for a line at `lowest` and not below it for a line at `highest`.
void expect_optimality_conditions(const std::vector<Line>& lines, const RealSolution& solution) {
  ASSERT_EQ(solution.widths.size(), lines.size());
  double noise = 0;
  double cost = 0;
  double least_level = 0;
  double most_level = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    const double width = solution.widths[i];
    EXPECT_GE(width, line.lowest);
    EXPECT_LE(width, line.highest);
    noise += line.noise(width);
    cost += line.cost_per_bit * width;
    const double level = line.noise(width) * line.kappa_db / line.cost_per_bit;
    if (width > line.lowest) most_level = std::min(most_level, level * (1 + 1e-9));
    if (width < line.highest) least_level = std::max(least_level, level * (1 - 1e-9));
  }
  EXPECT_LE(least_level, most_level);
  EXPECT_NEAR(solution.noise, noise, 1e-12 * noise);
  EXPECT_NEAR(solution.cost, cost, 1e-12 * std::abs(cost));
}

TEST(closed_form, equal_lines_differ_by_the_papers_rule) {
  const double kappa = 5.1;
  const std::vector<double> costs{10, 100, 250, 4000};
  std::vector<Line> lines;
  for (const double cost : costs) lines.push_back({1.5, kappa, cost, -100, 100});
  const RealSolution solution = minimise_cost(lines, 1e-3);
  EXPECT_NEAR(solution.noise, 1e-3, 1e-15);
  for (std::size_t i = 0; i < costs.size(); ++i) {
    for (std::size_t j = 0; j < costs.size(); ++j) {
      EXPECT_NEAR(solution.widths[i] - solution.widths[j],
                  10 * std::log10(costs[j] / costs[i]) / kappa, 1e-12);
    }
  }
}

TEST(closed_form, lines_away_from_their_bounds_share_the_noise_by_cost_over_kappa) {
  const std::vector<Line> lines{{0, 6, 30, -100, 100}, {4, 3, 5, -100, 100}, {-2, 5, 8, -100, 100}};
  const double shares = 30.0 / 6 + 5.0 / 3 + 8.0 / 5;
  const RealSolution solution = minimise_cost(lines, 0.01);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const double share = lines[i].cost_per_bit / lines[i].kappa_db / shares;
    EXPECT_NEAR(lines[i].noise(solution.widths[i]), 0.01 * share, 1e-14);
  }
}

TEST(closed_form, random_lines_with_bounds_meet_the_optimality_conditions) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 500 && !HasFailure(); ++i) {
    SCOPED_TRACE("problem " + std::to_string(i));
    const std::vector<Line> lines = random_lines(1 + random() % 12, random);
    const RealSolution most = at_bounds(lines, true);
    const RealSolution least = at_bounds(lines, false);
    const double share = uniform(random, 0, 1);

    const double max_noise = between(most.noise, least.noise, share);
    const RealSolution cheapest = minimise_cost(lines, max_noise);
    expect_optimality_conditions(lines, cheapest);
    EXPECT_NEAR(cheapest.noise, max_noise, 1e-9 * max_noise);

    const double max_cost = between(most.cost, least.cost, share);
    const RealSolution quietest = minimise_noise(lines, max_cost);
    expect_optimality_conditions(lines, quietest);
    EXPECT_NEAR(quietest.cost, max_cost, 1e-9 * max_cost);
  }
}

TEST(closed_form, the_two_forms_agree) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 100; ++i) {
    const std::vector<Line> lines = random_lines(6, random);
    const double max_noise =
        between(at_bounds(lines, true).noise, at_bounds(lines, false).noise, 0.4);
    const RealSolution cheapest = minimise_cost(lines, max_noise);
    const RealSolution quietest = minimise_noise(lines, cheapest.cost);
    EXPECT_NEAR(quietest.noise, max_noise, 1e-9 * max_noise);
    for (std::size_t k = 0; k < lines.size(); ++k) {
      EXPECT_NEAR(quietest.widths[k], cheapest.widths[k], 1e-9);
    }
  }
}

TEST(closed_form, a_fine_search_over_two_widths_finds_nothing_better_and_nothing_far_away) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 20; ++i) {
    const std::vector<Line> lines = random_lines(3, random);
    const double max_noise =
        between(at_bounds(lines, true).noise, at_bounds(lines, false).noise, 0.5);
    const double found = minimise_cost(lines, max_noise).cost;
    double searched = at_bounds(lines, true).cost;
    const int steps = 400;
    for (int a = 0; a <= steps; ++a) {
      for (int b = 0; b <= steps; ++b) {
        const double x = lines[0].lowest + a * (lines[0].highest - lines[0].lowest) / steps;
        const double y = lines[1].lowest + b * (lines[1].highest - lines[1].lowest) / steps;
        const double room = max_noise - lines[0].noise(x) - lines[1].noise(y);
        if (room < lines[2].noise(lines[2].highest)) continue;
        const double z = std::max(
            lines[2].lowest, (-10 * std::log10(room) - lines[2].intercept_db) / lines[2].kappa_db);
        searched = std::min(searched, lines[0].cost_per_bit * x + lines[1].cost_per_bit * y +
                                          lines[2].cost_per_bit * z);
      }
    }
    EXPECT_GE(searched, found * (1 - 1e-9));
    EXPECT_LE(searched, found * 1.01);
  }
}

TEST(closed_form, integer_widths_are_never_better_and_meet_the_same_limit) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 50; ++i) {
    std::vector<Line> lines = random_lines(8, random);
    Problem problem;
    for (Line& line : lines) {
      line.lowest = 1;
      line.highest = 16;
      Choices tensor{"t", 1, {}, {}};
      for (int bits = 1; bits <= 16; ++bits) {
        tensor.noise.push_back(line.noise(bits));
        tensor.cost.push_back(line.cost_per_bit * bits);
      }
      problem.tensors.push_back(tensor);
    }
    const double max_noise =
        between(at_bounds(lines, true).noise, at_bounds(lines, false).noise, uniform(random, 0, 1));
    const Solution integer = minimise_cost(problem, max_noise);
    const RealSolution real = minimise_cost(lines, max_noise);
    EXPECT_GE(integer.cost, real.cost * (1 - 1e-9));
    double one_bit_each = 0;
    for (const Line& line : lines) one_bit_each += line.cost_per_bit;
    EXPECT_LE(integer.cost, real.cost + one_bit_each);

    const double max_cost = real.cost;
    EXPECT_GE(minimise_noise(problem, max_cost).noise,
              minimise_noise(lines, max_cost).noise * (1 - 1e-9));
  }
}

TEST(closed_form, loose_limits_give_the_lowest_widths_and_tight_ones_the_highest) {
  const std::vector<Line> lines{{0, 6, 3, 2, 8}, {1, 5, 4, 3, 9}};
  const RealSolution most = at_bounds(lines, true);
  const RealSolution least = at_bounds(lines, false);
  EXPECT_EQ(minimise_cost(lines, 2 * least.noise).widths, least.widths);
  EXPECT_EQ(minimise_noise(lines, 2 * most.cost).widths, most.widths);
  EXPECT_EQ(minimise_cost(lines, std::numeric_limits<double>::infinity()).widths, least.widths);
  EXPECT_EQ(minimise_cost(lines, most.noise).widths, most.widths);
  EXPECT_EQ(minimise_noise(lines, least.cost).widths, least.widths);
}

TEST(closed_form, a_line_that_costs_nothing_takes_its_highest_width) {
  const std::vector<Line> lines{{0, 6, 0, 2, 8}, {0, 6, 1, 2, 8}};
  EXPECT_EQ(minimise_cost(lines, 0.01).widths[0], 8);
  EXPECT_EQ(minimise_noise(lines, 5).widths, (std::vector<double>{8, 5}));
}

TEST(closed_form, says_what_can_be_reached_if_the_limit_cannot) {
  const std::vector<Line> lines{{0, 10, 3, 1, 2}, {0, 10, 4, 1, 3}};
  try {
    minimise_cost(lines, 0.0109);
    FAIL();
  } catch (const Unreachable& error) {
    EXPECT_NEAR(error.best, 0.011, 1e-15);
    EXPECT_STREQ(error.what(), "no widths have a noise of at most 0.0109; the least is 0.011");
  }
  try {
    minimise_noise(lines, 6);
    FAIL();
  } catch (const Unreachable& error) {
    EXPECT_EQ(error.best, 7);
    EXPECT_STREQ(error.what(), "no widths have a cost of at most 6; the least is 7");
  }
}

TEST(closed_form, a_limit_that_is_the_sum_of_the_bounds_in_another_order_is_met) {
  const std::vector<Line> lines{{0, 6, 0.1, 1, 2}, {0, 6, 0.2, 1, 2}};
  ASSERT_GT(0.1 + 0.2, 0.3);
  EXPECT_EQ(minimise_noise(lines, 0.3).widths, (std::vector<double>{1, 1}));
  EXPECT_THROW(minimise_noise(lines, 0.3 * (1 - 1e-11)), Unreachable);
}

TEST(closed_form, invalid_lines_are_refused_by_their_position) {
  const double nan = std::nan("");
  const auto complaint = [](const Line& line) -> std::string {
    try {
      minimise_cost(std::vector<Line>{{0, 6, 1, 2, 8}, line}, 0.1);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_EQ(complaint({nan, 6, 1, 2, 8}), "line 1: expected a finite intercept");
  EXPECT_EQ(complaint({0, 0, 1, 2, 8}), "line 1: expected more than 0 dB per bit, not 0.000000");
  EXPECT_EQ(complaint({0, 6, -1, 2, 8}),
            "line 1: expected a cost per bit of at least 0, not -1.000000");
  EXPECT_EQ(complaint({0, 6, 1, 9, 8}),
            "line 1: expected a lowest width not above the highest, not 9.000000 and 8.000000");
  EXPECT_THROW(minimise_noise(std::vector<Line>{{0, nan, 1, 2, 8}}, 9), std::invalid_argument);
  EXPECT_THROW(minimise_noise(std::vector<Line>{{0, 6, 1, 2, 8}}, nan), std::invalid_argument);
}

}  // namespace
}  // namespace dcnsim
