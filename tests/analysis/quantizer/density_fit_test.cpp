// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/density_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace dcnsim {
namespace {

constexpr double kKurtosis[] = {1.8, 3, 6, 35.0 / 3};  // in the order of kDensities

double draw(Density density, std::mt19937& random) {
  const double sign = random() % 2 == 0 ? 1 : -1;
  switch (density) {
    case Density::kUniform:
      return std::uniform_real_distribution<>(-std::sqrt(3.0), std::sqrt(3.0))(random);
    case Density::kGaussian:
      return std::normal_distribution<>()(random);
    case Density::kLaplacian:
      return sign * std::exponential_distribution<>(std::sqrt(2.0))(random);
    case Density::kGamma:
      return sign * std::gamma_distribution<>(0.5, 2 / std::sqrt(3.0))(random);
  }
  return 0;
}

Histogram sample(Density density, double deviation, bool is_signed, std::size_t zeros = 0) {
  std::mt19937 random(7);
  std::vector<float> values(50000);
  for (float& value : values) {
    const double x = deviation * draw(density, random);
    value = static_cast<float>(is_signed ? x : std::abs(x));
  }
  values.insert(values.end(), zeros, 0.0F);
  Histogram histogram;
  histogram.add(values);
  return histogram;
}

Histogram of(const std::vector<float>& values) {
  Histogram histogram;
  histogram.add(values);
  return histogram;
}

TEST(DensityFit, RecognisesSamplesOfEachDensityAtAnyScale) {
  for (std::size_t i = 0; i < kDensities.size(); ++i) {
    for (const bool is_signed : {true, false}) {
      for (const double deviation : {1e-3, 1.0, 300.0}) {
        SCOPED_TRACE(std::string(to_string(kDensities[i])) + " " + std::to_string(deviation));
        const Histogram histogram = sample(kDensities[i], deviation, is_signed);
        const DensityFit fit = fit_density(histogram, is_signed);
        EXPECT_EQ(fit.density, kDensities[i]);
        EXPECT_LT(fit.distance, 0.01);
        EXPECT_EQ(fit.distance, fit.distances[i]);
        EXPECT_NEAR(fit.deviation / deviation, 1, 0.02);
        EXPECT_EQ(fit.deviation, effective_deviation(histogram));
        EXPECT_NEAR(histogram.kurtosis() / kKurtosis[i], 1, 0.1);
        for (std::size_t other = 0; other < kDensities.size(); ++other) {
          if (other != i) {
            EXPECT_GT(fit.distances[other], 0.03);
          }
        }
      }
    }
  }
}

TEST(DensityFit, ZerosChangeNothing) {
  const Histogram without = sample(Density::kGaussian, 2, false);
  const Histogram with = sample(Density::kGaussian, 2, false, 60000);
  EXPECT_EQ(with.count(), without.count());
  EXPECT_EQ(with.kurtosis(), without.kurtosis());
  const DensityFit fit = fit_density(with, false);
  EXPECT_EQ(fit.deviation, fit_density(without, false).deviation);
  EXPECT_EQ(fit.distances, fit_density(without, false).distances);
}

TEST(DensityFit, DistanceIsTheLargestDifferenceOfTheDistributions) {
  // One value on each side, 1 from zero: half the mass jumps at each, a quarter of it to be
  // expected at most. Against a uniform density over +-sqrt 3 the jump at 1 leaves most above: from
  // (1 + 1 / sqrt 3) / 2 expected there, 1/2 is reached just before and 1 after.
  const DensityFit pair = fit_density(of({-1, 1}), true);
  EXPECT_NEAR(pair.distances[0], 1 / std::sqrt(3.0) / 2, 1e-2);
  EXPECT_NEAR(pair.distances[1], std::erf(1 / std::sqrt(2.0)) / 2, 1e-2);
  // One-sided, the whole mass jumps at 1.
  const DensityFit single = fit_density(of({1}), false);
  EXPECT_NEAR(single.distances[0], 1 / std::sqrt(3.0), 1e-2);
  EXPECT_NEAR(single.distances[2], 1 - std::exp(-std::sqrt(2.0)), 1e-2);
  // 3 of 4 values far in, where the density has little: the difference is largest behind them.
  const DensityFit peaked = fit_density(of({0.1F, 0.1F, 0.1F, 2.0F}), false);
  EXPECT_NEAR(peaked.distances[0], 0.75 - 0.1 / (std::sqrt(3.0) * std::sqrt(4.03 / 4)), 1e-2);
}

TEST(DensityFit, BothSidesCount) {
  // Even on one side, far in on the other.
  std::vector<float> skewed;
  std::vector<float> mirrored;
  for (int i = 0; i < 1000; ++i) {
    skewed.insert(skewed.end(), {1e-3F * (static_cast<float>(i) + 0.5F), -0.01F});
  }
  for (const float value : skewed) mirrored.push_back(-value);
  const DensityFit fit = fit_density(of(skewed), true);
  EXPECT_EQ(fit.distances, fit_density(of(mirrored), true).distances);
  const double end = std::sqrt(3.0) * effective_deviation(of(skewed));
  EXPECT_NEAR(fit.distances[0], 0.5 * (1 - 0.01 / end), 1e-2);
}

TEST(DensityFit, OneSidedValuesAreFarFromAnySignedDensity) {
  const DensityFit fit = fit_density(sample(Density::kGaussian, 1, false), true);
  EXPECT_NEAR(fit.distance, 0.5, 0.01);
}

TEST(DensityFit, ConstantTensorsFitBadlyAndEmptyOnesNot) {
  const DensityFit fit = fit_density(of(std::vector<float>(100, 0.25F)), false);
  EXPECT_DOUBLE_EQ(fit.deviation, 0.25);
  EXPECT_EQ(fit.density, Density::kUniform);
  EXPECT_GT(fit.distance, 0.5);
  EXPECT_THROW(fit_density(Histogram(), true), std::invalid_argument);
  EXPECT_THROW(fit_density(of({0.0F, -0.0F}), false), std::invalid_argument);
  EXPECT_EQ(effective_deviation(Histogram()), 0);
}

TEST(Histogram, CountsAndMeasuresValuesOtherThanZero) {
  const Histogram histogram = of({0.0F, 1.0F, -2.0F, 0.0F, 3.0F});
  EXPECT_EQ(histogram.count(), 3U);
  EXPECT_DOUBLE_EQ(histogram.kurtosis(), (1.0 + 16 + 81) * 3 / (14.0 * 14));
  EXPECT_EQ(Histogram().count(), 0U);
  EXPECT_EQ(Histogram().kurtosis(), 0);
  const float largest = std::numeric_limits<float>::max();
  EXPECT_DOUBLE_EQ(of({largest, -largest}).kurtosis(), 1);
  const float least = std::numeric_limits<float>::denorm_min();
  EXPECT_DOUBLE_EQ(of({least}).kurtosis(), 1);
}

TEST(Histogram, BinsHoldEveryValueInOrder) {
  const float largest = std::numeric_limits<float>::max();
  const std::vector<float> values{1.0F, 1.001F, -0.75F, -1e-30F, largest, 0.0F, -largest, 5.0F};
  const std::vector<Histogram::Bin> bins = of(values).bins();
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const Histogram::Bin& bin = bins[i];
    std::uint64_t inside = 0;
    for (const float value : values) {
      const double magnitude = std::abs(double{value});
      inside += value != 0.0F && std::signbit(value) == bin.is_negative && magnitude >= bin.from &&
                magnitude < bin.to;
    }
    EXPECT_EQ(bin.count, inside);
    EXPECT_LE(bin.to, bin.from * (1 + 1.0 / 128));
    EXPECT_TRUE(std::isfinite(bin.to));
    if (i > 0 && bins[i - 1].is_negative == bin.is_negative) {
      EXPECT_GE(bin.from, bins[i - 1].to);
    }
    count += bin.count;
  }
  EXPECT_EQ(bins.size(), 6U);  // 1 and 1.001 share one
  EXPECT_EQ(count, 7U);
}

}  // namespace
}  // namespace dcnsim
