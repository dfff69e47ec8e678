// SPDX-License-Identifier: Apache-2.0
// Loops that the compiler vectorises well, compiled once in each kernel file with its instruction
// set. Everything is local to the including file and no library function is called: an inline
// function compiled here with AVX-512 must never become the copy that the linker keeps for all.
#pragma once

#include "models/numeric/kernels/kernel_set.h"
#include "models/numeric/rounding.h"

namespace dcnsim::kernels {
namespace {

/// `acc` * 2^-shift for shift 1..31, without a sum that could leave 32 bits.
template <Rounding kRounding>
inline std::int32_t shift_round(std::int32_t acc, int shift) {
  const std::int32_t floor = acc >> shift;
  const std::int32_t fraction = acc & static_cast<std::int32_t>((1U << shift) - 1U);
  const std::int32_t upper_half = (acc >> (shift - 1)) & 1;
  const std::int32_t tie = fraction == static_cast<std::int32_t>(1U << (shift - 1)) ? 1 : 0;
  switch (kRounding) {
    case Rounding::kHalfUp:
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
  const int shift = args.shift;
  const std::int32_t min_code = args.min_code;
  const std::int32_t max_code = args.max_code;
  for (std::size_t i = 0; i < args.count; ++i) {
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
      return requantize_loop<Code, Rounding::kHalfUp>(args);
    case Rounding::kHalfAway:
      return requantize_loop<Code, Rounding::kHalfAway>(args);
    case Rounding::kTowardZero:
      return requantize_loop<Code, Rounding::kTowardZero>(args);
    case Rounding::kFloor:
      return requantize_loop<Code, Rounding::kFloor>(args);
  }
}

void max_pool_row(const MaxPoolArgs& args) {
  for (std::size_t x = 0; x < args.out_width; ++x) {
    std::int32_t* __restrict out = args.out + x * args.channels;
    const std::int32_t* corner = args.rows + x * args.pool * args.channels;
    for (std::size_t c = 0; c < args.channels; ++c) out[c] = corner[c];
    for (std::size_t ky = 0; ky < args.pool; ++ky) {
      for (std::size_t kx = ky == 0 ? 1 : 0; kx < args.pool; ++kx) {
        const std::int32_t* __restrict in = corner + ky * args.row_stride + kx * args.channels;
        for (std::size_t c = 0; c < args.channels; ++c) out[c] = in[c] > out[c] ? in[c] : out[c];
      }
    }
  }
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

/// The table of one instruction set.
constexpr KernelSet kernel_set(const char* name, void (*dot_u8s8)(const DotArgs&),
                               void (*dot_s16)(const DotArgs&)) {
  return {name,
          dot_u8s8,
          dot_s16,
          requantize_rows<std::uint8_t>,
          requantize_rows<std::uint16_t>,
          max_pool_row,
          ordered};
}

}  // namespace
}  // namespace dcnsim::kernels
