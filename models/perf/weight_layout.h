// SPDX-License-Identifier: Apache-2.0
// Where the weights of a convolution lie in memory: its weight tiles one behind the other, in the
// order of groups, channel tiles, input tiles and chunks.
#pragma once

#include <cstdint>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"
#include "models/perf/schedule.h"
#include "models/perf/tile_cuts.h"

namespace dcnsim {

/// A weight tile is one block after the other: a block has the biases of its channels if the tile
/// is the first chunk of its sums, then its codes, reduction step by reduction step, then the
/// parameters of its channels if the tile is the last chunk, each padded to a bus word
/// (WeightBlockLayout). Blocks are one array width of channels, fewer in the last one of a tile. A
/// tile of whole groups is a single block: all biases, the codes group by group, all parameters.
class WeightLayout {
 public:
  /// Both stay.
  WeightLayout(const Descriptor& conv, const AcceleratorConfig& config);

  /// Of all tiles.
  std::int64_t bytes() const;
  /// Of a step's weight tile, from where the layer's weights begin.
  std::int64_t offset(const Step& step) const;

  /// Blocks of a tile of `channels` of each of `groups`, by their channels.
  TileSizes blocks(int channels, int groups) const;
  /// A block with `steps` steps of its reduction.
  WeightBlockLayout block(int channels, int steps) const;

 private:
  std::int64_t bias_bytes(const TileSizes& blocks) const;
  std::int64_t parameter_bytes(const TileSizes& blocks) const;
  std::int64_t all_bytes(const TileSizes& blocks) const;
  std::int64_t chunk_bytes(const TileSizes& blocks, int steps) const;
  std::int64_t inputs_bytes(const TileSizes& blocks, int inputs) const;
  std::int64_t tile_bytes(const TileSizes& blocks) const;

  const Descriptor& d_;
  const AcceleratorConfig& config_;
};

}  // namespace dcnsim
