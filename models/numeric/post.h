// SPDX-License-Identifier: Apache-2.0
// Post-processing on codes: requantize with ReLU, bounds and fused max pool, stand-alone pooling,
// tables, residual add. Each exists once; the executor and the SystemC modules call it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/numeric/conv.h"
#include "models/numeric/format.h"
#include "models/numeric/rounding.h"
#include "models/numeric/tensor.h"

namespace dcnsim {

/// Widths of a requantizer's multiplier, in bits, and its largest shift to the right.
inline constexpr int kMinMultiplierBits = 8, kMaxMultiplierBits = 32;
inline constexpr int kScaleShiftBits = 6, kMaxScaleShift = 63;

/// The factor multiplier * 2^-shift between two grids: steps of the accumulator (or of a map) over
/// steps of the output.
struct Scale {
  std::uint32_t multiplier = 1;
  int shift = 0;  ///< 0..kMaxScaleShift

  friend constexpr bool operator==(const Scale& a, const Scale& b) {
    return a.multiplier == b.multiplier && a.shift == b.shift;
  }
  friend constexpr bool operator!=(const Scale& a, const Scale& b) { return !(a == b); }
};

/// The scale nearest to `ratio` with at most `bits` bits of multiplier, and then of the largest
/// shift. Throws std::invalid_argument if there is none: the ratio is not positive or 2^bits or
/// more.
Scale nearest_scale(double ratio, int bits);

/// `scale` with a multiplier of at most `bits` bits, rounded half up if it has more. Throws like
/// nearest_scale().
Scale narrowed(const Scale& scale, int bits);

/// Bits below the units of an operand's code in which TFLite adds (8-bit codes).
inline constexpr int kAddLeftShift = 20;

/// How an accumulator becomes an output code.
struct Requant {
  int shift = 0;  ///< n_w + n_x - n_y, negative shifts left; that of `multiplier` if one is used
  Rounding rounding = Rounding::kHalfUp;
  bool relu = false;  ///< clamp at 0 even if the format is signed
  Format out;
  /// Codes at the lower and upper end of the format that never come out: results beyond them
  /// become the nearest code that does. Bounds of a Clip; none if both are 0.
  int clamp_low = 0;
  int clamp_high = 0;
  /// By a multiplier and a shift, then the output's zero point is added: those of each output
  /// channel of a convolution (`shift` is 0), else `multiplier` and `shift`.
  bool multiplies = false;
  std::uint32_t multiplier = 0;   ///< pool, product, and the first operand of an addition
  std::uint32_t multiplier2 = 0;  ///< second operand of an addition
  /// An addition that rounds twice requantizes each operand, kAddLeftShift bits up, by its
  /// multiplier and shift, and then their sum by `sum_multiplier` and `shift`.
  std::uint32_t sum_multiplier = 0;
  int operand_shift = 0, operand2_shift = 0;
  /// A convolution's channel has two scales, one behind the other: that of sums of 0 or more and
  /// that of negative ones, with a LeakyReLU's slope in it.
  bool leaky = false;
  /// Of a convolution, instead of all that: the code is min_code() and one more for each threshold
  /// of the channel that the sum reaches, of which it has one for every other code.
  bool counts = false;

  constexpr int scales_a_channel() const { return multiplies ? leaky ? 2 : 1 : 0; }

  /// An addition whose operands have a multiplier and shift each.
  constexpr bool adds_twice() const { return sum_multiplier != 0; }
  constexpr bool is_bounded() const { return clamp_low != 0 || clamp_high != 0; }
  constexpr std::int32_t min_code() const {
    return std::max(out.min_code() + clamp_low, relu ? out.zero_point : INT32_MIN);
  }
  constexpr std::int32_t max_code() const { return out.max_code() - clamp_high; }
  constexpr int thresholds_a_channel() const { return counts ? max_code() - min_code() : 0; }
};

/// Thresholds of a channel that are compared with: a tree of 4 comparators, one behind the other.
inline constexpr int kMaxThresholds = 15;

/// The same of `multiplier` and `multiplier2`, which share `shift`; of an addition that rounds
/// twice of each of its three multipliers.
void narrow(Requant& requant, int bits);

/// kTable: windows are single pixels, each code is looked up.
enum class PoolKind : std::uint8_t { kMax, kAverage, kTable };

/// Pooling window. Padding never wins a maximum; an average divides by the number of real inputs
/// in the window (ONNX count_include_pad = 0) or, with `count_include_pad`, by the window's size.
struct PoolShape {
  PoolKind kind = PoolKind::kMax;
  Shape in;
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  bool count_include_pad = false;

  constexpr int out_h() const {
    return (in.height + pad_top + pad_bottom - kernel_h) / stride_h + 1;
  }
  constexpr int out_w() const {
    return (in.width + pad_left + pad_right - kernel_w) / stride_w + 1;
  }
  constexpr Shape out() const { return {out_h(), out_w(), in.channels}; }
};

/// Throws std::invalid_argument naming the field if the geometry is impossible; every window must
/// hold at least one real input.
void validate(const PoolShape& shape);

/// clamp(shift_right_round(acc, shift)).
std::int32_t requantize(std::int64_t acc, const Requant& requant);

/// clamp(zero_point + round(acc * multiplier * 2^-shift)), the product exactly. With multiplier 1
/// and zero point 0 it is the same as above.
std::int32_t requantize(std::int64_t acc, const Requant& requant, const Scale& scale);

/// min_code() plus how many of the channel's `thresholds` (as many as Requant says, none less than
/// the one before) `acc` reaches: is greater than or equal to.
std::int32_t count_thresholds(std::int64_t acc, const Requant& requant,
                              const std::int64_t* thresholds);

/// Accumulators (conv_out x conv_out x channels) to codes, then a max pool of pool x pool windows
/// with the same stride (1: none; rows and columns that do not fill a window are dropped).
/// Equal to requantizing first and pooling the codes, since both are monotone. `scales`,
/// `thresholds`: as many a channel as the requantizer has.
CodeTensor requantize_tensor(const Accumulators& acc, Shape conv_out, const Requant& requant,
                             int pool = 1, const std::vector<Scale>& scales = {},
                             const std::vector<std::int64_t>& thresholds = {});

/// Max: the largest code, then requantized (shift = n_x - n_y). Average: the exact quotient
/// sum / count * 2^-shift rounded once in the given mode, then clamped. With a multiplier: codes
/// count from the input's zero point, the exact result is multiplied before it is rounded. Without
/// one they are taken as they are, zero points included. What rounds twice has the division by the
/// count in its multiplier: the sum is multiplied.
CodeTensor pool_tensor(const PoolShape& shape, const CodeTensor& input, const Requant& requant);

/// Bits of codes that can be looked up.
inline constexpr int kMaxTableBits = 8;

/// Entries of a table for codes of `format`: one for each that its bits have, from the least on.
constexpr int table_entries(const Format& format) { return 1 << format.bits; }

/// The entry of `table` (1 x 1 x table_entries()) for each code.
CodeTensor look_up(const CodeTensor& input, const CodeTensor& table);

/// What becomes of two maps.
enum class PairKind : std::uint8_t {
  kSum,
  kProduct,  ///< code by code
  kScaling   ///< the second is one pixel, with which every pixel of the first is multiplied
};

constexpr std::string_view to_string(PairKind kind) {
  switch (kind) {
    case PairKind::kSum:
      return "sum";
    case PairKind::kProduct:
      return "product";
    case PairKind::kScaling:
      return "product with one pixel";
  }
  return "";
}

constexpr bool multiplies(PairKind kind) { return kind != PairKind::kSum; }

/// a + b after aligning both to the finer binary point, requantized; `requant.shift` is
/// max(n_a, n_b) - n_y. With multipliers: each operand, counted from its zero point, times its own;
/// the sum is shifted and rounded once, or as Requant says of what rounds twice.
CodeTensor add_tensors(const CodeTensor& a, const CodeTensor& b, const Requant& requant);

/// a * b, each counted from its zero point, requantized; `requant.shift` is n_a + n_b - n_y without
/// a multiplier. `b` is as large as `a` or one pixel.
CodeTensor multiply_tensors(const CodeTensor& a, const CodeTensor& b, const Requant& requant);

/// The one of these two that `kind` says.
CodeTensor pair_tensors(PairKind kind, const CodeTensor& a, const CodeTensor& b,
                        const Requant& requant);

}  // namespace dcnsim
