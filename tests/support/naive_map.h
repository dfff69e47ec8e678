// SPDX-License-Identifier: Apache-2.0
// Where the codes of a feature map lie in memory, one by one, from models/perf/pipeline.md alone.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/numeric/tensor.h"

namespace dcnsim {

/// The first bit of a code from the start of its map: plane by plane, row by row on bus words, in a
/// row pixel by pixel.
inline std::int64_t first_bit(const Shape& shape, int bits, int segment, int bus_bytes, int y,
                              int x, int c) {
  if (segment == 0) segment = shape.channels;
  std::int64_t plane_begin = 0;
  for (int first = 0;; first += segment) {
    const int channels = std::min(segment, shape.channels - first);
    std::int64_t row_bits = 0;
    while (row_bits < std::int64_t{shape.width} * channels * bits) row_bits += 8 * bus_bytes;
    if (c < first + channels) {
      return plane_begin + y * row_bits + (std::int64_t{x} * channels + c - first) * bits;
    }
    plane_begin += shape.height * row_bits;
  }
}

}  // namespace dcnsim
