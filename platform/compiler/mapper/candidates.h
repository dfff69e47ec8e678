// SPDX-License-Identifier: Apache-2.0
// The tilings and loop orders of one layer on one machine among which the mapper chooses: all legal
// ones whose sizes are balanced, in groups that differ in their pixel tiles alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
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
  /// No tiling of the group has fewer pixel tiles than tile_h and tile_w make here, which need not
  /// be legal.
  Tiling fewest;
  std::size_t first = 0;  ///< of the sizes that Candidates has for pixel tiles: that of `fewest`
};

class Candidates {
 public:
  /// Those that are as `request` wants them, in sizes that need not be balanced; what it says of
  /// the output does not count. The tiling of `layer` does not count. `config` stays.
  Candidates(const Descriptor& layer, const AcceleratorConfig& config,
             const MappingRequest& request = {});

  /// Some may have no tiling. Those with the same weight tiles are neighbours. Where loop orders
  /// are the same, or one loads no more than another and needs no more room, that one stands for
  /// both.
  const std::vector<TilingGroup>& groups() const { return groups_; }

  /// Calls visit(tiling, number), the number that of its pixel tile, once for every tiling of a
  /// group whose pixel tiles are less than twice as many as the fewest, and for others that
  /// is_legal() tells. The rest is a group again; nothing if there is none.
  template <typename Visit>
  std::optional<TilingGroup> for_the_fewest(const TilingGroup& group, const Visit& visit) const;
  bool is_legal(const Tiling& tiling) const;

  /// Calls visit(tiling) once for every tiling of a group.
  template <typename Visit>
  void for_each(const TilingGroup& group, const Visit& visit) const {
    for (std::optional<TilingGroup> rest = group; rest;) {
      rest = for_the_fewest(*rest, [&](const Tiling& tiling, std::size_t) {
        if (is_legal(tiling)) visit(tiling);
      });
    }
  }

  /// Likewise for other legal tilings that differ from one in a single size: by a single unit, or,
  /// of rows and columns, the greatest that makes as many tiles, of which the last is smallest.
  void for_each_neighbour(const Tiling& tiling,
                          const std::function<void(const Tiling&)>& visit) const;

  /// Calls visit(tiling) once for every tiling of all groups.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (const TilingGroup& group : groups_) for_each(group, visit);
  }

 private:
  struct PixelTile {
    int height, width;
    std::int64_t tiles;   ///< of this size
    std::int64_t inputs;  ///< input pixels of the largest
    std::int64_t outputs() const { return std::int64_t{height} * width; }
  };
  /// What the buffers hold, without what is lost to their words: no legal pixel tile has more.
  /// Indexed by whether there are several pixel tiles.
  struct Limits {
    std::int64_t inputs[2], outputs[2], sums;
    bool hold(const PixelTile& tile) const;
  };

  void add_pixel_tile(int height, int width);
  void find_pixel_tiles();
  void find_filling_tiles(int height, int end_height, int width, int end_width);
  void find_groups();
  void add_groups(Tiling tiling);
  Limits limits(Tiling tiling) const;
  bool is_useful(const Descriptor& tiled) const;
  bool has(const Tiling& tiling) const;

  Descriptor layer_;
  const AcceleratorConfig& config_;
  MappingRequest request_;
  std::vector<PixelTile> pixel_tiles_;  ///< fewest tiles first
  std::vector<TilingGroup> groups_;
};

template <typename Visit>
std::optional<TilingGroup> Candidates::for_the_fewest(const TilingGroup& group,
                                                      const Visit& visit) const {
  const Limits held = limits(group.fewest);
  TilingGroup now = group;
  for (; now.first < pixel_tiles_.size(); ++now.first) {
    const PixelTile& tile = pixel_tiles_[now.first];
    if (!held.hold(tile)) continue;
    now.fewest.tile_h = tile.height;
    now.fewest.tile_w = tile.width;
    if (tile.tiles >= 2 * pixel_tiles_[group.first].tiles) return now;
    visit(now.fewest, now.first);
  }
  return std::nullopt;
}

/// One line: what is wrong with the tiling that was asked for, or why even the smallest tile that
/// is as `request` wants it does not fit. For a layer without candidates.
std::string why_no_candidate(const Descriptor& layer, const AcceleratorConfig& config,
                             const MappingRequest& request = {});

}  // namespace dcnsim
