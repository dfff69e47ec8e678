// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/format_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/numeric/rounding.h"

namespace dcnsim {
namespace {

/// quantize() less the zero point, of any format but signs, in few instructions: integer bounds may
/// as well be applied before rounding, and what lies between them is rounded half to even where
/// double has no fractions any more. `codes` is no NaN.
class Rounded {
 public:
  explicit Rounded(const Format& format)
      : low_(format.min_code() - format.zero_point), high_(format.max_code() - format.zero_point) {}

  double operator()(double codes) const {
    constexpr double kNoFractions = 0x1.8p52;
    return std::min(std::max(codes, low_), high_) + kNoFractions - kNoFractions;
  }

 private:
  double low_, high_;
};

/// An exact tensor with the interface of Histogram.
class Values {
 public:
  explicit Values(const std::vector<float>& values) : values_(values) {}

  double signal() const {
    double sum = 0;
    for (const float value : values_) sum += double{value} * double{value};
    return sum;
  }

  double largest_magnitude() const {
    float largest = 0;
    for (const float value : values_) largest = std::max(largest, std::abs(value));
    return double{largest};
  }

  double noise(const Format& format, double step = 1) const {
    double sum = 0;
    const auto add = [&](double error) { sum += error * error; };
    if (format.is_sign()) {
      for (const float value : values_) {
        const double steps = double{value} / step;
        add(steps - dequantize(quantize(steps, format), format));
      }
      return sum * step * step;
    }
    const Rounded rounded(format);
    const double up = std::ldexp(1.0, format.frac), down = std::ldexp(1.0, -format.frac);
    for (const float value : values_) {
      const double steps = double{value} / step;
      add(steps - rounded(steps * up) * down);
    }
    return sum * step * step;
  }

  double clipping(const Format& format) const {
    const double low = dequantize(format.min_code(), format);
    const double high = dequantize(format.max_code(), format);
    double sum = 0;
    for (const float value : values_) {
      const double beyond = double{value} - std::clamp(double{value}, low, high);
      sum += beyond * beyond;
    }
    return sum;
  }

 private:
  const std::vector<float>& values_;
};

/// Starts where nothing is clipped: below, each grid is part of the next finer one and so no
/// better. Ends where clipping, which only grows with n, costs more than the best so far.
template <class Distribution>
FormatChoice search(const Distribution& distribution, int bits, bool is_signed) {
  FormatChoice best{{bits, 0, is_signed, false}, distribution.signal(), 0};
  const double largest = distribution.largest_magnitude();
  if (largest == 0) return best;
  int exponent = 0;  // largest <= 2^exponent
  std::frexp(largest, &exponent);
  const int first = bits - (is_signed ? 1 : 0) - exponent - 1;
  best.noise = std::numeric_limits<double>::infinity();
  for (int frac = std::clamp(first, -kMaxFrac, kMaxFrac); frac <= kMaxFrac; ++frac) {
    const Format format{bits, frac, is_signed, false};
    if (distribution.clipping(format) > best.noise) break;
    const double noise = distribution.noise(format);
    if (noise < best.noise) {
      best.noise = noise;
      best.format = format;
    }
  }
  return best;
}

constexpr int kStepsAnOctave = 32;

template <class Distribution>
FormatChoice with_best_step(const FormatChoice& choice, const Distribution& distribution) {
  FormatChoice best = choice;
  for (int k = -kStepsAnOctave; k <= kStepsAnOctave; ++k) {
    const auto step =
        static_cast<double>(static_cast<float>(std::exp2(static_cast<double>(k) / kStepsAnOctave)));
    const double noise = distribution.noise(choice.format, step);
    if (noise >= best.noise) continue;
    best.noise = noise;
    best.step = step;
  }
  return best;
}

}  // namespace

double FormatChoice::scale() const { return std::ldexp(step, -format.frac); }

std::string to_string(const FormatChoice& choice) {
  const std::string format = to_string(choice.format);
  return choice.step == 1 ? format : fmt::format("{} x {:.3f}", format, choice.step);
}

double FormatChoice::sqnr_db() const {
  if (noise == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(signal / noise);
}

FormatChoice best_format(const std::vector<float>& values, int bits, bool is_signed) {
  return search(Values(values), bits, is_signed);
}

FormatChoice best_format(const Histogram& histogram, int bits, bool is_signed) {
  return search(histogram, bits, is_signed);
}

FormatChoice with_free_scale(const FormatChoice& choice, const std::vector<float>& values) {
  return with_best_step(choice, Values(values));
}

FormatChoice with_free_scale(const FormatChoice& choice, const Histogram& histogram) {
  return with_best_step(choice, histogram);
}

FormatChoice sign_format(const std::vector<float>& weights) {
  double sum = 0;
  for (const float weight : weights) sum += std::abs(double{weight});
  const double mean = weights.empty() ? 0 : sum / static_cast<double>(weights.size());
  int exponent = 0;  // mean = fraction * 2^exponent, fraction from 1/2 to 1
  const double fraction = std::frexp(mean, &exponent);
  const int frac = mean == 0 ? 0 : fraction < 0.75 ? 1 - exponent : -exponent;
  return format_choice(weights, {1, std::clamp(frac, -kMaxFrac, kMaxFrac), true, true});
}

std::vector<float> as_held(const std::vector<float>& values, const Format& format) {
  return as_held(values, format, {std::ldexp(1.0, -format.frac)});
}

std::vector<float> as_held(const std::vector<float>& values, Format format,
                           const std::vector<double>& scales) {
  format.frac = 0;
  const std::size_t part = values.size() / scales.size();
  const Rounded rounded(format);
  std::vector<float> held(values.size());
  for (std::size_t first = 0; first < values.size(); first += part) {
    const double scale = scales[first / part];
    const auto hold = [&](const auto& code_of) {
      for (std::size_t i = first; i < first + part; ++i) {
        held[i] = static_cast<float>(code_of(double{values[i]} / scale) * scale);
      }
    };
    if (format.is_sign()) {
      hold([&](double steps) { return dequantize(quantize(steps, format), format); });
    } else {
      hold([&](double steps) { return std::isnan(steps) ? 0 : rounded(steps); });
    }
  }
  return held;
}

FormatChoice format_choice(const std::vector<float>& values, const Format& format) {
  const Values exact(values);
  return {format, exact.signal(), exact.noise(format)};
}

FormatChoice format_choice(const Histogram& histogram, const Format& format) {
  return {format, histogram.signal(), histogram.noise(format)};
}

}  // namespace dcnsim
