// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/quantizer_design.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace dcnsim {
namespace {

constexpr Levels kAllLevels[] = {Levels::kMidRise, Levels::kTwosComplement, Levels::kUnsigned};

struct Row {
  std::string density;
  int bits;
  double step, sqnr_db;
};

std::vector<Row> table(const std::string& name) {
  std::ifstream file(std::string(DCNSIM_SOURCE_DIR) + "/tests/golden/quantizer/" + name);
  std::vector<Row> rows;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream fields(line);
    Row row;
    if (fields >> row.density >> row.bits >> row.step >> row.sqnr_db) rows.push_back(row);
  }
  return rows;
}

void expect_table(const std::string& name, Levels levels) {
  const std::vector<Row> rows = table(name);
  ASSERT_EQ(rows.size(), 64U);
  auto row = rows.begin();
  for (const Density density : kDensities) {
    for (int bits = 1; bits <= 16; ++bits, ++row) {
      ASSERT_EQ(row->density, to_string(density));
      ASSERT_EQ(row->bits, bits);
      const QuantizerDesign design = design_quantizer(density, levels, bits);
      EXPECT_NEAR(design.step / row->step, 1, 1e-9) << row->density << " " << bits;
      EXPECT_NEAR(design.sqnr_db, row->sqnr_db, 1e-8) << row->density << " " << bits;
    }
  }
}

/// The density of |x| from its definition.
double magnitude_density(Density density, double x) {
  const double pi = std::acos(-1.0);
  switch (density) {
    case Density::kUniform:
      return x <= std::sqrt(3.0) ? 1 / std::sqrt(3.0) : 0;
    case Density::kGaussian:
      return std::sqrt(2 / pi) * std::exp(-x * x / 2);
    case Density::kLaplacian:
      return std::sqrt(2.0) * std::exp(-std::sqrt(2.0) * x);
    case Density::kGamma:
      return std::sqrt(std::sqrt(3.0) / (2 * pi * x)) * std::exp(-std::sqrt(3.0) * x / 2);
  }
  return 0;
}

/// Midpoint sum of f(x) times the density of |x| from `from` to where it ends, or 60; x = t^3 to
/// tame the gamma density's pole.
double riemann(Density density, double from, const std::function<double(double)>& f) {
  constexpr int kIntervals = 400000;
  const double start = std::cbrt(from);
  const double end = density == Density::kUniform ? std::sqrt(3.0) : 60;
  const double width = std::max(0.0, std::cbrt(end) - start) / kIntervals;
  double sum = 0;
  for (int i = 0; i < kIntervals; ++i) {
    const double t = start + (i + 0.5) * width;
    const double x = t * t * t;
    sum += f(x) * magnitude_density(density, x) * 3 * t * t * width;
  }
  return sum;
}

/// Squared distance to the nearest level, which is searched for and not computed.
double squared_error(Levels levels, int bits, double step, double x) {
  const int count = 1 << bits;
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < count; ++i) {
    const double code = levels == Levels::kMidRise          ? i - count / 2 + 0.5
                        : levels == Levels::kTwosComplement ? i - count / 2
                                                            : i;
    least = std::min(least, (x - code * step) * (x - code * step));
  }
  return least;
}

TEST(Density, HasTheMassAndTheTailsOfItsDefinition) {
  for (const Density density : kDensities) {
    for (const double from : {0.0, 0.3, 1.0, 1.7, 2.5}) {
      SCOPED_TRACE(std::string(to_string(density)) + " " + std::to_string(from));
      const TailMoments tail = tail_moments(density, from);
      const double tolerance = 1e-7;
      EXPECT_NEAR(2 * tail.zeroth, riemann(density, from, [](double) { return 1; }), tolerance);
      EXPECT_NEAR(2 * tail.first, riemann(density, from, [](double x) { return x; }), tolerance);
      EXPECT_NEAR(2 * tail.second, riemann(density, from, [](double x) { return x * x; }),
                  tolerance);
      EXPECT_NEAR(mass_within(density, from), 1 - 2 * tail.zeroth, 1e-14);
      const double root = std::sqrt(from);
      EXPECT_NEAR(density_of_root(density, root),
                  from == 0 ? density_of_root(density, 0) : root * magnitude_density(density, from),
                  1e-14);
    }
    EXPECT_NEAR(2 * tail_moments(density, 0).second, 1, 1e-14) << "unit variance";
    EXPECT_EQ(mass_within(density, 0), 0);
    EXPECT_NEAR(mass_within(density, 100), 1, 1e-14);
  }
}

TEST(QuantizerDesign, EqualsTheTableOfMidRiseQuantizers) {
  expect_table("uniform_quantizer.csv", Levels::kMidRise);
}

TEST(QuantizerDesign, EqualsTheTableOfTwosComplementQuantizers) {
  expect_table("uniform_quantizer_twos_complement.csv", Levels::kTwosComplement);
}

TEST(QuantizerDesign, HasTheStepsThatMaxPublished) {
  const double steps[] = {1.596, 0.9957, 0.5860, 0.3352, 0.1881};
  for (int bits = 1; bits <= 5; ++bits) {
    EXPECT_NEAR(design_quantizer(Density::kGaussian, Levels::kMidRise, bits).step, steps[bits - 1],
                5e-4);
  }
}

TEST(QuantizerDesign, NoiseEqualsTheSumOverTheDefinition) {
  for (const Density density : kDensities) {
    for (const Levels levels : kAllLevels) {
      for (const int bits : {1, 2, 4}) {
        for (const double step : {0.15, 0.6, 1.5}) {
          SCOPED_TRACE(std::string(to_string(density)) + " " + std::to_string(bits) + " " +
                       std::to_string(step));
          const auto noise_of = [&](double x) {
            return (squared_error(levels, bits, step, x) + squared_error(levels, bits, step, -x)) /
                   2;
          };
          const auto one_sided = [&](double x) { return squared_error(levels, bits, step, x); };
          const double expected = levels == Levels::kUnsigned ? riemann(density, 0, one_sided)
                                                              : riemann(density, 0, noise_of);
          EXPECT_NEAR(quantizer_noise(density, levels, bits, step), expected,
                      1e-7 * (1 + expected));
        }
      }
    }
  }
}

TEST(QuantizerDesign, NoOtherStepHasLessNoise) {
  for (const Density density : kDensities) {
    for (const Levels levels : kAllLevels) {
      for (int bits = 1; bits <= 8; ++bits) {
        const QuantizerDesign design = design_quantizer(density, levels, bits);
        const double least = quantizer_noise(density, levels, bits, design.step);
        EXPECT_DOUBLE_EQ(design.sqnr_db, -10 * std::log10(least));
        for (double factor = 1.0 / 32; factor < 32; factor *= 1.017) {
          EXPECT_GE(quantizer_noise(density, levels, bits, factor * design.step),
                    least * (1 - 1e-12))
              << to_string(density) << " " << bits << " bits, " << factor << " of the best step";
        }
      }
    }
  }
}

TEST(QuantizerDesign, SqnrGrowsAndStepShrinksWithEveryBit) {
  for (const Density density : kDensities) {
    for (const Levels levels : kAllLevels) {
      QuantizerDesign previous = design_quantizer(density, levels, 1);
      for (int bits = 2; bits <= 16; ++bits) {
        const QuantizerDesign design = design_quantizer(density, levels, bits);
        EXPECT_GT(design.sqnr_db, previous.sqnr_db) << to_string(density) << " " << bits;
        EXPECT_LT(design.step, previous.step) << to_string(density) << " " << bits;
        previous = design;
      }
    }
  }
}

TEST(QuantizerDesign, UniformHasItsClosedForms) {
  const double end = std::sqrt(3.0);
  for (int bits = 1; bits <= 16; ++bits) {
    const double count = std::ldexp(1.0, bits);
    const QuantizerDesign mid_rise = design_quantizer(Density::kUniform, Levels::kMidRise, bits);
    EXPECT_NEAR(mid_rise.step * count / (2 * end), 1, 1e-9);
    EXPECT_NEAR(mid_rise.sqnr_db, 20 * std::log10(count), 1e-8);
    // One-sided, level 0 has half a cell: [0, end] is N - 1/2 steps, and the outermost level may
    // lie a half step below the end.
    const QuantizerDesign one_sided = design_quantizer(Density::kUniform, Levels::kUnsigned, bits);
    const double step = end / (count - 0.5);
    EXPECT_NEAR(one_sided.step / step, 1, 1e-9) << bits;
    EXPECT_NEAR(one_sided.sqnr_db, -10 * std::log10(step * step / 12), 1e-8) << bits;
  }
}

TEST(QuantizerDesign, OneSidedLevelsOfManyBitsAreWorthOneMore) {
  // Twice the levels on the side that is used: as two's complement with one bit more.
  for (const Density density : kDensities) {
    const QuantizerDesign one_sided = design_quantizer(density, Levels::kUnsigned, 11);
    const QuantizerDesign two_sided = design_quantizer(density, Levels::kTwosComplement, 12);
    EXPECT_NEAR(one_sided.step / two_sided.step, 1, 1e-3);
    EXPECT_NEAR(one_sided.sqnr_db, two_sided.sqnr_db, 1e-2);
  }
}

TEST(QuantizerDesign, RejectsWidthsAndStepsThatAreNone) {
  for (const int bits : {-1, 0, 17, 64}) {
    EXPECT_THROW(design_quantizer(Density::kGaussian, Levels::kMidRise, bits),
                 std::invalid_argument);
    EXPECT_THROW(quantizer_noise(Density::kGaussian, Levels::kUnsigned, bits, 1),
                 std::invalid_argument);
  }
  for (const double step : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THROW(quantizer_noise(Density::kGaussian, Levels::kUnsigned, 4, step),
                 std::invalid_argument);
  }
}

}  // namespace
}  // namespace dcnsim
