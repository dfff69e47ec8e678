// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/distribution.h"

#include <algorithm>
#include <cmath>

namespace dcnsim {
namespace {

using Bins = std::vector<Histogram::Bin>;

double low_end(const Histogram::Bin& bin) { return bin.is_negative ? -bin.to : bin.from; }
double high_end(const Histogram::Bin& bin) { return bin.is_negative ? -bin.from : bin.to; }

/// How many values lie below `value`.
double count_below(const Bins& bins, double value) {
  double sum = 0;
  for (const Histogram::Bin& bin : bins) {
    const double share = (value - low_end(bin)) / (bin.to - bin.from);
    sum += static_cast<double>(bin.count) * std::clamp(share, 0.0, 1.0);
  }
  return sum;
}

/// The magnitude that this share of all values does not exceed; `bins` by rising magnitude.
double magnitude_at(const Bins& bins, double values) {
  for (const Histogram::Bin& bin : bins) {
    const auto count = static_cast<double>(bin.count);
    if (values <= count) return bin.from + (bin.to - bin.from) * values / count;
    values -= count;
  }
  return bins.back().to;
}

}  // namespace

ValueRange value_range(const Format& format, double scale) {
  return {scale * (format.min_code() - format.zero_point),
          scale * (format.max_code() - format.zero_point), scale};
}

Distribution distribution(const Histogram& histogram, const ValueRange& range) {
  Distribution result;
  result.zeros = histogram.zeros();
  result.count = histogram.count();
  result.counts.resize(kDistributionBins);
  Bins bins = histogram.bins();
  if (bins.empty()) return result;
  const double largest = histogram.largest_magnitude();
  result.low = HUGE_VAL;
  result.high = -HUGE_VAL;
  for (const Histogram::Bin& bin : bins) {
    result.low = std::min(result.low, std::max(low_end(bin), -largest));
    result.high = std::max(result.high, std::min(high_end(bin), largest));
  }
  const auto all = static_cast<double>(result.count);
  // Rounded sums, so that the counts add up.
  const auto up_to = [&](std::size_t bin) {
    const double share = static_cast<double>(bin) / static_cast<double>(kDistributionBins);
    const double edge = result.low + share * (result.high - result.low);
    return bin == 0 ? 0.0 : bin == kDistributionBins ? all : std::round(count_below(bins, edge));
  };
  for (std::size_t bin = 0; bin < kDistributionBins; ++bin) {
    result.counts[bin] = static_cast<std::uint64_t>(up_to(bin + 1) - up_to(bin));
  }
  result.beyond = (all - count_below(bins, range.high) + count_below(bins, range.low)) / all;
  result.below_half_step =
      (count_below(bins, range.step / 2) - count_below(bins, -range.step / 2)) / all;
  std::sort(bins.begin(), bins.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  for (std::size_t i = 0; i < kMagnitudeShares.size(); ++i) {
    result.magnitudes[i] = std::min(magnitude_at(bins, kMagnitudeShares[i] * all), largest);
  }
  return result;
}

}  // namespace dcnsim
