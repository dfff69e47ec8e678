// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/curve.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dcnsim {
namespace {

TEST(CostAtAccuracy, is_linear_between_points) {
  EXPECT_EQ(cost_at_accuracy({{10, 0.5}, {20, 0.75}, {40, 1}}, 0.75), 20);
  EXPECT_EQ(cost_at_accuracy({{10, 0.5}, {20, 0.75}, {40, 1}}, 0.625), 15);
  EXPECT_EQ(cost_at_accuracy({{10, 0.5}, {20, 0.75}, {40, 1}}, 0.875), 30);
}

TEST(CostAtAccuracy, does_not_depend_on_the_order_of_points) {
  EXPECT_EQ(cost_at_accuracy({{40, 1}, {10, 0.5}, {20, 0.75}}, 0.875), 30);
}

TEST(CostAtAccuracy, passes_over_points_that_a_cheaper_one_equals) {
  // Dearer and worse than (20, 0.75): from there to (40, 1) the line is straight.
  EXPECT_EQ(cost_at_accuracy({{10, 0.5}, {20, 0.75}, {30, 0.25}, {35, 0.75}, {40, 1}}, 0.875), 30);
  // The first crossing counts, however far the accuracy falls behind it.
  EXPECT_EQ(cost_at_accuracy({{10, 0.5}, {20, 0.75}, {30, 0.25}}, 0.75), 20);
  EXPECT_EQ(cost_at_accuracy({{10, 0.5}, {10, 0.75}, {20, 1}}, 0.875), 15);
}

TEST(CostAtAccuracy, is_that_of_the_cheapest_point_if_it_suffices) {
  EXPECT_EQ(cost_at_accuracy({{10, 0.5}, {20, 0.75}}, 0.5), 10);
  EXPECT_EQ(cost_at_accuracy({{10, 0.5}, {20, 0.75}}, 0.125), 10);
}

TEST(CostAtAccuracy, is_none_where_no_point_reaches_it) {
  EXPECT_EQ(cost_at_accuracy({{10, 0.5}, {20, 0.75}}, 0.76), std::nullopt);
  EXPECT_EQ(cost_at_accuracy({}, 0), std::nullopt);
}

CurvePoint point(const std::string& rule, double energy_pj, std::uint64_t cycles, double top1) {
  CurvePoint point;
  point.rule = rule;
  point.energy_pj = energy_pj;
  point.cycles = cycles;
  point.top1 = top1;
  return point;
}

const std::vector<CurvePoint>& curve() {
  static const std::vector<CurvePoint> points{
      point("equal", 10, 300, 0.5),  point("equal", 30, 400, 1),   point("size", 8, 350, 0.5),
      point("energy", 9, 300, 0.75), point("size", 12, 360, 0.75), point("energy", 4, 200, 0.25)};
  return points;
}

TEST(Savings, compare_every_rule_with_equal_widths_at_every_accuracy) {
  const std::vector<Saving> savings =
      dcnsim::savings(curve(), {0.75, 0.8}, [](const CurvePoint& p) { return p.energy_pj; });
  ASSERT_EQ(savings.size(), 4U);
  EXPECT_EQ(savings[0].rule, "size");
  EXPECT_EQ(savings[0].accuracy, 0.75);
  EXPECT_EQ(savings[0].equal_cost, 20);
  EXPECT_EQ(savings[0].rule_cost, 12);
  EXPECT_EQ(savings[1].rule, "energy");
  EXPECT_EQ(savings[1].equal_cost, 20);
  EXPECT_EQ(savings[1].rule_cost, 9);
  EXPECT_EQ(savings[2].rule, "size");
  EXPECT_EQ(savings[2].accuracy, 0.8);
  ASSERT_TRUE(savings[2].equal_cost);
  EXPECT_NEAR(*savings[2].equal_cost, 22, 1e-12);
  EXPECT_EQ(savings[2].rule_cost, std::nullopt);
  EXPECT_EQ(savings[3].rule_cost, std::nullopt);
}

TEST(Savings, are_by_the_cost_asked_for) {
  const std::vector<Saving> savings = dcnsim::savings(
      curve(), {0.5}, [](const CurvePoint& p) { return static_cast<double>(p.cycles); });
  ASSERT_EQ(savings.size(), 2U);
  EXPECT_EQ(savings[0].equal_cost, 300);
  EXPECT_EQ(savings[0].rule_cost, 350);
  EXPECT_EQ(savings[1].rule_cost, 250);
}

TEST(Savings, without_equal_widths_have_nothing_to_compare_with) {
  const std::vector<Saving> savings = dcnsim::savings(
      {point("size", 8, 1, 1)}, {0.5}, [](const CurvePoint& p) { return p.energy_pj; });
  ASSERT_EQ(savings.size(), 1U);
  EXPECT_EQ(savings[0].equal_cost, std::nullopt);
  EXPECT_EQ(savings[0].rule_cost, 8);
}

TEST(RulesOf, keeps_the_order_of_first_appearance) {
  EXPECT_EQ(rules_of(curve()), (std::vector<std::string>{"equal", "size", "energy"}));
  EXPECT_TRUE(rules_of({}).empty());
}

/// One tensor, 10^-bits of noise, 1 to 16 bits.
AllocationSpace one_tensor(const WidthRange& range) {
  AllocationSpace space;
  space.tensors = {{0, true, "conv.weight"}};
  space.ranges = {range};
  return space;
}

NoiseTables powers_of_ten(const WidthRange& range) {
  NoiseTables noise{{{}}, 0};
  for (int bits = range.lowest; bits <= range.highest; ++bits) {
    noise.noise[0].push_back(std::pow(10, -bits));
  }
  return noise;
}

TEST(RuleAllocations, asks_for_the_noise_of_equal_widths_and_midway_between_them) {
  const WidthRange range{1, 16};
  std::vector<double> limits;
  int next = 0;
  const auto allocations =
      rule_allocations(one_tensor(range), powers_of_ten(range), [&](double max_noise) {
        limits.push_back(max_noise);
        return std::vector<int>{next++};
      });
  ASSERT_EQ(limits.size(), 13U);  // 3 to 9 bits and 6 between
  for (std::size_t i = 0; i < limits.size(); ++i) {
    EXPECT_NEAR(std::log10(limits[i]), -3 - static_cast<double>(i) / 2, 1e-9);
  }
  EXPECT_EQ(allocations.size(), 13U);
}

TEST(RuleAllocations, are_distinct) {
  const WidthRange range{1, 16};
  const auto allocations =
      rule_allocations(one_tensor(range), powers_of_ten(range), [](double max_noise) {
        return std::vector<int>{static_cast<int>(std::ceil(-std::log10(max_noise) - 1e-6))};
      });
  EXPECT_EQ(allocations, (std::vector<std::vector<int>>{{3}, {4}, {5}, {6}, {7}, {8}, {9}}));
}

}  // namespace
}  // namespace dcnsim
