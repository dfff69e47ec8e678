// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/format_rule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace dcnsim {
namespace {

constexpr FormatRule kRules[] = {FormatRule::kMinimumError, FormatRule::kPaper,
                                 FormatRule::kNearest, FormatRule::kFiner};

Histogram of(const std::vector<float>& values) {
  Histogram histogram;
  histogram.add(values);
  return histogram;
}

TEST(FormatRule, HasTheNamesThatCommandsTake) {
  EXPECT_EQ(to_string(FormatRule::kMinimumError), "min-error");
  EXPECT_EQ(to_string(FormatRule::kPaper), "paper");
  EXPECT_EQ(to_string(FormatRule::kNearest), "nearest");
  EXPECT_EQ(to_string(FormatRule::kFiner), "finer");
}

TEST(FormatRule, RoundsTheLogarithmOfTheStepEachInItsWay) {
  struct Case {
    double step;
    int paper, nearest, finer;
  };
  // log2: -2.32, -2.74, -2, 0, 1.32, 1.58
  const Case cases[] = {{0.2, 2, 2, 3}, {0.15, 2, 3, 3},   {0.25, 2, 2, 2},
                        {1.0, 0, 0, 0}, {2.5, -2, -1, -1}, {3.0, -2, -2, -1}};
  for (const Case& c : cases) {
    EXPECT_EQ(fractional_bits(FormatRule::kPaper, c.step), c.paper) << c.step;
    EXPECT_EQ(fractional_bits(FormatRule::kNearest, c.step), c.nearest) << c.step;
    EXPECT_EQ(fractional_bits(FormatRule::kFiner, c.step), c.finer) << c.step;
  }
}

TEST(FormatRule, StaysWithinTheFormatsThereAre) {
  EXPECT_EQ(fractional_bits(FormatRule::kPaper, 1e-100), kMaxFrac);
  EXPECT_EQ(fractional_bits(FormatRule::kFiner, 1e100), -kMaxFrac);
}

TEST(FormatRule, TakesTheGaussianStepTimesTheEffectiveDeviation) {
  // Signed, deviation 1: Max's steps 0.9957, 0.3352, 0.03076 at 2, 4, 8 bits; log2 is -0.006,
  // -1.577, -5.02. Zeros leave the deviation as it is.
  const std::vector<float> unit{1, -1, 0, 0, 1, -1};
  EXPECT_EQ(choose_format(FormatRule::kPaper, unit, 2, true).format, (Format{2, 0, true, false}));
  EXPECT_EQ(choose_format(FormatRule::kFiner, unit, 2, true).format.frac, 1);
  EXPECT_EQ(choose_format(FormatRule::kPaper, unit, 4, true).format.frac, 1);
  EXPECT_EQ(choose_format(FormatRule::kNearest, unit, 4, true).format.frac, 2);
  EXPECT_EQ(choose_format(FormatRule::kFiner, unit, 4, true).format.frac, 2);
  EXPECT_EQ(choose_format(FormatRule::kPaper, unit, 8, true).format.frac, 5);
  EXPECT_EQ(choose_format(FormatRule::kFiner, unit, 8, true).format.frac, 6);
  // Deviation 3 times as large: 1.0056 at 4 bits, log2 is 0.008.
  const std::vector<float> triple{3, -3, 3};
  EXPECT_EQ(choose_format(FormatRule::kPaper, triple, 4, true).format.frac, -1);
  EXPECT_EQ(choose_format(FormatRule::kNearest, triple, 4, true).format.frac, 0);
}

TEST(FormatRule, GivesOneSidedTensorsTheLevelsTheyHave) {
  // All 256 codes on one side: log2 of the step is -5.92, where signed codes have -5.02.
  const std::vector<float> unit{1, 0, 1, 1};
  EXPECT_EQ(choose_format(FormatRule::kPaper, unit, 8, false).format, (Format{8, 5, false, false}));
  EXPECT_EQ(choose_format(FormatRule::kNearest, unit, 8, false).format.frac, 6);
  EXPECT_EQ(choose_format(FormatRule::kNearest, unit, 8, true).format.frac, 5);
  EXPECT_EQ(choose_format(FormatRule::kNearest, of(unit), 8, false).format,
            (Format{8, 6, false, false}));
}

TEST(FormatRule, IsNeverBetterThanTheLeastError) {
  std::mt19937 random(11);
  for (const double deviation : {0.02, 0.03, 1.0, 1.4, 77.0}) {
    std::normal_distribution<> normal(0, deviation);
    for (const bool is_signed : {true, false}) {
      std::vector<float> values(3000);
      for (float& value : values) {
        const double x = normal(random);
        value = static_cast<float>(is_signed ? x : std::max(0.0, x));
      }
      const Histogram histogram = of(values);
      for (const int bits : {2, 3, 4, 6, 8, 11}) {
        SCOPED_TRACE(std::to_string(deviation) + " " + std::to_string(bits));
        const FormatChoice least = best_format(values, bits, is_signed);
        const FormatChoice least_of_bins = best_format(histogram, bits, is_signed);
        int previous = -kMaxFrac;
        for (const FormatRule rule : kRules) {
          const FormatChoice exact = choose_format(rule, values, bits, is_signed);
          const FormatChoice binned = choose_format(rule, histogram, bits, is_signed);
          EXPECT_GE(exact.noise, least.noise) << to_string(rule);
          EXPECT_GE(binned.noise, least_of_bins.noise) << to_string(rule);
          EXPECT_EQ(exact.format.bits, bits);
          EXPECT_EQ(exact.format.is_signed, is_signed);
          if (rule == FormatRule::kMinimumError) {
            EXPECT_EQ(exact.format, least.format);
            EXPECT_EQ(binned.format, least_of_bins.format);
            continue;
          }
          EXPECT_EQ(exact.format, binned.format);
          EXPECT_EQ(exact.noise, format_choice(values, exact.format).noise);
          EXPECT_GE(exact.format.frac, previous) << "paper, nearest, finer";
          previous = exact.format.frac;
        }
      }
    }
  }
}

TEST(FormatRule, TakesTensorsOfZeros) {
  for (const FormatRule rule : kRules) {
    for (const bool is_signed : {true, false}) {
      const FormatChoice choice = choose_format(rule, std::vector<float>(3), 8, is_signed);
      EXPECT_EQ(choice.format, (Format{8, 0, is_signed, false}));
      EXPECT_EQ(choice.noise, 0);
      EXPECT_EQ(choose_format(rule, Histogram(), 8, is_signed).format, choice.format);
    }
  }
}

TEST(FormatRule, RejectsWidthsWithoutAStep) {
  for (const int bits : {0, 17}) {
    EXPECT_THROW(choose_format(FormatRule::kPaper, std::vector<float>{1, -1}, bits, true),
                 std::invalid_argument);
  }
}

}  // namespace
}  // namespace dcnsim
