// SPDX-License-Identifier: Apache-2.0
// How tensors lie in memory: feature maps bit-packed row by row, every row starting on a bus word;
// weights in blocks of one array width, in the order the array consumes them.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/base/integer.h"
#include "models/numeric/tensor.h"

namespace dcnsim {

/// Bytes from one feature-map row to the next.
constexpr std::int64_t row_pitch_bytes(const Shape& shape, int bits, int bus_bytes) {
  const std::int64_t row_bits = std::int64_t{shape.width} * shape.channels * bits;
  return align_up((row_bits + 7) / 8, bus_bytes);
}
constexpr std::int64_t map_bytes(const Shape& shape, int bits, int bus_bytes) {
  return shape.height * row_pitch_bytes(shape, bits, bus_bytes);
}

/// Bytes a DMA moves for the bits [first_bit, last_bit) of a row that starts on a bus word: whole
/// bus words.
constexpr std::int64_t bus_bytes_of(std::int64_t first_bit, std::int64_t last_bit, int bus_bytes) {
  const std::int64_t word_bits = std::int64_t{8} * bus_bytes;
  return (align_up(last_bit, word_bits) - align_down(first_bit, word_bits)) / 8;
}

/// Bytes of one bias value in memory: 4, or 8 for accumulators of more than 32 bits.
constexpr int bias_bytes(int accumulator_bits) { return accumulator_bits > 32 ? 8 : 4; }

/// One block of weights in memory serves `columns` output channels (fewer in the last block of a
/// group): the biases, padded to a bus word, then reduction x channels codes, k-major
/// (k = kernel row, kernel column, input channel), packed, padded to a bus word. Blocks follow one
/// another in channel order; a block never spans two groups.
struct WeightBlockLayout {
  std::int64_t bias_bytes = 0;    ///< padded size of the bias part
  std::int64_t weight_bytes = 0;  ///< padded size of the code part
  constexpr std::int64_t total() const { return bias_bytes + weight_bytes; }
};
constexpr WeightBlockLayout weight_block_layout(int reduction, int channels, int weight_bits,
                                                int accumulator_bits, int bus_bytes) {
  return {align_up(std::int64_t{channels} * bias_bytes(accumulator_bits), bus_bytes),
          align_up((std::int64_t{reduction} * channels * weight_bits + 7) / 8, bus_bytes)};
}

}  // namespace dcnsim
