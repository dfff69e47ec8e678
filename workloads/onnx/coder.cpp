// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/coder.h"

#include <cmath>

namespace dcnsim {
namespace {

/// Sums of codes, and of codes and kShift, are exact up to this width.
constexpr int kExactBits = 50;
/// Between 2^52 and 2^53 doubles are the integers: adding this rounds to even, as doubles do.
constexpr double kShift = 0x1.8p52;

}  // namespace

Coder::Coder(const QuantSpec& spec, Rounding rounding) : spec_(spec), rounding_(rounding) {}

void Coder::code(double* values, std::size_t count) const {
  if (spec_.is_sign() || spec_.bits > kExactBits) {
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = static_cast<double>(spec_.code(values[i], rounding_));
    }
    return;
  }
  const double step = spec_.step, factor = std::ldexp(1.0, spec_.frac);
  const double zero = spec_.zero_point;
  const double before = spec_.adds_zero_first ? zero : 0, after = zero - before;
  const double low = static_cast<double>(spec_.min_code()) - after;
  const double high = static_cast<double>(spec_.max_code()) - after;
  // Limits are integers, which no rounding moves or passes: so they may come before it.
  const auto limited = [=](double value) {
    const double steps = value / step * factor + before;
    const double above = steps > low ? steps : low;
    return above < high ? above : high;
  };
  if (rounding_ == Rounding::kHalfEven) {
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = limited(values[i]) + kShift - kShift + after;
    }
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = round_to_integer(limited(values[i]), rounding_) + after;
    }
  }
}

}  // namespace dcnsim
