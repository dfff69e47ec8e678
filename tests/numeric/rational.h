// SPDX-License-Identifier: Apache-2.0
// Rounding of fractions written down from the modes' definitions, for tests to compare with.
#pragma once

#include <cstdint>

#include "models/numeric/post.h"
#include "models/numeric/rounding.h"

namespace dcnsim::test {

__extension__ typedef __int128 Int128;

inline constexpr Rounding kRoundings[] = {Rounding::kHalfEven, Rounding::kHalfUp,
                                          Rounding::kHalfAway, Rounding::kTowardZero,
                                          Rounding::kFloor};

inline Int128 floor_divide(Int128 a, Int128 b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

/// numerator / denominator, rounded; denominator > 0, |2 * numerator + denominator| < 2^127.
inline Int128 round_fraction(Int128 numerator, Int128 denominator, Rounding rounding) {
  const Int128 half_up = floor_divide(2 * numerator + denominator, 2 * denominator);
  const bool tie = (2 * numerator + denominator) % (2 * denominator) == 0;
  switch (rounding) {
    case Rounding::kHalfEven:
      return half_up - (tie && half_up % 2 != 0 ? 1 : 0);
    case Rounding::kHalfUp:
      return half_up;
    case Rounding::kHalfAway:
      return numerator >= 0 ? half_up : -round_fraction(-numerator, denominator, Rounding::kHalfUp);
    case Rounding::kTowardZero:
      return numerator / denominator;
    case Rounding::kFloor:
      return floor_divide(numerator, denominator);
    case Rounding::kTwice:
      break;  // of powers of two only
  }
  return 0;
}

/// numerator / 2^shift as TFLite rounds it: half up to a multiple of 2^31, what that leaves of the
/// shift half away from zero.
inline Int128 round_twice(Int128 numerator, int shift) {
  const int first = shift < 31 ? shift : 31;
  const Int128 high = round_fraction(numerator, Int128{1} << first, Rounding::kHalfUp);
  return round_fraction(high, Int128{1} << (shift - first), Rounding::kHalfAway);
}

inline std::int32_t clamp_code(Int128 value, const Requant& requant) {
  Int128 low = requant.out.min_code() + requant.clamp_low;
  const Int128 high = requant.out.max_code() - requant.clamp_high;
  if (requant.relu && low < 0) low = 0;
  return static_cast<std::int32_t>(value < low ? low : (value > high ? high : value));
}

}  // namespace dcnsim::test
