// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/post.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/numeric/host_codes.h"
#include "models/numeric/kernels/kernel_set.h"
#include "models/numeric/quotient.h"

namespace dcnsim {
namespace {

/// Clamps to the output format, its ReLU and its bounds.
std::int32_t clamp_code(std::int64_t value, const Requant& requant) {
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(value, requant.min_code(), requant.max_code()));
}

/// Of a requantizer that multiplies: `value` has been multiplied, shifted and rounded.
std::int32_t clamp_scaled(std::int64_t value, const Requant& requant) {
  return clamp_code(std::clamp<std::int64_t>(value, INT32_MIN, INT32_MAX) + requant.out.zero_point,
                    requant);
}

std::int32_t clamp_scaled(Int128 value, const Requant& requant) {
  return clamp_scaled(static_cast<std::int64_t>(std::clamp<Int128>(value, INT32_MIN, INT32_MAX)),
                      requant);
}

/// value * 2^-shift, shift 0..63, |value| < 2^126, or the nearest of 64 bits.
std::int64_t shift_wide(Int128 value, int shift, Rounding rounding) {
  const auto bounded = [](Int128 v) {
    return static_cast<std::int64_t>(std::clamp<Int128>(v, INT64_MIN, INT64_MAX));
  };
  if (rounding == Rounding::kTwice && shift >= kFirstOfTwice) {
    const Int128 first = (value + (Int128{1} << (kFirstOfTwice - 1))) >> kFirstOfTwice;
    return shift_right_round(bounded(first), shift - kFirstOfTwice, Rounding::kHalfAway);
  }
  return bounded(divide_round(value, Int128{1} << shift, rounding));
}

void requantize_row(const std::int32_t* acc, std::size_t count, const Requant& requant,
                    CodeTensor& out, std::size_t first) {
  if (requant.shift < 0 || requant.shift > 31) {
    for (std::size_t i = 0; i < count; ++i) out.set(first + i, requantize(acc[i], requant));
    return;
  }
  const auto code_bytes = static_cast<std::size_t>(requant.out.host_bytes());
  const kernels::KernelSet& kernels = kernels::selected();
  const auto row = code_bytes == 1 ? kernels.requantize_to_8 : kernels.requantize_to_16;
  row({acc, count, requant.shift, static_cast<int>(requant.rounding), requant.min_code(),
       requant.max_code(), out.data() + first * code_bytes});
}

void requantize_row(const std::int64_t* acc, std::size_t count, const Requant& requant,
                    CodeTensor& out, std::size_t first) {
  for (std::size_t i = 0; i < count; ++i) out.set(first + i, requantize(acc[i], requant));
}

/// Scales as kernels take them, one a channel.
struct KernelScales {
  std::vector<std::int32_t> multipliers;
  std::vector<std::uint64_t> shifts, offsets;
  std::vector<std::int64_t> halves;

  /// `first`: bits of the shift that are dropped before all else.
  void add(const Scale& scale, int first) {
    const int shift = std::max(scale.shift - first, 0);
    multipliers.push_back(static_cast<std::int32_t>(scale.multiplier));
    shifts.push_back(static_cast<std::uint64_t>(shift));
    halves.push_back(shift == 0 ? 0 : std::int64_t{1} << (shift - 1));
    offsets.push_back(std::uint64_t{1} << (63 - shift));
  }
  void requantize_pixels(const std::int32_t* acc, std::size_t count, const Requant& requant,
                         void* out) const {
    const kernels::KernelSet& kernels = kernels::selected();
    const auto rows = requant.out.host_bytes() == 1 ? kernels.scale_to_8 : kernels.scale_to_16;
    rows({acc, count / shifts.size(), shifts.size(), multipliers.data(), shifts.data(),
          halves.data(), offsets.data(), static_cast<int>(requant.rounding), requant.out.zero_point,
          requant.min_code(), requant.max_code(), out});
  }
};

/// The scales of a layer's channels.
class ChannelScales {
 public:
  ChannelScales(const std::vector<Scale>& scales, const Requant& requant)
      : scales_(scales), leaky_(requant.leaky) {
    const int first = requant.rounding == Rounding::kTwice ? kFirstOfTwice : 0;
    for (std::size_t i = 0; i < scales.size(); ++i) {
      (leaky_ && i % 2 == 1 ? of_negative_ : of_others_).add(scales[i], first);
      fit_kernels_ = fit_kernels_ && scales[i].multiplier <= INT32_MAX && scales[i].shift >= first;
    }
  }

  void requantize_pixels(const std::int32_t* acc, std::size_t count, const Requant& requant,
                         CodeTensor& out, std::size_t first) const {
    if (!fit_kernels_) return one_by_one(acc, count, requant, out, first);
    const auto code_bytes = static_cast<std::size_t>(requant.out.host_bytes());
    std::uint8_t* const to = out.data() + first * code_bytes;
    of_others_.requantize_pixels(acc, count, requant, to);
    if (!leaky_) return;
    std::vector<std::uint8_t> negative(count * code_bytes);
    of_negative_.requantize_pixels(acc, count, requant, negative.data());
    for (std::size_t i = 0; i < count; ++i) {
      if (acc[i] >= 0) continue;
      std::memcpy(to + i * code_bytes, negative.data() + i * code_bytes, code_bytes);
    }
  }
  void requantize_pixels(const std::int64_t* acc, std::size_t count, const Requant& requant,
                         CodeTensor& out, std::size_t first) const {
    one_by_one(acc, count, requant, out, first);
  }

 private:
  template <class Acc>
  void one_by_one(const Acc* acc, std::size_t count, const Requant& requant, CodeTensor& out,
                  std::size_t first) const {
    const std::size_t of_channel = leaky_ ? 2 : 1, channels = scales_.size() / of_channel;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t second = leaky_ && acc[i] < 0 ? 1 : 0;
      out.set(first + i, requantize(acc[i], requant, scales_[i % channels * of_channel + second]));
    }
  }

  const std::vector<Scale>& scales_;
  const bool leaky_;
  KernelScales of_others_, of_negative_;
  bool fit_kernels_ = true;
};

template <class Acc>
void count_pixels(const Acc* acc, std::size_t count, const Requant& requant,
                  const std::vector<std::int64_t>& thresholds, CodeTensor& out, std::size_t first) {
  const auto of_channel = static_cast<std::size_t>(requant.thresholds_a_channel());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t threshold = i * of_channel % thresholds.size();
    out.set(first + i, count_thresholds(acc[i], requant, &thresholds[threshold]));
  }
}

void max_pool_row(const std::int32_t* rows, std::size_t row_stride, std::size_t pool,
                  std::size_t out_width, std::size_t channels, std::int32_t* out) {
  kernels::selected().max_pool_row({rows, row_stride, pool, out_width, channels, out});
}

void max_pool_row(const std::int64_t* rows, std::size_t row_stride, std::size_t pool,
                  std::size_t out_width, std::size_t channels, std::int64_t* out) {
  for (std::size_t i = 0; i < out_width * channels; ++i) {
    const std::size_t corner = i / channels * pool * channels + i % channels;
    out[i] = rows[corner];
    for (std::size_t k = 1; k < pool * pool; ++k) {
      out[i] = std::max(out[i], rows[corner + k / pool * row_stride + k % pool * channels]);
    }
  }
}

/// Pools, and gives the pixels of each row to `requantize`.
template <class Acc, class Requantize>
void requantize_all(const std::vector<Acc>& acc, Shape conv_out, std::size_t pool, CodeTensor& out,
                    const Requantize& requantize) {
  if (pool == 1) return requantize(acc.data(), acc.size(), 0);
  const auto channels = static_cast<std::size_t>(conv_out.channels);
  const std::size_t row_values = static_cast<std::size_t>(conv_out.width) * channels;
  const auto out_width = static_cast<std::size_t>(out.shape().width);
  std::vector<Acc> pooled(out_width * channels);
  for (std::size_t y = 0; y < static_cast<std::size_t>(out.shape().height); ++y) {
    max_pool_row(acc.data() + y * pool * row_values, row_values, pool, out_width, channels,
                 pooled.data());
    requantize(pooled.data(), pooled.size(), y * pooled.size());
  }
}

/// The same values where 32 bits hold all of them, as kernels take them.
std::optional<std::vector<std::int32_t>> narrowed(const std::vector<std::int64_t>& wide) {
  std::vector<std::int32_t> narrow(wide.size());
  std::int64_t lost = 0;
  for (std::size_t i = 0; i < wide.size(); ++i) {
    narrow[i] = static_cast<std::int32_t>(wide[i]);
    lost |= wide[i] ^ narrow[i];
  }
  if (lost != 0) return std::nullopt;
  return narrow;
}

/// The part of a pooling window that lies inside the input.
struct Window {
  int first_y, last_y, first_x, last_x;  ///< last: one past the end
  int count() const { return (last_y - first_y) * (last_x - first_x); }
};

Window window_at(const PoolShape& shape, int y, int x) {
  const int top = y * shape.stride_h - shape.pad_top;
  const int left = x * shape.stride_w - shape.pad_left;
  return {std::max(top, 0), std::min(top + shape.kernel_h, shape.in.height), std::max(left, 0),
          std::min(left + shape.kernel_w, shape.in.width)};
}

/// Calls combine(values[channel], code) for each code of the window.
template <class Code, class Value, class Combine>
void for_each_code(const CodeTensor& input, const Window& window, std::vector<Value>& values,
                   const Combine& combine) {
  for (int y = window.first_y; y < window.last_y; ++y) {
    for (int x = window.first_x; x < window.last_x; ++x) {
      const std::uint8_t* codes = input.data() + input.index(y, x, 0) * sizeof(Code);
      for (std::size_t c = 0; c < values.size(); ++c) {
        values[c] = combine(values[c], Value{load_code<Code>(codes, c)});
      }
    }
  }
}

/// sum * multiplier * 2^-shift / count, rounded once; what rounds twice does not divide.
std::int32_t scaled_average(std::int64_t sum, std::int64_t count, const Requant& requant) {
  // |sum| < 2^49 and count < 2^32.
  const Int128 product = Int128{sum} * requant.multiplier;
  if (requant.rounding == Rounding::kTwice) {
    return clamp_scaled(shift_wide(product, requant.shift, requant.rounding), requant);
  }
  return clamp_scaled(divide_round(product, Int128{count} << requant.shift, requant.rounding),
                      requant);
}

/// sum / count * 2^-shift, rounded once.
std::int32_t average(std::int64_t sum, std::int64_t count, const Requant& requant) {
  if (requant.multiplies) return scaled_average(sum, count, requant);
  // |sum / count| <= 2^16. Beyond these shifts the quotient stays below one half, or reaches the
  // clamp unless it is zero (count < 2^40).
  constexpr int kVanishes = 20;
  constexpr int kClamps = 60;
  if (requant.shift >= 0) {
    const std::int64_t divisor = count << std::min(requant.shift, kVanishes);
    return clamp_code(divide_round(sum, divisor, requant.rounding), requant);
  }
  const Int128 scaled = Int128{sum} * (Int128{1} << std::min(-requant.shift, kClamps));
  const Int128 rounded = divide_round(scaled, Int128{count}, requant.rounding);
  return clamp_code(static_cast<std::int64_t>(std::clamp<Int128>(rounded, INT32_MIN, INT32_MAX)),
                    requant);
}

template <class Code>
void max_pool(const PoolShape& shape, const CodeTensor& input, const Requant& requant,
              CodeTensor& out) {
  std::vector<std::int32_t> largest(static_cast<std::size_t>(shape.in.channels));
  for (int y = 0; y < shape.out_h(); ++y) {
    for (int x = 0; x < shape.out_w(); ++x) {
      std::fill(largest.begin(), largest.end(), INT32_MIN);
      for_each_code<Code>(input, window_at(shape, y, x), largest,
                          [](std::int32_t a, std::int32_t b) { return a > b ? a : b; });
      const std::size_t first = out.index(y, x, 0);
      if (!requant.multiplies) {
        requantize_row(largest.data(), largest.size(), requant, out, first);
        continue;
      }
      const Scale scale{requant.multiplier, requant.shift};
      for (std::size_t c = 0; c < largest.size(); ++c) {
        out.set(first + c, requantize(largest[c] - input.format().zero_point, requant, scale));
      }
    }
  }
}

template <class Code>
void average_pool(const PoolShape& shape, const CodeTensor& input, const Requant& requant,
                  CodeTensor& out) {
  std::vector<std::int64_t> sums(static_cast<std::size_t>(shape.in.channels));
  for (int y = 0; y < shape.out_h(); ++y) {
    for (int x = 0; x < shape.out_w(); ++x) {
      const Window window = window_at(shape, y, x);
      const int zero_point = requant.multiplies ? input.format().zero_point : 0;
      std::fill(sums.begin(), sums.end(), -std::int64_t{window.count()} * zero_point);
      for_each_code<Code>(input, window, sums,
                          [](std::int64_t a, std::int64_t b) { return a + b; });
      const std::int64_t count =
          shape.count_include_pad ? std::int64_t{shape.kernel_h} * shape.kernel_w : window.count();
      for (std::size_t c = 0; c < sums.size(); ++c) {
        out.set(out.index(y, x, 0) + c, average(sums[c], count, requant));
      }
    }
  }
}

/// Adds code * 2^shift to the sums.
void add_codes(const CodeTensor& tensor, int shift, std::vector<std::int32_t>& sums) {
  const std::int32_t scale = 1 << shift;
  with_host_type(tensor.format(), [&](auto code) {
    using Code = decltype(code);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      sums[i] += load_code<Code>(tensor.data(), i) * scale;
    }
  });
}

/// Of an addition that rounds twice.
std::int32_t add_twice(const CodeTensor& a, const CodeTensor& b, std::size_t i,
                       const Requant& requant) {
  const auto operand = [&](const CodeTensor& codes, std::uint32_t multiplier, int shift) {
    const std::int64_t raised = (std::int64_t{codes.get(i)} - codes.format().zero_point) *
                                (std::int64_t{1} << kAddLeftShift);  // |raised| < 2^38
    return Int128{shift_wide(Int128{raised} * multiplier, shift, Rounding::kTwice)};
  };
  // |sum| < 2^64: times the multiplier it has less than 97 bits.
  const Int128 sum = operand(a, requant.multiplier, requant.operand_shift) +
                     operand(b, requant.multiplier2, requant.operand2_shift);
  return clamp_scaled(shift_wide(sum * requant.sum_multiplier, requant.shift, Rounding::kTwice),
                      requant);
}

/// Of an addition with multipliers.
std::int32_t add_scaled(const CodeTensor& a, const CodeTensor& b, std::size_t i,
                        const Requant& requant) {
  if (requant.adds_twice()) return add_twice(a, b, i, requant);
  // |sum| < 2^51
  const std::int64_t sum = std::int64_t{a.get(i) - a.format().zero_point} * requant.multiplier +
                           std::int64_t{b.get(i) - b.format().zero_point} * requant.multiplier2;
  return clamp_scaled(shift_right_round(sum, requant.shift, requant.rounding), requant);
}

/// Sums of codes whose binary points lie so far apart that 64 bits cannot hold them.
std::int32_t add_far_apart(std::int32_t a, int shift_a, std::int32_t b, int shift_b,
                           const Requant& requant) {
  const Int128 sum = Int128{a} * (Int128{1} << shift_a) + Int128{b} * (Int128{1} << shift_b);
  // |sum| < 2^115: this far to the left it reaches the clamp unless it is zero.
  constexpr int kMaxShift = 120;
  if (requant.shift < 0) {
    const Int128 bounded = std::clamp<Int128>(sum, INT32_MIN, INT32_MAX);
    return clamp_code(
        shift_right_round(static_cast<std::int64_t>(bounded), requant.shift, requant.rounding),
        requant);
  }
  const Int128 divisor = Int128{1} << std::min(requant.shift, kMaxShift);
  const Int128 rounded = divide_round(sum, divisor, requant.rounding);
  return clamp_code(static_cast<std::int64_t>(std::clamp<Int128>(rounded, INT32_MIN, INT32_MAX)),
                    requant);
}

void require(bool holds, const char* field, std::int64_t value, const char* expected) {
  if (holds) return;
  throw std::invalid_argument(std::string(field) + ": " + std::to_string(value) + " is not " +
                              expected);
}

/// One axis of a pooling window.
void validate_axis(const char* const fields[5], int extent, int kernel, int stride, int pad_before,
                   int pad_after) {
  constexpr int kMax = 1 << 20;
  require(extent >= 1 && extent <= kMax, fields[0], extent, "positive (and at most 2^20)");
  require(kernel >= 1 && kernel <= kMax, fields[1], kernel, "positive (and at most 2^20)");
  require(stride >= 1 && stride <= kMax, fields[2], stride, "positive (and at most 2^20)");
  require(pad_before >= 0 && pad_before < kernel, fields[3], pad_before,
          "0 or more and smaller than the window");
  require(pad_after >= 0 && pad_after < kernel, fields[4], pad_after,
          "0 or more and smaller than the window");
  require(kernel <= extent + pad_before + pad_after, fields[1], kernel, "at most the padded input");
}

int bits_of(std::uint32_t value) {
  int bits = 0;
  for (; value != 0; value >>= 1) ++bits;
  return bits;
}

[[noreturn]] void fail_scale(double ratio, int bits) {
  throw std::invalid_argument("a scale of " + std::to_string(ratio) + " has no multiplier of " +
                              std::to_string(bits) + " bits");
}

/// value * 2^-drop, rounded half up.
std::uint32_t dropped(std::uint32_t value, int drop) {
  return static_cast<std::uint32_t>(shift_right_round(value, drop, Rounding::kHalfUp));
}

}  // namespace

Scale nearest_scale(double ratio, int bits) {
  if (!(ratio > 0) || ratio >= std::ldexp(1.0, bits)) fail_scale(ratio, bits);
  int exponent = 0;
  std::frexp(ratio, &exponent);  // ratio < 2^exponent
  const int shift = std::min(bits - exponent, kMaxScaleShift);
  const double multiplier = std::round(std::ldexp(ratio, shift));
  if (multiplier < std::ldexp(1.0, bits)) {
    // A ratio that lies below all multipliers is not none: it decides how negative sums are
    // rounded.
    return {std::max<std::uint32_t>(static_cast<std::uint32_t>(multiplier), 1), shift};
  }
  if (shift == 0) fail_scale(ratio, bits);
  return {static_cast<std::uint32_t>(multiplier / 2), shift - 1};
}

Scale narrowed(const Scale& scale, int bits) {
  Requant requant;
  requant.multiplier = scale.multiplier;
  requant.shift = scale.shift;
  narrow(requant, bits);
  return {requant.multiplier, requant.shift};
}

void narrow(Requant& requant, int bits) {
  if (requant.adds_twice()) {
    const Scale first = narrowed({requant.multiplier, requant.operand_shift}, bits),
                second = narrowed({requant.multiplier2, requant.operand2_shift}, bits),
                sum = narrowed({requant.sum_multiplier, requant.shift}, bits);
    requant.multiplier = first.multiplier;
    requant.operand_shift = first.shift;
    requant.multiplier2 = second.multiplier;
    requant.operand2_shift = second.shift;
    requant.sum_multiplier = sum.multiplier;
    requant.shift = sum.shift;
    return;
  }
  const std::uint32_t largest = std::max(requant.multiplier, requant.multiplier2);
  int drop = std::max(bits_of(largest) - bits, 0);
  if (bits_of(dropped(largest, drop)) > bits) ++drop;  // rounded up to 2^bits
  if (drop > requant.shift) fail_scale(std::ldexp(largest, -requant.shift), bits);
  requant.multiplier = dropped(requant.multiplier, drop);
  requant.multiplier2 = dropped(requant.multiplier2, drop);
  requant.shift -= drop;
}

void validate(const PoolShape& shape) {
  constexpr const char* kVertical[] = {"in.height", "kernel_h", "stride_h", "pad_top",
                                       "pad_bottom"};
  constexpr const char* kHorizontal[] = {"in.width", "kernel_w", "stride_w", "pad_left",
                                         "pad_right"};
  validate_axis(kVertical, shape.in.height, shape.kernel_h, shape.stride_h, shape.pad_top,
                shape.pad_bottom);
  validate_axis(kHorizontal, shape.in.width, shape.kernel_w, shape.stride_w, shape.pad_left,
                shape.pad_right);
  constexpr std::int64_t kMaxElements = std::int64_t{1} << 30;
  const std::int64_t pixels = std::max(std::int64_t{shape.in.height} * shape.in.width,
                                       std::int64_t{shape.out_h()} * shape.out_w());
  require(shape.in.channels >= 1 && shape.in.channels <= kMaxElements / pixels, "in.channels",
          shape.in.channels, "positive and small enough for at most 2^30 elements");
}

std::int32_t requantize(std::int64_t acc, const Requant& requant) {
  return clamp_code(shift_right_round(acc, requant.shift, requant.rounding), requant);
}

std::int32_t requantize(std::int64_t acc, const Requant& requant, const Scale& scale) {
  if (acc >= INT32_MIN && acc <= INT32_MAX) {  // the product fits 64 bits
    const std::int64_t product = acc * std::int64_t{scale.multiplier};
    return clamp_scaled(shift_right_round(product, scale.shift, requant.rounding), requant);
  }
  const Int128 product = Int128{acc} * scale.multiplier;
  return clamp_scaled(shift_wide(product, scale.shift, requant.rounding), requant);
}

std::int32_t count_thresholds(std::int64_t acc, const Requant& requant,
                              const std::int64_t* thresholds) {
  const int all = requant.thresholds_a_channel();
  int reached = 0;
  for (int half = (kMaxThresholds + 1) / 2; half > 0; half /= 2) {
    const int next = reached + half;
    if (next <= all && acc >= thresholds[next - 1]) reached = next;
  }
  return requant.min_code() + reached;
}

CodeTensor requantize_tensor(const Accumulators& acc, Shape conv_out, const Requant& requant,
                             int pool, const std::vector<Scale>& scales,
                             const std::vector<std::int64_t>& thresholds) {
  CodeTensor out({conv_out.height / pool, conv_out.width / pool, conv_out.channels}, requant.out);
  if (out.size() == 0) return out;
  const ChannelScales channel_scales(scales, requant);
  const auto row = [&](const auto* values, std::size_t count, std::size_t first) {
    if (requant.counts) {
      count_pixels(values, count, requant, thresholds, out, first);
    } else if (requant.multiplies) {
      channel_scales.requantize_pixels(values, count, requant, out, first);
    } else {
      requantize_row(values, count, requant, out, first);
    }
  };
  const auto windows = static_cast<std::size_t>(pool);
  if (acc.wide.empty()) {
    requantize_all(acc.narrow, conv_out, windows, out, row);
  } else if (const auto narrow = narrowed(acc.wide)) {
    requantize_all(*narrow, conv_out, windows, out, row);
  } else {
    requantize_all(acc.wide, conv_out, windows, out, row);
  }
  return out;
}

CodeTensor pool_tensor(const PoolShape& shape, const CodeTensor& input, const Requant& requant) {
  CodeTensor out(shape.out(), requant.out);
  with_host_type(input.format(), [&](auto code) {
    switch (shape.kind) {
      case PoolKind::kMax:
        return max_pool<decltype(code)>(shape, input, requant, out);
      case PoolKind::kAverage:
        return average_pool<decltype(code)>(shape, input, requant, out);
      case PoolKind::kTable:
        assert(false && "needs its table: look_up()");
    }
  });
  return out;
}

CodeTensor look_up(const CodeTensor& input, const CodeTensor& table) {
  const Format& format = input.format();
  const std::int32_t least = format.is_signed ? -(1 << (format.bits - 1)) : 0;
  CodeTensor out(input.shape(), table.format());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out.set(i, table.get(static_cast<std::size_t>(input.get(i) - least)));
  }
  return out;
}

CodeTensor add_tensors(const CodeTensor& a, const CodeTensor& b, const Requant& requant) {
  const int frac = std::max(a.format().frac, b.format().frac);
  const int shift_a = frac - a.format().frac;
  const int shift_b = frac - b.format().frac;
  constexpr int kMaxShift = 40;        // 17-bit codes stay well inside 64 bits
  constexpr int kMaxNarrowShift = 13;  // two of them inside 32
  CodeTensor out(a.shape(), requant.out);
  if (!requant.multiplies && std::max(shift_a, shift_b) <= kMaxNarrowShift) {
    std::vector<std::int32_t> sums(out.size());
    add_codes(a, shift_a, sums);
    add_codes(b, shift_b, sums);
    requantize_row(sums.data(), sums.size(), requant, out, 0);
    return out;
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (requant.multiplies) {
      out.set(i, add_scaled(a, b, i, requant));
    } else if (shift_a > kMaxShift || shift_b > kMaxShift) {
      out.set(i, add_far_apart(a.get(i), shift_a, b.get(i), shift_b, requant));
    } else {
      const std::int64_t sum =
          a.get(i) * (std::int64_t{1} << shift_a) + b.get(i) * (std::int64_t{1} << shift_b);
      out.set(i, requantize(sum, requant));
    }
  }
  return out;
}

CodeTensor multiply_tensors(const CodeTensor& a, const CodeTensor& b, const Requant& requant) {
  CodeTensor out(a.shape(), requant.out);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::int64_t product = (std::int64_t{a.get(i)} - a.format().zero_point) *
                                 (b.get(i % b.size()) - b.format().zero_point);
    out.set(i, requant.multiplies
                   ? requantize(product, requant, {requant.multiplier, requant.shift})
                   : requantize(product, requant));
  }
  return out;
}

CodeTensor pair_tensors(PairKind kind, const CodeTensor& a, const CodeTensor& b,
                        const Requant& requant) {
  return multiplies(kind) ? multiply_tensors(a, b, requant) : add_tensors(a, b, requant);
}

}  // namespace dcnsim
