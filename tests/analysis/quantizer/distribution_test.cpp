// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/distribution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

namespace dcnsim {
namespace {

TEST(Distribution, of_no_values_is_empty) {
  Histogram histogram;
  histogram.add({0, 0});
  const Distribution found = distribution(histogram, {-1, 1, 0.5});
  EXPECT_EQ(found.zeros, 2u);
  EXPECT_EQ(found.count, 0u);
  EXPECT_EQ(found.low, 0);
  EXPECT_EQ(found.high, 0);
  EXPECT_EQ(std::accumulate(found.counts.begin(), found.counts.end(), std::uint64_t{0}), 0u);
}

/// Against counts of the values themselves; a value may lie in the bin beside its own where that
/// ends within 1/128 of an octave of it.
TEST(Distribution, counts_what_lies_where) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal(0.3F, 1);
  std::vector<float> values;
  for (int i = 0; i < 20'000; ++i) values.push_back(normal(random));
  Histogram histogram;
  histogram.add(values);
  const ValueRange range = value_range({4, 2, true, false}, 0.25);
  EXPECT_EQ(range.low, -2);
  EXPECT_EQ(range.high, 1.75);
  const Distribution found = distribution(histogram, range);
  std::vector<double> magnitudes;
  std::size_t beyond = 0, to_zero = 0;
  for (const float value : values) {
    magnitudes.push_back(std::abs(value));
    beyond += value < -2 || value > 1.75F ? 1 : 0;
    to_zero += std::abs(value) < 0.125F ? 1 : 0;
  }
  std::sort(magnitudes.begin(), magnitudes.end());
  EXPECT_NEAR(found.beyond, static_cast<double>(beyond) / 20'000, 2e-3);
  EXPECT_NEAR(found.below_half_step, static_cast<double>(to_zero) / 20'000, 2e-3);
  EXPECT_NEAR(found.magnitudes[3], magnitudes[10'000], 0.01);
  EXPECT_NEAR(found.magnitudes[5], magnitudes[19'800], 0.03);
  EXPECT_EQ(found.magnitudes[6], magnitudes.back());
  std::vector<std::uint64_t> counts(kDistributionBins);
  const double width = (found.high - found.low) / kDistributionBins;
  for (const float value : values) {
    const auto bin = static_cast<std::size_t>((value - found.low) / width);
    ++counts[std::min(bin, kDistributionBins - 1)];
  }
  std::uint64_t sum = 0;
  for (std::size_t bin = 0; bin < kDistributionBins; ++bin) {
    sum += found.counts[bin];
    EXPECT_NEAR(static_cast<double>(found.counts[bin]), static_cast<double>(counts[bin]), 60)
        << bin;
  }
  EXPECT_EQ(sum, 20'000u);
}

TEST(Distribution, of_codes_with_a_zero_point_begins_below_it) {
  Format format{8, 0, false, false};
  format.zero_point = 100;
  const ValueRange range = value_range(format, 0.5);
  EXPECT_EQ(range.low, -50);
  EXPECT_EQ(range.high, 77.5);
  EXPECT_EQ(range.step, 0.5);
}

}  // namespace
}  // namespace dcnsim
