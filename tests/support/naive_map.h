// SPDX-License-Identifier: Apache-2.0
// Where the codes of a feature map lie in memory, one by one, from models/perf/pipeline.md alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/base/integer.h"
#include "models/numeric/tensor.h"

namespace dcnsim {

/// The first bit of every code, counted from the start of its map and in the order of CodeTensor:
/// plane by plane, row by row, strip by strip on bus words, in a strip pixel by pixel.
inline std::vector<std::int64_t> first_bits(const Shape& shape, int bits, int segment, int strip,
                                            int bus_bytes) {
  if (segment == 0) segment = shape.channels;
  if (strip == 0) strip = shape.width;
  std::vector<std::int64_t> first(shape.elements());
  std::int64_t at = 0;  // the next bit that is free
  for (int channel0 = 0; channel0 < shape.channels; channel0 += segment) {
    for (int y = 0; y < shape.height; ++y) {
      for (int x = 0; x < shape.width; ++x) {
        if (x % strip == 0) at = align_up(at, std::int64_t{8} * bus_bytes);
        for (int c = channel0; c < std::min(channel0 + segment, shape.channels); ++c, at += bits) {
          first[static_cast<std::size_t>((y * shape.width + x) * shape.channels + c)] = at;
        }
      }
    }
  }
  return first;
}

}  // namespace dcnsim
