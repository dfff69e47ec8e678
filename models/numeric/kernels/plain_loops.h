// SPDX-License-Identifier: Apache-2.0
// Loops that the compiler vectorises well, compiled once in each kernel file with its instruction
// set. Everything is local to the including file and no library function is called: an inline
// function compiled here with AVX-512 must never become the copy that the linker keeps for all.
#pragma once

#include "models/numeric/kernels/kernel_set.h"
#include "models/numeric/kernels/pack_weights.h"
#include "models/numeric/rounding.h"

namespace dcnsim::kernels {
namespace {

/// `acc` * 2^-shift for shift 1..31 (kFloor: 0..31), without a sum that could leave 32 bits.
template <Rounding kRounding>
inline std::int32_t shift_round(std::int32_t acc, int shift) {
  const std::int32_t floor = acc >> shift;
  if (kRounding == Rounding::kFloor) return floor;
  const std::int32_t fraction = acc & static_cast<std::int32_t>((1U << shift) - 1U);
  const std::int32_t upper_half = (acc >> (shift - 1)) & 1;
  const std::int32_t tie = fraction == static_cast<std::int32_t>(1U << (shift - 1)) ? 1 : 0;
  switch (kRounding) {
    case Rounding::kHalfUp:
    case Rounding::kTwice:  // no shift here has a second rounding
      return floor + upper_half;
    case Rounding::kHalfEven:
      return floor + (upper_half & ~(tie & ~floor));
    case Rounding::kHalfAway:
      return floor + (upper_half & ~(tie & (acc < 0 ? 1 : 0)));
    case Rounding::kTowardZero:
      return floor + ((acc < 0 ? 1 : 0) & (fraction != 0 ? 1 : 0));
    case Rounding::kFloor:
      return floor;
  }
  return floor;
}

template <class Code, Rounding kRounding>
void requantize_loop(const RequantArgs& args) {
  const std::int32_t* __restrict acc = args.acc;
  Code* __restrict out = static_cast<Code*>(args.out);
  const std::size_t count = args.count;
  const int shift = args.shift;
  const std::int32_t min_code = args.min_code;
  const std::int32_t max_code = args.max_code;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t rounded = shift_round<kRounding>(acc[i], shift);
    const std::int32_t raised = rounded < min_code ? min_code : rounded;
    out[i] = static_cast<Code>(raised > max_code ? max_code : raised);
  }
}

template <class Code>
void requantize_rows(const RequantArgs& args) {
  if (args.shift == 0) {  // nothing to round; floor is the mode that needs no bit below the point
    return requantize_loop<Code, Rounding::kFloor>(args);
  }
  switch (static_cast<Rounding>(args.rounding)) {
    case Rounding::kHalfEven:
      return requantize_loop<Code, Rounding::kHalfEven>(args);
    case Rounding::kHalfUp:
    case Rounding::kTwice:
      return requantize_loop<Code, Rounding::kHalfUp>(args);
    case Rounding::kHalfAway:
      return requantize_loop<Code, Rounding::kHalfAway>(args);
    case Rounding::kTowardZero:
      return requantize_loop<Code, Rounding::kTowardZero>(args);
    case Rounding::kFloor:
      return requantize_loop<Code, Rounding::kFloor>(args);
  }
}

/// Channels whose products are kept at a time.
constexpr std::size_t kScaledTogether = 64;

/// What is added to a product before its low bits are dropped: half, or as much of it as decides
/// the way that ties go. |product| < 2^62, so that no sum leaves 64 bits.
template <Rounding kRounding>
std::int64_t scale_addend(std::int64_t product, std::uint64_t shift, std::int64_t half) {
  const auto bits = static_cast<std::uint64_t>(product);
  const auto negative = static_cast<std::int64_t>(bits >> 63);
  const std::int64_t rounds = half == 0 ? 0 : 1;
  switch (kRounding) {
    case Rounding::kHalfEven:
      return half - rounds + (static_cast<std::int64_t>(bits >> shift) & rounds);
    case Rounding::kHalfUp:
      return half;
    case Rounding::kHalfAway:
    case Rounding::kTwice:  // the second of its roundings
      return half - (rounds & negative);
    case Rounding::kTowardZero:
      return (half - rounds + half) & -negative;
    case Rounding::kFloor:
      break;
  }
  return 0;
}

/// `product` * 2^-kFirstOfTwice, half up.
inline std::int64_t first_of_twice(std::int64_t product) {
  constexpr std::uint64_t kOffset = std::uint64_t{1} << 63;
  const auto raised =
      static_cast<std::uint64_t>(product + (std::int64_t{1} << (kFirstOfTwice - 1)));
  return static_cast<std::int64_t>(((raised ^ kOffset) >> kFirstOfTwice) -
                                   (kOffset >> kFirstOfTwice));
}

/// Channels [first, first + count) of a pixel. Loops that compilers make vectors of: one for each
/// width of what it writes, and an arithmetic shift by a logical one, which is all AVX2 has.
template <class Code, Rounding kRounding>
void scale_channels(const ScaleArgs& args, const std::int32_t* __restrict acc, std::size_t first,
                    std::size_t count, Code* __restrict out) {
  const std::int32_t* __restrict multipliers = args.multipliers + first;
  const std::uint64_t* __restrict shifts = args.shifts + first;
  const std::int64_t* __restrict halves = args.halves + first;
  const std::uint64_t* __restrict offsets = args.offsets + first;
  const std::int64_t least = std::int64_t{args.min_code} - args.zero_point;
  const std::int64_t greatest = std::int64_t{args.max_code} - args.zero_point;
  const std::int32_t zero_point = args.zero_point;
  constexpr std::uint64_t kOffset = std::uint64_t{1} << 63;
  std::int64_t scaled[kScaledTogether];
  std::int32_t codes[kScaledTogether];
  for (std::size_t c = 0; c < count; ++c) {
    const std::int64_t whole = std::int64_t{acc[c]} * multipliers[c];
    const std::int64_t product = kRounding == Rounding::kTwice ? first_of_twice(whole) : whole;
    const auto raised = static_cast<std::uint64_t>(
        product + scale_addend<kRounding>(product, shifts[c], halves[c]));
    scaled[c] = static_cast<std::int64_t>(((raised ^ kOffset) >> shifts[c]) - offsets[c]);
  }
  for (std::size_t c = 0; c < count; ++c) {
    const std::int64_t raised = scaled[c] < least ? least : scaled[c];
    codes[c] = static_cast<std::int32_t>(raised > greatest ? greatest : raised);
  }
  for (std::size_t c = 0; c < count; ++c) out[c] = static_cast<Code>(codes[c] + zero_point);
}

template <class Code, Rounding kRounding>
void scale_loop(const ScaleArgs& args) {
  const std::int32_t* acc = args.acc;
  Code* out = static_cast<Code*>(args.out);
  for (std::size_t pixel = 0; pixel < args.pixels; ++pixel) {
    for (std::size_t c = 0; c < args.channels; c += kScaledTogether) {
      const std::size_t left = args.channels - c;
      const std::size_t count = left < kScaledTogether ? left : kScaledTogether;
      scale_channels<Code, kRounding>(args, acc + c, c, count, out + c);
    }
    acc += args.channels;
    out += args.channels;
  }
}

template <class Code>
void scale_rows(const ScaleArgs& args) {
  switch (static_cast<Rounding>(args.rounding)) {
    case Rounding::kHalfEven:
      return scale_loop<Code, Rounding::kHalfEven>(args);
    case Rounding::kHalfUp:
      return scale_loop<Code, Rounding::kHalfUp>(args);
    case Rounding::kHalfAway:
      return scale_loop<Code, Rounding::kHalfAway>(args);
    case Rounding::kTowardZero:
      return scale_loop<Code, Rounding::kTowardZero>(args);
    case Rounding::kFloor:
      return scale_loop<Code, Rounding::kFloor>(args);
    case Rounding::kTwice:
      return scale_loop<Code, Rounding::kTwice>(args);
  }
}

void max_pool_row(const MaxPoolArgs& args) {
  const std::size_t channels = args.channels;
  for (std::size_t x = 0; x < args.out_width; ++x) {
    std::int32_t* __restrict out = args.out + x * channels;
    const std::int32_t* corner = args.rows + x * args.pool * channels;
    for (std::size_t c = 0; c < channels; ++c) out[c] = corner[c];
    for (std::size_t ky = 0; ky < args.pool; ++ky) {
      for (std::size_t kx = ky == 0 ? 1 : 0; kx < args.pool; ++kx) {
        const std::int32_t* __restrict in = corner + ky * args.row_stride + kx * channels;
        for (std::size_t c = 0; c < channels; ++c) out[c] = in[c] > out[c] ? in[c] : out[c];
      }
    }
  }
}

void add_partial(const AddPartialArgs& args) {
  const std::int32_t* __restrict partial = args.partial;
  std::int64_t* __restrict sums = args.sums;
  const std::int64_t scale = args.scale;
  const std::size_t count = args.count;
  for (std::size_t i = 0; i < count; ++i) sums[i] += partial[i] * scale;
}

/// `exact` is modulo 2^64; it is not the true sum if both terms have the sign it lacks.
inline std::uint64_t not_exact(std::int64_t bias, std::int64_t products, std::int64_t exact,
                               std::int64_t wrapped) {
  const std::int64_t carried = (bias ^ exact) & (products ^ exact);
  return (carried < 0 ? 1U : 0U) | (wrapped != exact ? 1U : 0U);
}

template <class Value>
std::uint64_t finish_rows(const FinishArgs& args, Value* rows) {
  const int unused = 64 - args.bits;
  const std::size_t channels = args.channels;
  const std::int64_t* __restrict bias = args.bias;
  const std::int64_t* __restrict compensation = args.compensation;
  std::uint64_t overflowed = 0;
  for (std::size_t pixel = 0; pixel < args.pixels; ++pixel) {
    const std::int64_t* sums = args.sums + pixel * channels;
    Value* out = rows + pixel * channels;
    for (std::size_t c = 0; c < channels; ++c) {
      const std::int64_t products = sums[c] + compensation[c];
      const auto exact = static_cast<std::int64_t>(static_cast<std::uint64_t>(bias[c]) +
                                                   static_cast<std::uint64_t>(products));
      const auto wrapped =
          static_cast<std::int64_t>(static_cast<std::uint64_t>(exact) << unused) >> unused;
      overflowed += not_exact(bias[c], products, exact, wrapped);
      out[c] = static_cast<Value>(wrapped);
    }
  }
  return overflowed;
}

std::uint64_t finish(const FinishArgs& args) {
  return args.narrow != nullptr ? finish_rows(args, args.narrow) : finish_rows(args, args.sums);
}

void ordered(const OrderedArgs& args) {
  const std::int32_t* __restrict weights = args.weights;
  for (std::size_t first = 0; first < args.blocks * kBlockChannels; first += kBlockChannels) {
    std::int64_t change[kBlockChannels] = {};
    std::int64_t products[kBlockChannels] = {};
    std::int64_t min_change[kBlockChannels];
    std::int64_t max_change[kBlockChannels];
    for (std::size_t c = 0; c < kBlockChannels; ++c) {
      min_change[c] = args.min_change[first + c];
      max_change[c] = args.max_change[first + c];
    }
    for (std::size_t run = 0; run < args.run_count; ++run) {
      const std::int32_t* codes = args.window + args.runs[run];
      for (std::size_t k = 0; k < args.run_codes; ++k, weights += kBlockChannels) {
        const std::int64_t code = codes[k];
        for (std::size_t c = 0; c < kBlockChannels; ++c) {
          const std::int64_t product = code * weights[c];
          products[c] += product;
          std::int64_t sum = change[c] + product;
          sum = sum < min_change[c] ? min_change[c] : sum;
          change[c] = sum > max_change[c] ? max_change[c] : sum;
        }
      }
    }
    for (std::size_t c = 0; c < kBlockChannels; ++c) {
      args.change[first + c] = change[c];
      args.products[first + c] = products[c];
    }
  }
}

/// The table of one instruction set, with the functions that the compiler cannot derive.
constexpr KernelSet kernel_set(const char* name, void (*dot_u8s8)(const DotArgs&),
                               void (*dot_s16)(const DotArgs&),
                               void (*lane_dot_u8s8)(const LaneDotArgs&),
                               void (*lane_dot_s16)(const LaneDotArgs&),
                               void (*unpack_bits)(const UnpackBitsArgs&),
                               void (*pack_bits)(const PackBitsArgs&),
                               bool (*split_pairs)(std::uint8_t*, std::uint8_t*) = nullptr) {
  return {name,
          dot_u8s8,
          dot_s16,
          lane_dot_u8s8,
          lane_dot_s16,
          pack_weights<std::int8_t>,
          pack_weights<std::int16_t>,
          add_partial,
          finish,
          requantize_rows<std::uint8_t>,
          requantize_rows<std::uint16_t>,
          scale_rows<std::uint8_t>,
          scale_rows<std::uint16_t>,
          max_pool_row,
          ordered,
          unpack_bits,
          pack_bits,
          split_pairs};
}

}  // namespace
}  // namespace dcnsim::kernels
