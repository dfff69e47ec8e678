// SPDX-License-Identifier: Apache-2.0
// All legal tilings and loop orders of one layer on one machine.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "models/arch/descriptor.h"
#include "platform/compiler/mapper/mapping.h"

namespace dcnsim {

struct AcceleratorConfig;

class Candidates {
 public:
  /// Those that are as `request` wants them; what it says of the output does not count. The tiling
  /// of `layer` does not count. `config` stays.
  Candidates(const Descriptor& layer, const AcceleratorConfig& config,
             const MappingRequest& request = {});

  /// Calls visit(tiling) once for every one: all pixel tiles of one tile_channels and chunk_k, then
  /// those of the next. Where both loop orders are the same, kPixelOuter stands for both.
  void for_each(const std::function<void(const Tiling&)>& visit) const;

 private:
  struct PixelTileSize {
    int height, width;
  };
  struct WeightTileSize {
    int channels, reduction;
  };
  std::vector<PixelTileSize> pixel_tiles() const;
  std::vector<WeightTileSize> weight_tiles() const;

  Descriptor layer_;
  const AcceleratorConfig& config_;
  MappingRequest request_;
};

/// One line: what is wrong with the tiling that was asked for, or why even the smallest tile that
/// is as `request` wants it does not fit. For a layer without candidates.
std::string why_no_candidate(const Descriptor& layer, const AcceleratorConfig& config,
                             const MappingRequest& request = {});

}  // namespace dcnsim
