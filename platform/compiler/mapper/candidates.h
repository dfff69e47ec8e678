// SPDX-License-Identifier: Apache-2.0
// The tilings and loop orders of one layer on one machine among which the mapper chooses: all legal
// ones whose sizes are balanced.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/arch/descriptor.h"
#include "platform/compiler/mapper/mapping.h"

namespace dcnsim {

struct AcceleratorConfig;

/// Sizes of tiles that cut `total`, in rising order: `total`, and of the multiples of `unit` below
/// it, for every number of tiles, the least (two tiles of 8 rather than one of 12 and one of 4) and
/// the least multiples of `unit` times a power of two up to `most_even`, which may fill the rows of
/// an array or start on larger bursts.
std::vector<int> balanced_sizes(int total, int unit, int most_even = 1);

/// Tilings that differ in tile_h and tile_w alone.
struct TilingGroup {
  Tiling tiling;                 ///< tile_h and tile_w: those of the fewest pixel tiles
  std::int64_t pixel_tiles = 0;  ///< of these; no tiling of the group has fewer
  std::uint64_t tilings = 0;
};

class Candidates {
 public:
  /// Those that are as `request` wants them, in sizes that need not be balanced; what it says of
  /// the output does not count. The tiling of `layer` does not count. `config` stays.
  Candidates(const Descriptor& layer, const AcceleratorConfig& config,
             const MappingRequest& request = {});

  /// Those with tilings. Where both loop orders are the same, kPixelOuter stands for both.
  const std::vector<TilingGroup>& groups() const { return groups_; }

  /// Calls visit(tiling) once for every tiling of a group.
  template <typename Visit>
  void for_each(const TilingGroup& group, const Visit& visit) const;

  /// Likewise for the other legal tilings that differ from one in a single size by a single unit.
  void for_each_neighbour(const Tiling& tiling,
                          const std::function<void(const Tiling&)>& visit) const;

  /// Calls visit(tiling) once for every tiling of all groups.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (const TilingGroup& group : groups_) for_each(group, visit);
  }

 private:
  struct PixelTileSize {
    int height, width;
  };
  bool has(const PixelTileSize& tile) const;
  bool has(const Tiling& tiling) const;
  void find_pixel_tiles();
  void find_filling_tiles();
  void find_filling_tile(int height, int end_height, int width, int end_width);
  bool is_legal(const PixelTileSize& tile) const;
  void find_groups();
  void add_group(const Tiling& tiling);
  bool is_legal(const Descriptor& tiled) const;

  Descriptor layer_;
  const AcceleratorConfig& config_;
  MappingRequest request_;
  std::vector<PixelTileSize> pixel_tiles_;
  std::vector<TilingGroup> groups_;
};

template <typename Visit>
void Candidates::for_each(const TilingGroup& group, const Visit& visit) const {
  Descriptor tiled = layer_;
  tiled.tiling = group.tiling;
  for (const PixelTileSize& tile : pixel_tiles_) {
    tiled.tiling.tile_h = tile.height;
    tiled.tiling.tile_w = tile.width;
    if (is_legal(tiled)) visit(tiled.tiling);
  }
}

/// One line: what is wrong with the tiling that was asked for, or why even the smallest tile that
/// is as `request` wants it does not fit. For a layer without candidates.
std::string why_no_candidate(const Descriptor& layer, const AcceleratorConfig& config,
                             const MappingRequest& request = {});

}  // namespace dcnsim
