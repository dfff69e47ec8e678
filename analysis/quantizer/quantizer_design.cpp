// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/quantizer_design.h"

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/tools/minima.hpp>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace dcnsim {
namespace {

using boost::math::quadrature::gauss;

/// Integral of (x - level)^2 p(x) from a to b. Gauss-Legendre over sqrt(x) adds no difference of
/// large terms; few points do where cells are narrow.
double cell_noise(Density density, double level, double a, double b, bool is_narrow) {
  b = std::min(b, support(density));
  if (a >= b) return 0;
  const auto integrand = [&](double t) {
    const double error = t * t - level;
    return error * error * density_of_root(density, t);
  };
  return is_narrow ? gauss<double, 5>::integrate(integrand, std::sqrt(a), std::sqrt(b))
                   : gauss<double, 20>::integrate(integrand, std::sqrt(a), std::sqrt(b));
}

/// Integral of (x - level)^2 p(x) from a on, level >= a or close below.
double tail_noise(Density density, double level, double a) {
  if (a >= support(density)) return 0;
  if (density == Density::kUniform) return cell_noise(density, level, a, support(density), false);
  const TailMoments tail = tail_moments(density, a);
  return tail.second - 2 * level * tail.first + level * level * tail.zeroth;
}

/// Noise from x >= 0 with levels (offset + k) step, k = 0 .. count - 1.
double half_noise(Density density, double offset, int count, double step) {
  double sum = 0;
  double from = 0;
  for (int k = 0; k < count; ++k) {
    const double level = (offset + k) * step;
    const double to = level + step / 2;
    if (k + 1 == count) {
      sum += tail_noise(density, level, from);
    } else {
      // The first cells bend most over sqrt(x).
      sum += cell_noise(density, level, from, to, /*is_narrow=*/count > 128 && k > 16);
    }
    from = to;
  }
  return sum;
}

/// Steps between which the best one lies.
std::pair<double, double> range(Density density, Levels levels, int bits) {
  const int count = 1 << bits;
  const int last_level = levels == Levels::kUnsigned ? count - 1 : count / 2;
  const double end = support(density);
  // Where a density ends, the noise has a small minimum for every number of levels inside; the best
  // one uses the outermost level.
  if (std::isfinite(end) && last_level > 1) {
    return {end / (last_level + 1), end / (last_level - 0.5)};
  }
  return {0.25 / last_level, 64.0 / last_level};
}

/// Neighbours of the best of some steps in the range: between them the noise has one minimum.
template <class Noise>
std::pair<double, double> bracket(const std::pair<double, double>& range, const Noise& noise) {
  constexpr int kSteps = 24;
  const double ratio = std::pow(range.second / range.first, 1.0 / kSteps);
  double best = 0, least = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const double step = range.first * std::pow(ratio, i);
    const double value = noise(step);
    if (i == 0 || value < least) {
      least = value;
      best = step;
    }
  }
  return {best / ratio, best * ratio};
}

}  // namespace

double quantizer_noise(Density density, Levels levels, int bits, double step) {
  const int count = 1 << bits;
  switch (levels) {
    case Levels::kMidRise:
      return 2 * half_noise(density, 0.5, count / 2, step);
    case Levels::kTwosComplement:
      return half_noise(density, 0, count / 2, step) + half_noise(density, 0, count / 2 + 1, step);
    case Levels::kUnsigned:
      return 2 * half_noise(density, 0, count, step);
  }
  return 0;
}

QuantizerDesign design_quantizer(Density density, Levels levels, int bits) {
  if (bits < 1 || bits > 16) {
    throw std::invalid_argument("quantizer design: " + std::to_string(bits) +
                                " bits, expected 1 to 16");
  }
  const auto noise = [&](double step) { return quantizer_noise(density, levels, bits, step); };
  const auto [low, high] = bracket(range(density, levels, bits), noise);
  constexpr int kHalfOfDouble = 26;  // bits; a minimum cannot be located more exactly
  const auto [step, value] = boost::math::tools::brent_find_minima(noise, low, high, kHalfOfDouble);
  return {step, -10 * std::log10(value)};
}

}  // namespace dcnsim
