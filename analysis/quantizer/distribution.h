// SPDX-License-Identifier: Apache-2.0
// A tensor's values as people look at them: extremes, quantiles, and counts in bins of equal width,
// beside the range of its format.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "analysis/quantizer/histogram.h"
#include "models/numeric/format.h"

namespace dcnsim {

/// Of the magnitudes: the least, 1, 25, 50, 75 and 99 % of them, the largest.
inline constexpr std::array<double, 7> kMagnitudeShares{0, 0.01, 0.25, 0.5, 0.75, 0.99, 1};
inline constexpr std::size_t kDistributionBins = 64;

/// What the codes of a format stand for: from `low` to `high` in steps of `step`.
struct ValueRange {
  double low = 0, high = 0, step = 0;
};
/// `scale`: of a code.
ValueRange value_range(const Format& format, double scale);

/// Values lie in the histogram's bins (1/128 of an octave) as spread evenly.
struct Distribution {
  std::uint64_t zeros = 0;
  std::uint64_t count = 0;                                   ///< of the other values, as all below
  double low = 0, high = 0;                                  ///< 0 if there are none
  std::array<double, kMagnitudeShares.size()> magnitudes{};  ///< at kMagnitudeShares
  std::vector<std::uint64_t> counts;  ///< from low to high, kDistributionBins
  double beyond = 0;                  ///< part of them out of range, 0..1
  double below_half_step = 0;         ///< part that becomes 0, 0..1
};
Distribution distribution(const Histogram& histogram, const ValueRange& range);

}  // namespace dcnsim
