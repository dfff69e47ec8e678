// SPDX-License-Identifier: Apache-2.0
// Sizes of tiles among which the mapper chooses, whatever the buffers hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/arch/descriptor.h"
#include "models/perf/tile_cuts.h"
#include "platform/compiler/mapper/mapping.h"

namespace dcnsim {

struct AcceleratorConfig;

/// Sizes of tiles that cut `total`, in rising order: `total`, and of the multiples of `unit` below
/// it, for every number of tiles, the least (two tiles of 8 rather than one of 12 and one of 4) and
/// the least multiples of `unit` times a power of two up to `most_even`, which may fill the rows of
/// an array or start on larger bursts.
std::vector<int> balanced_sizes(int total, int unit, int most_even = 1);

/// Output columns of which a tile has a multiple, or all.
int output_column_unit(const Descriptor& layer, const AcceleratorConfig& config);

/// Input tiles of less than all channels have a multiple of so many: whole planes of all maps that
/// they cut in memory, and of each group. 0 if they cannot be, or are of no use: a convolution's
/// input on chip is there as a whole, and nothing of a layer with both maps there is moved.
int input_unit(const Descriptor& layer);

/// Channels of which a weight tile that is part of a group has a multiple: array widths, or planes
/// of the output.
std::vector<int> channel_units(const Descriptor& layer, int columns);

struct PixelTileSize {
  int height, width;
  std::int64_t tiles;   ///< of this size
  std::int64_t inputs;  ///< input pixels of the largest
  std::int64_t outputs() const { return std::int64_t{height} * width; }
};

struct CandidateSizes {
  std::vector<PixelTileSize> pixel_tiles;  ///< fewest tiles first
  std::vector<Tiling> weight_tiles;        ///< channels, inputs and chunks
};

/// Calls visit(outputs, count) for the tiles of an output map by how many outputs each has.
template <typename Visit>
void for_pixel_tiles(const Shape& out, int tile_h, int tile_w, const Visit& visit) {
  for (const EqualTiles& y : equal_tiles(out.height, tile_h)) {
    for (const EqualTiles& x : equal_tiles(out.width, tile_w)) {
      visit(y.size * x.size, y.count * x.count);
    }
  }
}

/// Behind the last of pixel tiles that are less than twice as many as number `first`.
std::size_t end_of_the_fewest(const std::vector<PixelTileSize>& tiles, std::size_t first);

/// As `request` wants them, in sizes that need not be balanced.
CandidateSizes candidate_sizes(const Descriptor& layer, const AcceleratorConfig& config,
                               const MappingRequest& request = {});

}  // namespace dcnsim
