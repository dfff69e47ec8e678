// SPDX-License-Identifier: Apache-2.0
// What pixel tiles of several sizes have in common: the least of what each has, for the bounds of
// groups of tilings that differ in their pixel tiles alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/arch/descriptor.h"
#include "platform/compiler/mapper/candidates.h"

namespace dcnsim {

class Predictor;
struct AcceleratorConfig;

/// No less than this is of any of some pixel tiles.
struct LeastPixels {
  std::uint64_t units = 0;         ///< of the array (unit_pixels()), all pixel tiles together
  std::uint64_t input_bytes = 0;   ///< all input tiles, each loaded once
  std::uint64_t first_inputs = 0;  ///< input pixels of the first tile
  std::uint64_t last_outputs = 0;  ///< output pixels of the last tile

  /// Those of `tiled`, a layer that `predictor` predicts.
  static LeastPixels of(const Descriptor& tiled, const AcceleratorConfig& config,
                        Predictor& predictor);
  LeastPixels with(const LeastPixels& other) const;
};

/// Of the pixel tiles of Candidates.
class LeastOfPixelTiles {
 public:
  /// The tiling of `layer` does not count. `tiles` stay.
  LeastOfPixelTiles(const std::vector<PixelTileSize>& tiles, const Descriptor& layer,
                    const AcceleratorConfig& config, Predictor& predictor);

  /// Of all that there are.
  const LeastPixels& of_all() const { return of_rest_.front(); }
  /// Of a group's pixel tiles: all, or those that Candidates::for_the_fewest() visits.
  const LeastPixels& of_all(const TilingGroup& group) const { return of_rest_[group.first]; }
  const LeastPixels& of_the_fewest(const TilingGroup& group);

 private:
  const std::vector<PixelTileSize>& tiles_;
  std::vector<LeastPixels> of_each_, of_rest_;  ///< of a pixel tile; of it and all behind it
  std::vector<std::optional<LeastPixels>> of_the_fewest_;
};

}  // namespace dcnsim
