// SPDX-License-Identifier: Apache-2.0
// Fixed-point formats and integer accumulators as plain values: what a code means and which codes
// exist. Everything that rounds, clamps or packs takes one of these.
#pragma once

#include <cstdint>
#include <string>

namespace dcnsim {

/// Widths the datapath models know, for weights and activations, in bits.
inline constexpr int kMinBits = 1;
inline constexpr int kMaxBits = 16;

/// A fixed-point format: value = (code - zero_point) * 2^-frac. Where the step from a code to the
/// next is no power of two, frac is 0 and whoever needs values keeps the step (FixedLayer::step).
struct Format {
  int bits = 8;           ///< code width, kMinBits..kMaxBits
  int frac = 0;           ///< fractional bits; may be negative or exceed `bits`
  bool is_signed = true;  ///< two's complement if true
  bool narrow = false;    ///< symmetric range: signed drops the lowest code, unsigned the highest
  /// Of maps: the code that stands for 0, as padding does. Of weights 0.
  std::int32_t zero_point = 0;

  /// The symmetric range of a signed bit: codes -1 and +1 and no 0, as QONNX's BipolarQuant has
  /// them. For weights only; the bit is the sign, 1 for -1.
  constexpr bool is_sign() const { return bits == 1 && is_signed && narrow; }

  constexpr std::int32_t min_code() const {
    return is_signed ? -(std::int32_t{1} << (bits - 1)) + (narrow && !is_sign() ? 1 : 0) : 0;
  }
  constexpr std::int32_t max_code() const {
    return is_sign()   ? 1
           : is_signed ? (std::int32_t{1} << (bits - 1)) - 1
                       : (std::int32_t{1} << bits) - 1 - (narrow ? 1 : 0);
  }
  /// Bytes one code takes in host memory (CodeTensor), not in simulated memory.
  constexpr int host_bytes() const { return bits <= 8 ? 1 : 2; }

  friend constexpr bool operator==(const Format& a, const Format& b) {
    return a.bits == b.bits && a.frac == b.frac && a.is_signed == b.is_signed &&
           a.narrow == b.narrow && a.zero_point == b.zero_point;
  }
  friend constexpr bool operator!=(const Format& a, const Format& b) { return !(a == b); }
};

/// Largest magnitude of `Format::frac`; keeps every shift between binary points inside 64 bits.
inline constexpr int kMaxFrac = 48;

/// Throws std::invalid_argument naming the field, its value and what was expected.
void validate(const Format& format);

/// "s8.5" (signed, 8 bits, 5 fractional), "u4.-1"; a trailing 'n' marks a narrow range, "z3" a zero
/// point of 3.
std::string to_string(const Format& format);

/// What an accumulator does when a sum leaves its range.
enum class Overflow { kWrap, kSaturate };

/// Accumulator register width in bits (8..64) and overflow behaviour, and the width of multipliers
/// in the requantizer behind it. The normative order of a sum is: bias first, then kernel row,
/// kernel column, input channel; saturation applies after every single addition (README.md).
struct Accumulator {
  int bits = 32;
  Overflow overflow = Overflow::kWrap;
  int multiplier_bits = 31;

  constexpr std::int64_t min_value() const {
    return bits == 64 ? INT64_MIN : -(std::int64_t{1} << (bits - 1));
  }
  constexpr std::int64_t max_value() const {
    return bits == 64 ? INT64_MAX : (std::int64_t{1} << (bits - 1)) - 1;
  }
};

}  // namespace dcnsim
