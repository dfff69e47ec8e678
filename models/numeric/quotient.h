// SPDX-License-Identifier: Apache-2.0
// Rounding of exact integer quotients: the one place that says which way each mode goes.
#pragma once

#include "models/numeric/rounding.h"

namespace dcnsim {

/// 128-bit integers hold aligned sums of codes whose binary points are far apart.
__extension__ typedef __int128 Int128;

/// What decides the rounding of a quotient once its floor is known.
struct Remainder {
  int against_half;  ///< remainder compared with half the divisor: -1, 0, +1
  bool is_zero;
  bool floor_is_odd;
  bool negative;  ///< sign of the exact quotient
};

/// Whether the rounded quotient is floor + 1 rather than floor.
constexpr bool rounds_up(Rounding rounding, const Remainder& r) {
  switch (rounding) {
    case Rounding::kHalfEven:
      return r.against_half > 0 || (r.against_half == 0 && r.floor_is_odd);
    case Rounding::kHalfUp:
    case Rounding::kTwice:  // the first of its roundings
      return r.against_half >= 0;
    case Rounding::kHalfAway:
      return r.against_half > 0 || (r.against_half == 0 && !r.negative);
    case Rounding::kTowardZero:
      return r.negative && !r.is_zero;
    case Rounding::kFloor:
      return false;
  }
  return false;
}

/// numerator / divisor rounded to an integer; divisor > 0.
template <class Int>
constexpr Int divide_round(Int numerator, Int divisor, Rounding rounding) {
  Int floor = numerator / divisor;
  Int remainder = numerator % divisor;
  if (remainder < 0) {
    --floor;
    remainder += divisor;
  }
  const Int rest = divisor - remainder;  // avoids doubling, which could overflow
  const Remainder r{remainder < rest ? -1 : (remainder == rest ? 0 : 1), remainder == 0,
                    floor % 2 != 0, numerator < 0};
  return floor + (rounds_up(rounding, r) ? 1 : 0);
}

}  // namespace dcnsim
