// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/rounding.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "models/numeric/quotient.h"

namespace dcnsim {
namespace {

std::int64_t shift_left_saturating(std::int64_t value, int shift) {
  if (value == 0) return 0;
  if (shift >= 63 || value > (INT64_MAX >> shift) || value < (INT64_MIN >> shift)) {
    return value > 0 ? INT64_MAX : INT64_MIN;
  }
  return value * (std::int64_t{1} << shift);
}

/// x * 2^n as std::ldexp gives it, without a call for the exponents that formats have.
double scaled(double x, int n) {
  if (n < -1000 || n > 1000) return std::ldexp(x, n);
  const std::uint64_t bits = static_cast<std::uint64_t>(n + 1023) << 52;
  double power = 0;
  std::memcpy(&power, &bits, sizeof power);
  return x * power;
}

}  // namespace

std::string_view to_string(Rounding rounding) {
  switch (rounding) {
    case Rounding::kHalfEven:
      return "half-even";
    case Rounding::kHalfUp:
      return "half-up";
    case Rounding::kHalfAway:
      return "half-away";
    case Rounding::kTowardZero:
      return "toward-zero";
    case Rounding::kFloor:
      return "floor";
    case Rounding::kTwice:
      return "twice";
  }
  return "";
}

std::int64_t shift_right_round(std::int64_t value, int shift, Rounding rounding) {
  if (shift == 0) return value;
  if (shift < 0) return shift_left_saturating(value, -std::max(shift, -64));
  if (rounding == Rounding::kTwice && shift > kFirstOfTwice) {
    return shift_right_round(shift_right_round(value, kFirstOfTwice, Rounding::kHalfUp),
                             shift - kFirstOfTwice, Rounding::kHalfAway);
  }
  const bool negative = value < 0;
  if (shift > 64) {  // |quotient| < 1/2
    const Remainder r{negative ? 1 : -1, value == 0, negative, negative};
    return (negative ? -1 : 0) + (rounds_up(rounding, r) ? 1 : 0);
  }
  const auto bits = static_cast<std::uint64_t>(value);
  const std::int64_t floor = shift == 64 ? (negative ? -1 : 0) : value >> shift;
  const std::uint64_t remainder = shift == 64 ? bits : bits & ((std::uint64_t{1} << shift) - 1);
  const std::uint64_t half = std::uint64_t{1} << (shift - 1);
  const Remainder r{remainder < half ? -1 : (remainder == half ? 0 : 1), remainder == 0,
                    (floor & 1) != 0, negative};
  return floor + (rounds_up(rounding, r) ? 1 : 0);
}

double round_to_integer(double value, Rounding rounding) {
  if (rounding == Rounding::kHalfEven) {
    const double nearest = std::nearbyint(value);
    return nearest == value ? value : nearest + 0.0;  // no zero with a sign that `value` has not
  }
  const double floor = std::floor(value);
  const double fraction = value - floor;  // exact: both are multiples of the same ulp
  const Remainder r{fraction < 0.5 ? -1 : (fraction == 0.5 ? 0 : 1), fraction == 0,
                    2 * std::floor(floor / 2) != floor, value < 0};
  if (!std::isfinite(value)) return value;
  return rounds_up(rounding, r) ? floor + 1 : floor;
}

std::int32_t quantize(double x, const Format& format, Rounding rounding) {
  if (format.is_sign()) return x < 0 ? -1 : 1;
  if (std::isnan(x)) return format.zero_point;
  const double code = round_to_integer(scaled(x, format.frac), rounding) + format.zero_point;
  return static_cast<std::int32_t>(std::clamp<double>(code, format.min_code(), format.max_code()));
}

double dequantize(std::int32_t code, const Format& format) {
  return scaled(static_cast<double>(code - format.zero_point), -format.frac);
}

std::int64_t fit(std::int64_t value, const Accumulator& accumulator) {
  if (accumulator.overflow == Overflow::kSaturate) {
    return std::clamp(value, accumulator.min_value(), accumulator.max_value());
  }
  const int unused = 64 - accumulator.bits;
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << unused) >> unused;
}

}  // namespace dcnsim
