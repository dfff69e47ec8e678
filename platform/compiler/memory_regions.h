// SPDX-License-Identifier: Apache-2.0
// Regions of the accelerator's memory, one behind the other.
#pragma once

#include <cstdint>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"
#include "models/arch/memory_layout.h"
#include "models/perf/tile_cuts.h"

namespace dcnsim {

class MemoryRegions {
 public:
  /// Regions start on cache-line boundaries, which are also multiples of every bus width.
  static constexpr std::int64_t kAlignment = 64;

  /// Address of a new region of `bytes`.
  std::uint64_t place(std::int64_t bytes) {
    const std::int64_t address = next_;
    next_ = align_up(next_ + bytes, kAlignment);
    return static_cast<std::uint64_t>(address);
  }
  std::int64_t bytes() const { return next_; }

 private:
  std::int64_t next_ = 0;
};

/// Bytes of a convolution's weights and biases in memory: all its WeightBlockLayouts.
inline std::int64_t weight_bytes(const Descriptor& conv, const AcceleratorConfig& config) {
  std::int64_t bytes = 0;
  for (const EqualTiles& block : equal_tiles(group_channels(conv), config.array.columns)) {
    bytes += static_cast<std::int64_t>(block.count) *
             weight_block_layout(conv.conv.reduction(), block.size, conv.weight.bits,
                                 config.accumulator.bits, config.dma.bus_bytes)
                 .total();
  }
  return conv.conv.groups * bytes;
}

}  // namespace dcnsim
