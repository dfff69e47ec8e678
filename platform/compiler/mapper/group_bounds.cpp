// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/group_bounds.h"

#include <algorithm>
#include <array>
#include <utility>

#include "models/arch/accelerator_config.h"
#include "platform/compiler/mapper/search.h"

namespace dcnsim {

GroupBounds::GroupBounds(const MappingSearch& search, const Descriptor& layer,
                         const MappingRequest& request, std::shared_ptr<LayerWork> work)
    : search_(search),
      work_(work ? std::move(work) : std::make_shared<LayerWork>(search.config())),
      layer_(placed_alone(layer, search.config())),
      placed_(LayerWork::placed(work_, layer_, request)),
      candidates_(layer_, search.config(), request, placed_->sizes) {}

const std::vector<PlacedWork::WeightTile>& GroupBounds::weight_tiles() {
  using Tile = PlacedWork::WeightTile;
  std::vector<Tile>& tiles = placed_->weight_tiles;
  if (!tiles.empty()) return tiles;
  std::uint64_t number = 0;
  for (const Tiling& tile : candidates_.weight_tiles()) {
    const LeastWork& work = least_work(tile);
    layer_.tiling = tile;
    tiles.push_back(
        {number++, &work, search_.least_of_weight_tile(layer_, work, placed_->pixels.of_all())});
  }
  std::stable_sort(tiles.begin(), tiles.end(),
                   [](const Tile& a, const Tile& b) { return a.least.cycles < b.least.cycles; });
  return tiles;
}

const LeastWork& GroupBounds::least_work(const Tiling& tiling) {
  const auto [found, is_new] =
      work_->least.try_emplace({tiling.tile_channels, tiling.tile_in, tiling.chunk_k});
  if (is_new) {
    layer_.tiling = tiling;
    found->second = search_.bounds().least_work(layer_, predictor());
  }
  return found->second;
}

PlacedWork::Rest& GroupBounds::rest(std::size_t tile, const TilingGroup& group) {
  std::vector<PlacedWork::Rest>& rests = placed_->rests[tile][group.fewest.order];
  for (PlacedWork::Rest& rest : rests) {
    if (rest.first == group.first) return rest;
  }
  const LeastWork& work = least_work(group.fewest);
  layer_.tiling = group.fewest;
  const LeastCounters of_all = search_.least_of_group(layer_, work, placed_->pixels.of_all(group));
  return rests.emplace_back(PlacedWork::Rest{group.first, of_all, {}});
}

const LeastCounters& GroupBounds::of_all(std::size_t tile, const TilingGroup& group) {
  return rest(tile, group).of_all;
}

const LeastCounters& GroupBounds::of_the_fewest(std::size_t tile, const TilingGroup& group) {
  std::optional<LeastCounters>& least = rest(tile, group).of_the_fewest;
  if (!least) {
    const LeastWork& work = least_work(group.fewest);
    layer_.tiling = group.fewest;
    least = search_.least_of_group(layer_, work, placed_->pixels.of_the_fewest(group), predictor());
  }
  return *least;
}

PlacedWork::Fitting& GroupBounds::fitting() {
  const AcceleratorConfig& config = search_.config();
  const std::array capacities{config.input_buffer.capacity_bytes,
                              config.output_buffer.capacity_bytes, config.accumulator_buffer_bytes};
  for (PlacedWork::Fitting& fitting : placed_->fitting) {
    if (fitting.capacities == capacities) return fitting;
  }
  if (placed_->fitting.size() == PlacedWork::kFittingKept) {
    placed_->fitting.erase(placed_->fitting.begin());
  }
  return placed_->fitting.emplace_back(PlacedWork::Fitting{capacities, 0, {}});
}

/// Whether its weights fit is not asked: machines with larger and smaller weight buffers have the
/// same groups.
void GroupBounds::look_at_next_tile(PlacedWork::Fitting& fitting) {
  const std::size_t place = fitting.tiles++;
  const std::size_t number = placed_->weight_tiles[place].number;
  for (const TilingGroup& group :
       candidates_.groups_of_any_weights(candidates_.weight_tiles()[number])) {
    fitting.groups.push_back({of_all(number, group).cycles, place, group});
  }
}

std::optional<Score> GroupBounds::least() {
  if (candidates_.weight_tiles().empty()) return std::nullopt;  // legal on other machines
  const std::vector<PlacedWork::WeightTile>& tiles = weight_tiles();
  const bool is_by_cycles = search_.config().mapping.objective == Objective::kLatency;
  std::optional<Score> least;
  const auto may_win = [&](const LeastCounters& counters) {
    return !least || search_.score_of(layer_, counters) < *least;
  };
  PlacedWork::Fitting& fitting = this->fitting();
  std::size_t next = 0;  // group
  for (std::size_t place = 0; place < tiles.size(); ++place) {
    if (is_by_cycles && !may_win(tiles[place].least)) break;
    if (place == fitting.tiles) look_at_next_tile(fitting);
    const std::size_t tile = tiles[place].number;
    std::optional<bool> fits;
    for (; next < fitting.groups.size() && fitting.groups[next].place == place; ++next) {
      const auto& [least_cycles, _, first] = fitting.groups[next];
      if (is_by_cycles && least && least->first < static_cast<double>(least_cycles)) continue;
      if (!fits) fits = candidates_.weights_fit(candidates_.weight_tiles()[tile]);
      if (!*fits) continue;
      for (std::optional<TilingGroup> group = first; group && may_win(of_all(tile, *group));
           group = candidates_.rest(*group)) {
        const LeastCounters& counters = of_the_fewest(tile, *group);
        if (may_win(counters)) least = search_.score_of(layer_, counters);
      }
    }
  }
  return least;
}

}  // namespace dcnsim
