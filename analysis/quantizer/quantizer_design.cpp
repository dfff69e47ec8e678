// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/quantizer_design.h"

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace dcnsim {
namespace {

using boost::math::quadrature::gauss;

/// What is summed over all x: the noise E[(x - q(x))^2], or minus half its derivative by the step.
/// With levels c step that is E[c (x - q(x))]: moving thresholds adds nothing, because both
/// neighbouring levels are equally far from them.
enum class Sum { kNoise, kSlope };

/// Integral over one cell of x, from a to b. Gauss-Legendre over sqrt(x) adds no difference of
/// large terms; few points do where cells are narrow.
double cell(Sum sum, Density density, double code, double step, double a, double b,
            bool is_narrow) {
  b = std::min(b, support(density));
  if (a >= b) return 0;
  const double level = code * step;
  const auto integrand = [&](double t) {
    const double error = t * t - level;
    return error * (sum == Sum::kNoise ? error : code) * density_of_root(density, t);
  };
  return is_narrow ? gauss<double, 3>::integrate(integrand, std::sqrt(a), std::sqrt(b))
                   : gauss<double, 20>::integrate(integrand, std::sqrt(a), std::sqrt(b));
}

/// The same from a on, for the outermost level.
double tail(Sum sum, Density density, double code, double step, double a) {
  if (a >= support(density)) return 0;
  if (density == Density::kUniform) {
    return cell(sum, density, code, step, a, support(density), false);
  }
  const double level = code * step;
  const TailMoments moments = tail_moments(density, a);
  return sum == Sum::kNoise
             ? moments.second - 2 * level * moments.first + level * level * moments.zeroth
             : code * (moments.first - level * moments.zeroth);
}

/// Over x >= 0, from the cell of code offset + k to that of the last of `count`.
struct Half {
  double inner;  ///< all cells but the outermost
  double outer;  ///< the outermost, with all that lies beyond
};

Half half(Sum sum, Density density, double offset, int count, double step) {
  const auto start_of = [&](int k) { return k == 0 ? 0.0 : (offset + k - 0.5) * step; };
  double inner = 0;
  for (int k = 0; k + 1 < count; ++k) {
    // The first cells bend most over sqrt(x).
    const bool is_narrow = count > 128 && k > 16;
    inner += cell(sum, density, offset + k, step, start_of(k), start_of(k + 1), is_narrow);
  }
  return {inner, tail(sum, density, offset + count - 1, step, start_of(count - 1))};
}

double total(Sum sum, Density density, Levels levels, int bits, double step) {
  const int count = 1 << bits;
  switch (levels) {
    case Levels::kMidRise: {
      const Half side = half(sum, density, 0.5, count / 2, step);
      return 2 * (side.inner + side.outer);
    }
    case Levels::kTwosComplement: {
      // The negative side has one level more; all further in is the same on both.
      const Half negative = half(sum, density, 0, count / 2 + 1, step);
      const double last = count / 2 - 1;
      const double from = count == 2 ? 0 : (last - 0.5) * step;
      const double shared_end = (last + 0.5) * step;
      const double last_cell = cell(sum, density, last, step, from, shared_end, false);
      return 2 * negative.inner - last_cell + tail(sum, density, last, step, from) + negative.outer;
    }
    case Levels::kUnsigned: {
      const Half side = half(sum, density, 0, count, step);
      return 2 * (side.inner + side.outer);
    }
  }
  return 0;
}

/// Steps between which the noise has one minimum, the least of all.
std::pair<double, double> bracket(Density density, Levels levels, int bits) {
  const int count = 1 << bits;
  const int last_level = levels == Levels::kUnsigned ? count - 1 : count / 2;
  const double end = support(density);
  std::pair<double, double> range{0.5 / last_level, 32.0 / last_level};
  if (std::isfinite(end)) {
    // There is a small minimum for every number of levels inside; the best one uses the outermost.
    if (last_level > 1) range = {end / (last_level + 1), end / (last_level - 0.5)};
  } else if (bits > 8) {
    // A bit more halves the step but for the levels that reach further out, by 15 % at most.
    const double step = design_quantizer(density, levels, bits - 1).step;
    return {0.5 * step, 0.59 * step};
  }
  constexpr int kSteps = 12;
  const double ratio = std::pow(range.second / range.first, 1.0 / kSteps);
  double best = 0, least = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const double step = range.first * std::pow(ratio, i);
    const double value = total(Sum::kNoise, density, levels, bits, step);
    if (i == 0 || value < least) {
      least = value;
      best = step;
    }
  }
  return {best / ratio, best * ratio};
}

void check(int bits) {
  if (bits < 1 || bits > 16) {
    throw std::invalid_argument("quantizer design: " + std::to_string(bits) +
                                " bits, expected 1 to 16");
  }
}

}  // namespace

double quantizer_noise(Density density, Levels levels, int bits, double step) {
  check(bits);
  if (!(step > 0)) throw std::invalid_argument("quantizer design: step must be positive");
  return total(Sum::kNoise, density, levels, bits, step);
}

QuantizerDesign design_quantizer(Density density, Levels levels, int bits) {
  check(bits);
  const auto slope = [&](double step) { return total(Sum::kSlope, density, levels, bits, step); };
  const auto [low, high] = bracket(density, levels, bits);
  // The root of the slope: a minimum could be located to half the digits of a double at best.
  constexpr int kToleranceBits = 36;
  std::uintmax_t iterations = 100;
  const auto [below, above] = boost::math::tools::toms748_solve(
      slope, low, high, boost::math::tools::eps_tolerance<double>(kToleranceBits), iterations);
  const double step = below + (above - below) / 2;
  return {step, -10 * std::log10(total(Sum::kNoise, density, levels, bits, step))};
}

}  // namespace dcnsim
