// SPDX-License-Identifier: Apache-2.0
// What the mappings of one layer, with its maps at certain places, take at least: weight tiles and
// groups of tilings. Bounds that do not depend on what buffers hold are found once for all machines
// that a LayerWork is of.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "models/perf/prediction.h"
#include "platform/compiler/mapper/candidates.h"
#include "platform/compiler/mapper/layer_work.h"

namespace dcnsim {

class MappingSearch;

class GroupBounds {
 public:
  /// `search` stays. `work`: that of other searches for the layer; none: its own.
  GroupBounds(const MappingSearch& search, const Descriptor& layer, const MappingRequest& request,
              std::shared_ptr<LayerWork> work);

  /// The layer as if it were a program of its own.
  const Descriptor& layer() const { return layer_; }
  const Candidates& candidates() const { return candidates_; }
  Predictor& predictor() const { return placed_->predictor; }
  LayerWork& work() const { return *work_; }

  /// Fewest cycles first, by the cycles of the array alone.
  const std::vector<PlacedWork::WeightTile>& weight_tiles();
  const LeastWork& least_work(const Tiling& tiling);
  /// What no tiling of a group counts less of, by its work alone. `tile`: the number of its weight
  /// tile.
  const LeastCounters& of_all(std::size_t tile, const TilingGroup& group);
  /// Likewise of those that Candidates::for_the_fewest() visits, by their loads and stores as well.
  const LeastCounters& of_the_fewest(std::size_t tile, const TilingGroup& group);

  /// What no tiling comes before: the least of what groups take; nothing if there is none. What an
  /// OpenSearch begins with; sooner where cycles decide.
  std::optional<Score> least();

 private:
  PlacedWork::Rest& rest(std::size_t tile, const TilingGroup& group);
  PlacedWork::Fitting& fitting();
  void look_at_next_tile(PlacedWork::Fitting& fitting);

  const MappingSearch& search_;
  const std::shared_ptr<LayerWork> work_;
  Descriptor layer_;
  const std::shared_ptr<PlacedWork> placed_;
  const Candidates candidates_;
};

}  // namespace dcnsim
