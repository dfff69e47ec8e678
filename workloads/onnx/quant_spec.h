// SPDX-License-Identifier: Apache-2.0
// A uniform quantizer of ONNX (QuantizeLinear, DequantizeLinear) or QONNX (Quant, BipolarQuant;
// github.com/fastmachinelearning/qonnx, docs/qonnx-custom-ops). Scales that are powers of two and
// zero points of 0 are what shifts can execute. QONNX takes signed 1 bit as -1 and +1, as
// BipolarQuant: narrow here. Codes -1 and 0 are unsigned there, with zero point 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/numeric/format.h"
#include "models/numeric/rounding.h"

namespace dcnsim {

/// Widths of biases may exceed those of a Format.
inline constexpr int kMaxQuantBits = 62;

/// value = (code - zero_point) * step * 2^-frac.
struct QuantSpec {
  int bits = 8;
  int frac = 0;
  bool is_signed = true;
  bool narrow = false;
  std::string mode = "ROUND";  ///< rounding_mode as QONNX spells it, one that rounding() knows
  double step = 1;             ///< other than 1 where the scale is no power of two; then frac is 0
  std::int32_t zero_point = 0;
  bool adds_zero_first = false;  ///< the zero point is added before values are rounded, as in QONNX

  /// Throws std::runtime_error if the scale is not a positive number.
  void set_scale(double scale);
  double scale() const;
  /// Throws std::runtime_error if it is no code. A signed bit is said with 1, and has 0.
  void set_zero_point(double value);
  /// Grows to the fewest bits, a sign included, that hold codes from `low` to `high`.
  void hold(double low, double high);
  bool is_affine() const { return step != 1 || zero_point != 0; }
  /// As an activation or weight format; throws std::runtime_error if there is none such.
  Format format() const;
  std::int64_t min_code() const;
  std::int64_t max_code() const;
  /// No code stands for less than 0.
  bool is_non_negative() const { return min_code() >= zero_point; }
  /// `non_negative`: what is rounded cannot be below zero before a clamp at zero. Throws
  /// std::runtime_error if there is none such.
  Rounding rounding(bool non_negative) const;
  /// QONNX's ROUND makes halves even with the zero point, an odd one: where values may lie half-way
  /// between codes, that is none of the ways of rounding here.
  bool rounds_halves_to_odd() const;
  /// With which code() rounds, whatever the scale.
  Rounding code_rounding() const;
  std::int64_t code(double value, Rounding rounding) const;
  std::int64_t code(double value) const { return code(value, code_rounding()); }
  /// Puts the codes of `count` values, which may be infinite, in their place: what code() works out
  /// of the quantizer is worked out once, and what is left is a loop that compilers vectorise. As
  /// doubles, which hold codes of up to 53 bits.
  void put_codes(double* values, std::size_t count, Rounding rounding) const;
  std::string text() const;
  /// The same codes stand for the same values.
  bool has_codes_of(const QuantSpec& other) const {
    return format() == other.format() && step == other.step;
  }
  /// Codes -1 and +1.
  bool is_sign() const { return bits == 1 && is_signed && narrow; }
  /// Codes -1 and 0.
  bool is_signed_bit() const { return bits == 1 && is_signed && !narrow; }

  friend bool operator==(const QuantSpec& a, const QuantSpec& b) {
    return a.bits == b.bits && a.frac == b.frac && a.is_signed == b.is_signed &&
           a.narrow == b.narrow && a.mode == b.mode && a.step == b.step &&
           a.zero_point == b.zero_point &&
           (a.zero_point == 0 || a.adds_zero_first == b.adds_zero_first);
  }
};

/// The mode that QuantSpec holds for a rounding_mode attribute: in capitals, HALF_EVEN as ROUND.
/// Throws std::runtime_error for modes that cannot be executed.
std::string mode_of_name(const std::string& name);

/// The mode that rounds x + 1, from 0 to 1, to one more than `mode` rounds x to; and back, from any
/// spelling, as mode_of_name().
std::string mode_one_higher(const std::string& mode);
std::string mode_one_lower(const std::string& name);

/// Throws std::runtime_error for modes that cannot be executed.
Rounding rounding_of_mode(const std::string& mode, bool non_negative);
/// Throws std::runtime_error for half-up rounding of values that may be negative: no mode means it.
std::string mode_of_rounding(Rounding rounding, bool non_negative);

}  // namespace dcnsim
