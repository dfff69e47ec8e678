// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/density_fit.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace dcnsim {
namespace {

/// Largest difference between the distribution of magnitudes of one sign, as a part of all values,
/// and `part` of the density's mass from zero out, or (signed) from infinity in.
double distance_of_side(const std::vector<Histogram::Bin>& bins, bool is_negative, double count,
                        const DensityFit& fit, Density density, double part) {
  std::uint64_t inside = 0;
  std::uint64_t side = 0;
  for (const Histogram::Bin& bin : bins) side += bin.is_negative == is_negative ? bin.count : 0;
  double largest = 0;
  const auto compare = [&](double bound) {
    const double expected = part * (1 - mass_within(density, bound / fit.deviation));
    largest = std::max(largest, std::abs(static_cast<double>(side - inside) / count - expected));
  };
  compare(0);
  for (const Histogram::Bin& bin : bins) {
    if (bin.is_negative != is_negative) continue;
    compare(bin.from);
    inside += bin.count;
    compare(bin.to);
  }
  return largest;
}

}  // namespace

double effective_deviation(const Histogram& histogram) {
  return histogram.count() == 0
             ? 0
             : std::sqrt(histogram.signal() / static_cast<double>(histogram.count()));
}

DensityFit fit_density(const Histogram& histogram, bool is_signed) {
  DensityFit fit;
  fit.deviation = effective_deviation(histogram);
  if (fit.deviation == 0) throw std::invalid_argument("all values are zero: no density fits them");
  const std::vector<Histogram::Bin> bins = histogram.bins();
  const auto count = static_cast<double>(histogram.count());
  for (std::size_t i = 0; i < kDensities.size(); ++i) {
    const double part = is_signed ? 0.5 : 1;
    double distance = distance_of_side(bins, false, count, fit, kDensities[i], part);
    if (is_signed) {
      distance = std::max(distance, distance_of_side(bins, true, count, fit, kDensities[i], part));
    }
    fit.distances[i] = distance;
    if (distance < fit.distance) {
      fit.distance = distance;
      fit.density = kDensities[i];
    }
  }
  return fit;
}

}  // namespace dcnsim
