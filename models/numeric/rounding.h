// SPDX-License-Identifier: Apache-2.0
// Rounding of single values: the one implementation that the reference executor, the SystemC
// datapath and fixed-point training share.
#pragma once

#include <cstdint>
#include <string_view>

#include "models/numeric/format.h"

namespace dcnsim {

/// How a value between two codes is rounded.
enum class Rounding : std::uint8_t {
  kHalfEven,    ///< nearest, ties to even: QONNX "ROUND"; the default for float -> fixed
  kHalfUp,      ///< nearest, ties towards +inf: add half, arithmetic shift; the hardware default
  kHalfAway,    ///< nearest, ties away from zero: QONNX "HALF_UP"
  kTowardZero,  ///< truncation: QONNX "DOWN"
  kFloor,       ///< towards -inf: QONNX "FLOOR"
  /// TFLite's: what leaves the lower 31 bits half up, then what is left of the shift half away from
  /// zero. Of a shift of up to 31 that is half up. For products with a multiplier only.
  kTwice
};

/// Bits that Rounding::kTwice drops first: those of a product that its doubled upper half lacks.
inline constexpr int kFirstOfTwice = 31;

std::string_view to_string(Rounding rounding);

/// value * 2^-shift rounded to an integer. A negative shift multiplies and saturates at int64.
/// Shifts of 64 and more are allowed and give the rounded quotient (0, -1 or +-1 never overflow).
std::int64_t shift_right_round(std::int64_t value, int shift, Rounding rounding);

/// `value` rounded to an integer-valued double.
double round_to_integer(double value, Rounding rounding);

/// clamp(zero_point + round(x * 2^frac)). NaN quantizes to the zero point; infinities clamp. Where
/// codes are signs, -1 for what is below 0, else +1.
std::int32_t quantize(double x, const Format& format, Rounding rounding = Rounding::kHalfEven);

/// (code - zero_point) * 2^-frac.
double dequantize(std::int32_t code, const Format& format);

/// `value` brought into the accumulator's range as its overflow mode says.
std::int64_t fit(std::int64_t value, const Accumulator& accumulator);

}  // namespace dcnsim
