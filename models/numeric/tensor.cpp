// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/tensor.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace dcnsim {

void CodeTensor::fill_with_zero_point() {
  for (std::size_t i = 0; i < size(); ++i) set(i, format_.zero_point);
}

CodeTensor slice_channels(const CodeTensor& map, int channel0, int channels) {
  const Shape shape = map.shape();
  CodeTensor out({shape.height, shape.width, channels}, map.format());
  const auto unit = static_cast<std::size_t>(map.format().host_bytes());
  const std::size_t pixels = shape.elements() / static_cast<std::size_t>(shape.channels);
  const std::size_t from_stride = static_cast<std::size_t>(shape.channels) * unit;
  const std::size_t to_stride = static_cast<std::size_t>(channels) * unit;
  const std::uint8_t* from = map.data() + static_cast<std::size_t>(channel0) * unit;
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    std::memcpy(out.data() + pixel * to_stride, from + pixel * from_stride, to_stride);
  }
  return out;
}

void merge_channels(CodeTensor part, int channel0, CodeTensor& map) {
  if (part.shape() == map.shape()) {
    map = std::move(part);
    return;
  }
  const auto unit = static_cast<std::size_t>(map.format().host_bytes());
  const std::size_t pixels = part.size() / static_cast<std::size_t>(part.shape().channels);
  const std::size_t from_stride = static_cast<std::size_t>(part.shape().channels) * unit;
  const std::size_t to_stride = static_cast<std::size_t>(map.shape().channels) * unit;
  std::uint8_t* to = map.data() + static_cast<std::size_t>(channel0) * unit;
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    std::memcpy(to + pixel * to_stride, part.data() + pixel * from_stride, from_stride);
  }
}

std::uint64_t count_zeros(const CodeTensor& tensor) {
  std::uint64_t zeros = 0;
  const std::uint8_t* codes = tensor.data();
  const std::size_t bytes = tensor.size_bytes();
  if (tensor.format().host_bytes() == 2) {
    for (std::size_t i = 0; i < bytes; i += 2) zeros += (codes[i] | codes[i + 1]) == 0;
    return zeros;
  }
  // Bytes are counted in bytes, for as long as these hold them: many side by side.
  constexpr std::size_t kLanes = 64;
  std::size_t i = 0;
  while (i + kLanes <= bytes) {
    const std::size_t end = std::min(bytes - bytes % kLanes, i + kLanes * 255);
    std::uint8_t counts[kLanes] = {};
    for (; i < end; i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        counts[lane] = static_cast<std::uint8_t>(counts[lane] + (codes[i + lane] == 0));
      }
    }
    for (const std::uint8_t count : counts) zeros += count;
  }
  for (; i < bytes; ++i) zeros += codes[i] == 0;
  return zeros;
}

}  // namespace dcnsim
