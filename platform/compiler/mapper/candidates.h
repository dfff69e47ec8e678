// SPDX-License-Identifier: Apache-2.0
// The tilings and loop orders of one layer on one machine among which the mapper chooses: all legal
// ones whose sizes are balanced, in groups that differ in their pixel tiles alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/arch/descriptor.h"
#include "platform/compiler/mapper/candidate_sizes.h"
#include "platform/compiler/mapper/mapping.h"

namespace dcnsim {

struct AcceleratorConfig;

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
  /// the output does not count. The tiling of `layer` does not count. `config` stays. `sizes`:
  /// candidate_sizes() of the three.
  Candidates(const Descriptor& layer, const AcceleratorConfig& config,
             const MappingRequest& request, std::shared_ptr<const CandidateSizes> sizes);
  Candidates(const Descriptor& layer, const AcceleratorConfig& config,
             const MappingRequest& request = {})
      : Candidates(layer, config, request,
                   std::make_shared<CandidateSizes>(candidate_sizes(layer, config, request))) {}

  /// Some may not fit their buffer; none if the layer is not legal.
  const std::vector<Tiling>& weight_tiles() const { return sizes_->weight_tiles; }
  /// Those of one of these, at most one of each order; some may have no tiling. Where orders are
  /// the same, or one loads no more than another and needs no more room, that one stands for both.
  std::vector<TilingGroup> groups(const Tiling& weight_tile) const;
  /// The same in two steps: these are its groups if its weights fit.
  bool weights_fit(const Tiling& weight_tile) const;
  std::vector<TilingGroup> groups_of_any_weights(Tiling weight_tile) const;

  /// Calls visit(tiling, number), the number that of its pixel tile, once for every tiling of a
  /// group whose pixel tiles are less than twice as many as the fewest, and for others that
  /// is_legal() tells.
  template <typename Visit>
  void for_the_fewest(const TilingGroup& group, const Visit& visit) const;
  /// The rest is a group again; nothing if there is none.
  std::optional<TilingGroup> rest(const TilingGroup& group) const;
  bool is_legal(const Tiling& tiling) const;
  /// Of all groups, the fewest first: those of a group are some of those from its first on.
  const std::vector<PixelTileSize>& pixel_tiles() const { return sizes_->pixel_tiles; }

  /// Calls visit(tiling) once for every tiling of a group.
  template <typename Visit>
  void for_each(const TilingGroup& group, const Visit& visit) const {
    for (std::optional<TilingGroup> now = group; now; now = rest(*now)) {
      for_the_fewest(*now, [&](const Tiling& tiling, std::size_t) {
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
    for (const Tiling& weight_tile : weight_tiles()) {
      for (const TilingGroup& group : groups(weight_tile)) for_each(group, visit);
    }
  }

 private:
  /// What the buffers hold, without what is lost to their words: no legal pixel tile has more.
  /// Indexed by whether there are several pixel tiles.
  struct Limits {
    std::int64_t inputs[2], outputs[2], sums;
    bool hold(const PixelTileSize& tile) const;
  };

  Limits limits(Tiling tiling) const;
  bool is_useful(const Descriptor& tiled) const;
  bool has(const Tiling& tiling) const;

  Descriptor layer_;
  const AcceleratorConfig& config_;
  MappingRequest request_;
  std::shared_ptr<const CandidateSizes> sizes_;
};

template <typename Visit>
void Candidates::for_the_fewest(const TilingGroup& group, const Visit& visit) const {
  const Limits held = limits(group.fewest);
  const std::size_t end = end_of_the_fewest(pixel_tiles(), group.first);
  Tiling tiling = group.fewest;
  for (std::size_t i = group.first; i < end; ++i) {
    const PixelTileSize& tile = pixel_tiles()[i];
    if (!held.hold(tile)) continue;
    tiling.tile_h = tile.height;
    tiling.tile_w = tile.width;
    visit(tiling, i);
  }
}

/// One line: what is wrong with the tiling that was asked for, or why even the smallest tile that
/// is as `request` wants it does not fit. For a layer without candidates.
std::string why_no_candidate(const Descriptor& layer, const AcceleratorConfig& config,
                             const MappingRequest& request = {});

}  // namespace dcnsim
