// SPDX-License-Identifier: Apache-2.0
// The kinds of work the accelerator does, one at a time, each described by a Descriptor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dcnsim {

enum class LayerKind : std::uint8_t {
  kConv = 0,  ///< convolution or fully-connected, with bias, ReLU, requantize, optional max pool
  kPool = 1,  ///< stand-alone max or average pool
  kAdd = 2    ///< residual add of two feature maps, or their product
};

constexpr std::string_view to_string(LayerKind kind) {
  switch (kind) {
    case LayerKind::kConv:
      return "conv";
    case LayerKind::kPool:
      return "pool";
    case LayerKind::kAdd:
      return "add";
  }
  return "";
}

/// What the bytes on the memory bus are for. Reads: all but kOutput.
enum class Stream : std::uint8_t {
  kDescriptor,
  kWeight,
  kBias,
  kParameter,  ///< multipliers and shifts of the requantizer, or thresholds
  kInput,
  kOutput
};
inline constexpr std::size_t kStreams = 6;

constexpr std::string_view to_string(Stream stream) {
  constexpr std::string_view names[kStreams] = {"descriptor", "weight", "bias",
                                                "parameter",  "input",  "output"};
  return names[static_cast<std::size_t>(stream)];
}

}  // namespace dcnsim
