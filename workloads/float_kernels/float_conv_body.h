// SPDX-License-Identifier: Apache-2.0
// The loops of a float convolution, compiled once an instruction set. Everything has internal
// linkage: code for one instruction set must not stand in for another's.
#pragma once

#include <cstring>

#include "workloads/float_kernels/float_conv.h"

namespace dcnsim::float_kernels {
namespace {

/// kPixels output pixels times kVectors * kLanes channels live in registers while the kernel's
/// products are summed. `first` is the number of the first pixel in reading order.
template <std::size_t kPixels, std::size_t kVectors, std::size_t kLanes>
inline void conv_tile(const FloatConv& conv, std::size_t first, std::size_t pixels,
                      std::size_t block, std::size_t lane) {
  typedef float Vector __attribute__((vector_size(kLanes * sizeof(float))));

  const float* inputs[kPixels];
  for (std::size_t p = 0; p < kPixels; ++p) {
    const std::size_t pixel = first + (p < pixels ? p : 0);
    inputs[p] = conv.input + pixel / conv.out_w * conv.stride_h * conv.row_stride +
                pixel % conv.out_w * conv.stride_w * conv.column_stride;
  }

  Vector sums[kPixels][kVectors];
  const float* bias = conv.bias + block * kBlock + lane;
  for (std::size_t v = 0; v < kVectors; ++v) {
    Vector start;
    std::memcpy(&start, bias + v * kLanes, sizeof(Vector));
    for (std::size_t p = 0; p < kPixels; ++p) sums[p][v] = start;
  }

  const float* weights =
      conv.weights + block * conv.kernel_h * conv.kernel_w * conv.in_channels * kBlock + lane;
  for (std::size_t ky = 0; ky < conv.kernel_h; ++ky) {
    for (std::size_t kx = 0; kx < conv.kernel_w; ++kx) {
      const std::size_t offset =
          ky * conv.dilation_h * conv.row_stride + kx * conv.dilation_w * conv.column_stride;
      for (std::size_t c = offset; c < offset + conv.in_channels; ++c, weights += kBlock) {
        Vector w[kVectors];
        for (std::size_t v = 0; v < kVectors; ++v) {
          std::memcpy(&w[v], weights + v * kLanes, sizeof(Vector));
        }
        for (std::size_t p = 0; p < kPixels; ++p) {
          const float x = inputs[p][c];
          for (std::size_t v = 0; v < kVectors; ++v) sums[p][v] = sums[p][v] + w[v] * x;
        }
      }
    }
  }

  // Through memory of their own: whatever is indexed at run time would not stay in registers above.
  float results[kPixels][kVectors * kLanes];
  for (std::size_t p = 0; p < kPixels; ++p) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      std::memcpy(results[p] + v * kLanes, &sums[p][v], sizeof(Vector));
    }
  }
  const std::size_t channel = block * kBlock + lane;
  const std::size_t left = conv.out_channels - channel;
  const std::size_t count = left < kVectors * kLanes ? left : kVectors * kLanes;
  for (std::size_t p = 0; p < pixels; ++p) {
    std::memcpy(conv.output + (first + p) * conv.out_stride + channel, results[p],
                count * sizeof(float));
  }
}

template <std::size_t kPixels, std::size_t kVectors, std::size_t kLanes>
void conv_all(const FloatConv& conv) {
  constexpr std::size_t kWidth = kVectors * kLanes;
  static_assert(kBlock % kWidth == 0);
  const std::size_t pixels = conv.out_h * conv.out_w;
  for (std::size_t channel = 0; channel < conv.out_channels; channel += kWidth) {
    const std::size_t block = channel / kBlock;
    const std::size_t lane = channel % kBlock;
    std::size_t first = 0;
    for (; first + kPixels <= pixels; first += kPixels) {
      conv_tile<kPixels, kVectors, kLanes>(conv, first, kPixels, block, lane);
    }
    for (; first < pixels; ++first) conv_tile<1, kVectors, kLanes>(conv, first, 1, block, lane);
  }
}

}  // namespace
}  // namespace dcnsim::float_kernels
