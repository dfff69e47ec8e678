// SPDX-License-Identifier: Apache-2.0
// Float convolution of one padded image, fast, with a defined order of every sum: bias first, then
// kernel row, kernel column, input channel, one rounded product and one rounded addition at a time.
// Instruction sets differ in how many outputs they compute side by side, never in a result.
#pragma once

#include <cstddef>

#include "models/numeric/instruction_set.h"

namespace dcnsim::float_kernels {

/// One group of a convolution whose input is already padded. Strides in elements.
struct FloatConv {
  const float* input;         ///< HWC, first channel of the group
  std::size_t row_stride;     ///< between input rows
  std::size_t column_stride;  ///< between input pixels: all channels
  const float* weights;       ///< packed: [block of channels][kernel row][column][input channel]
  const float* bias;          ///< padded to whole blocks
  float* output;              ///< HWC, first channel of the group
  std::size_t out_channels;   ///< of the group
  std::size_t in_channels;    ///< of the group
  std::size_t kernel_h, kernel_w;
  std::size_t dilation_h = 1, dilation_w = 1;
  std::size_t stride_h, stride_w;
  std::size_t out_h, out_w;
  std::size_t out_stride;  ///< between output pixels: all channels
};

/// Output channels that every kernel takes as one block of packed weights.
inline constexpr std::size_t kBlock = 32;

using ConvFunction = void (*)(const FloatConv&);

void conv_baseline(const FloatConv& conv);
void conv_avx2(const FloatConv& conv);
void conv_avx512(const FloatConv& conv);

/// The kernel for `set`, which the processor must have.
ConvFunction kernel_for(InstructionSet set);

}  // namespace dcnsim::float_kernels
