// SPDX-License-Identifier: Apache-2.0
// The QONNX Quant operator (github.com/fastmachinelearning/qonnx, docs/qonnx-custom-ops) as far as
// shifts can execute it: one power-of-two scale a tensor, zero point 0. QONNX takes signed 1 bit as
// -1 and +1, as BipolarQuant: narrow here. Codes -1 and 0 are unsigned there, with zero point 1.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/numeric/format.h"
#include "models/numeric/rounding.h"

namespace dcnsim {

/// Widths of biases may exceed those of a Format.
inline constexpr int kMaxQuantBits = 62;

struct QuantSpec {
  int bits = 8;
  int frac = 0;  ///< scale = 2^-frac
  bool is_signed = true;
  bool narrow = false;
  std::string mode = "ROUND";  ///< rounding_mode as QONNX spells it, one that rounding() knows

  /// As an activation or weight format; throws std::runtime_error if there is none so wide.
  Format format() const;
  /// `non_negative`: what is rounded cannot be below zero before a clamp at zero.
  Rounding rounding(bool non_negative) const;
  std::int64_t code(double value) const;
  std::vector<std::int64_t> codes(const std::vector<float>& values) const;
  std::string text() const;
  /// Codes -1 and +1.
  bool is_sign() const { return bits == 1 && is_signed && narrow; }
  /// Codes -1 and 0.
  bool is_signed_bit() const { return bits == 1 && is_signed && !narrow; }

  friend bool operator==(const QuantSpec& a, const QuantSpec& b) {
    return a.bits == b.bits && a.frac == b.frac && a.is_signed == b.is_signed &&
           a.narrow == b.narrow && a.mode == b.mode;
  }
};

/// The exponent e of scale = 2^-e. Throws std::runtime_error if the scale is no power of two.
int frac_of_scale(double scale);

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
