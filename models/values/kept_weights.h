// SPDX-License-Identifier: Apache-2.0
// The weights of layers in the order of the kernels, kept from one execution to the next: to
// unpack and to reorder them takes longer than to see that their bytes are the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "models/arch/descriptor.h"
#include "models/perf/transfers.h"
#include "models/values/tile_compute.h"

namespace dcnsim {

class KeptWeights {
 public:
  /// Of all layers: one more, and only that one's are kept. Lists may be long, and no network's.
  static constexpr std::uint64_t kMostCodes = std::uint64_t{1} << 28;

  /// A weight tile as it came from memory.
  struct Chunk {
    Step step;
    Parts parts;
    std::vector<std::uint8_t> bytes;
  };
  /// Those that the weights of some channels came from.
  struct Source {
    std::vector<Chunk> chunks;
    std::size_t same = 0;  ///< that have come again, of the present pass
    bool all_same = false;
  };
  struct Layer {
    TileCompute::LayerWeights weights;
    std::unordered_map<std::uint64_t, Source> sources;  ///< by TileCompute::Channels::key()
  };

  /// Of a list's descriptor number `index`; empty if a layer that differs in more than the places
  /// of its maps stood there last, or there are too many. Valid until the next call.
  Layer& of(std::size_t index, const Descriptor& descriptor);

 private:
  struct Known {
    DescriptorBytes descriptor{};
    Layer layer;
    std::uint64_t codes = 0;  ///< weights
  };
  std::deque<Known> known_;
  std::uint64_t codes_ = 0;  ///< of all
};

}  // namespace dcnsim
