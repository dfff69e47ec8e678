// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/candidates.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

#include "models/arch/accelerator_config.h"
#include "models/arch/memory_layout.h"
#include "models/base/integer.h"
#include "models/perf/buffer_need.h"
#include "models/perf/schedule.h"
#include "models/perf/tile_cuts.h"

namespace dcnsim {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

/// One line if no descriptor can say so, as of sizes that somebody asked for.
std::string why_invalid(const Descriptor& tiled) {
  try {
    validate(tiled);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

}  // namespace

Candidates::Candidates(const Descriptor& layer, const AcceleratorConfig& config,
                       const MappingRequest& request, std::shared_ptr<const CandidateSizes> sizes)
    : layer_(layer),
      config_(config),
      request_(request),
      sizes_(why_layer_illegal(layer, config).empty() ? std::move(sizes)
                                                      : std::make_shared<CandidateSizes>()) {}

bool Candidates::Limits::hold(const PixelTileSize& tile) const {
  const int several = tile.tiles > 1 ? 1 : 0;
  return tile.inputs <= inputs[several] && tile.outputs() <= outputs[several] &&
         tile.outputs() <= sums;
}

std::vector<TilingGroup> Candidates::groups(const Tiling& weight_tile) const {
  return weights_fit(weight_tile) ? groups_of_any_weights(weight_tile) : std::vector<TilingGroup>();
}

bool Candidates::weights_fit(const Tiling& weight_tile) const {
  Descriptor tiled = layer_;
  tiled.tiling = weight_tile;
  return why_weights_illegal(tiled, config_).empty();
}

std::vector<TilingGroup> Candidates::groups_of_any_weights(Tiling tiling) const {
  std::vector<TilingGroup> groups;
  Descriptor tiled = layer_;
  for (const LoopOrder order : kLoopOrders) {
    if (layer_.kind != LayerKind::kConv && order != LoopOrder::kPixelOuter) continue;
    if (request_.order.value_or(order) != order) continue;
    tiling.order = order;
    // No order is of use to larger tiles that is of none to single pixels.
    tiled.tiling = tiling;
    tiled.tiling.tile_h = tiled.tiling.tile_w = 1;
    if (!is_useful(tiled)) continue;
    const Limits held = limits(tiling);
    for (std::size_t i = 0; i < pixel_tiles().size(); ++i) {
      const PixelTileSize& tile = pixel_tiles()[i];
      if (!held.hold(tile)) continue;
      tiled.tiling.tile_h = tile.height;
      tiled.tiling.tile_w = tile.width;
      if (!is_useful(tiled)) continue;
      if (request_.fixes_tiling() && !why_invalid(tiled).empty()) continue;
      groups.push_back({tiled.tiling, i});
      break;
    }
  }
  return groups;
}

Candidates::Limits Candidates::limits(Tiling tiling) const {
  Descriptor d = layer_;
  const Shape out = d.output_shape();
  Limits limits{{kNoLimit, kNoLimit}, {kNoLimit, kNoLimit}, kNoLimit};
  const auto hold = [](const BufferConfig& buffer, bool one_slot, std::int64_t pixel_bits,
                       std::int64_t* most) {
    most[0] = 8 * buffer.capacity_bytes / pixel_bits;
    most[1] = (buffer.double_buffered && !one_slot ? 4 : 8) * buffer.capacity_bytes / pixel_bits;
  };
  d.tiling = tiling;
  // As if there were several pixel tiles: of one at least as much is gathered.
  d.tiling.tile_h = d.tiling.tile_w = 1;
  if (loads_input(d)) {
    const auto pixel_bits = [&](const InputSlice& slice, int bits) {
      return std::int64_t{std::min(input_tile_channels(d), slice.map(d.input_shape()).channels)} *
             bits;
    };
    const std::int64_t bits = (d.input_on_chip ? 0 : pixel_bits(d.input_slice, d.input.bits)) +
                              (d.kind == LayerKind::kAdd && d.pair != PairKind::kScaling
                                   ? pixel_bits(d.input2_slice, d.input2.bits)
                                   : 0);
    // Beside a map that stays in a scratchpad, there is no second half to share with it.
    const bool one_slot = config_.shares_buffer() && (d.input_on_chip || d.output_on_chip);
    hold(config_.input_buffer, one_slot, bits, limits.inputs);
  }
  if (!d.output_on_chip) {
    hold(config_.output_buffer, false, std::int64_t{stored_channels(d)} * d.requant.out.bits,
         limits.outputs);
  }
  const Room room = accumulator_room(d, config_);
  const bool holds_all = sums_wait(d) && tiling.order == LoopOrder::kWeightChunkOuter;
  if (holds_all || layer_.images() * out.height * out.width == 1) {
    if (!room.fits()) limits.sums = 0;
  } else if (room.needed > 0) {
    limits.sums = 8 * room.available / std::max<std::int64_t>(1, 8 * room.needed - 7);
  }
  return limits;
}

/// Whether the order differs from those that stand for it.
bool Candidates::is_useful(const Descriptor& tiled) const {
  if (tiled.kind != LayerKind::kConv) return true;
  // Input tiles that are cut again would come as often as there are chunks: no descriptor says so.
  const bool is_cut_twice =
      input_tiles_of_group(tiled) > 1 && tiled.tiling.chunk_k < reduction(tiled);
  if (is_cut_twice && tiled.tiling.order == LoopOrder::kWeightChunkOuter) return false;
  if (request_.order) return true;
  const bool chunks = chunk_count(tiled) > 1;
  switch (tiled.tiling.order) {
    case LoopOrder::kPixelOuter:
      return true;
    case LoopOrder::kWeightOuter:
      // With chunks it loads more than with pixels outside, or the same.
      return !pixels_outside(tiled) && !(chunks && tiles_are_planes(tiled));
    case LoopOrder::kWeightChunkOuter:
    case LoopOrder::kPixelChunkOuter:
      return sums_wait(tiled);
  }
  return false;
}

std::optional<TilingGroup> Candidates::rest(const TilingGroup& group) const {
  const Limits held = limits(group.fewest);
  TilingGroup rest = group;
  for (rest.first = end_of_the_fewest(pixel_tiles(), group.first);
       rest.first < pixel_tiles().size(); ++rest.first) {
    const PixelTileSize& tile = pixel_tiles()[rest.first];
    if (!held.hold(tile)) continue;
    rest.fewest.tile_h = tile.height;
    rest.fewest.tile_w = tile.width;
    return rest;
  }
  return std::nullopt;
}

bool Candidates::is_legal(const Tiling& tiling) const {
  Descriptor tiled = layer_;
  tiled.tiling = tiling;
  return is_useful(tiled) && step_count(tiled) <= kMaxSteps &&
         why_pixels_illegal(tiled, config_).empty() && outputs_fit(tiled, config_);
}

void Candidates::for_each_neighbour(const Tiling& tiling,
                                    const std::function<void(const Tiling&)>& visit) const {
  const Shape out = layer_.output_shape();
  Descriptor tiled = layer_;
  // `whole` is how the size says `total`.
  const auto vary = [&](int Tiling::*size, int unit, int total, int whole,
                        const std::optional<int>& wanted) {
    if (wanted || unit == 0) return;
    const int now = tiling.*size == whole ? total : tiling.*size;
    const auto is_taken = [&](int other) {
      if (other < 1 || other == now) return false;
      tiled.tiling = tiling;
      tiled.tiling.*size = other == total ? whole : other;
      if (has(tiled.tiling) || !why_illegal(tiled, config_).empty()) return false;
      if (!is_legal(tiled.tiling)) return false;
      visit(tiled.tiling);
      return true;
    };
    const int less = (ceil_div(now, unit) - 1) * unit, more = less + 2 * unit;
    is_taken(less);
    is_taken(std::min(total, more));
    if (size != &Tiling::tile_h && size != &Tiling::tile_w) return;
    const int tiles = ceil_div(total, now);
    if (tiles == 1) return;
    int most = (ceil_div(total, tiles - 1) - 1) / unit * unit;
    while (most > more && !is_taken(most)) most -= unit;
  };
  vary(&Tiling::tile_h, 1, out.height, out.height, request_.tile_h);
  vary(&Tiling::tile_w, output_column_unit(layer_, config_), out.width, out.width, request_.tile_w);
  const bool conv = layer_.kind == LayerKind::kConv;
  const int inputs = conv ? group_inputs(layer_) : layer_.input_shape().channels;
  const int in_group = conv ? group_channels(layer_) : 0;
  const bool is_part = tiling.tile_channels <= in_group;
  // Chunks are cut from input tiles, which have all channels of several groups.
  if (!conv || (is_part && tiling.chunk_k == reduction(layer_))) {
    vary(&Tiling::tile_in, input_unit(layer_), inputs, 0, request_.tile_in);
  }
  if (!conv) return;
  const int channels = is_part ? in_group : layer_.conv.out_channels;
  for (const int unit :
       is_part ? channel_units(layer_, config_.array.columns) : std::vector{in_group}) {
    vary(&Tiling::tile_channels, unit, channels, channels, request_.tile_channels);
  }
  tiled.tiling = tiling;
  vary(&Tiling::chunk_k, reduction_unit(tiled, config_.array),
       kernel_size(layer_) * tile_inputs_of_group(tiled), reduction(layer_), request_.chunk_k);
}

bool Candidates::has(const Tiling& tiling) const {
  return std::any_of(pixel_tiles().begin(), pixel_tiles().end(),
                     [&](const PixelTileSize& known) {
                       return known.height == tiling.tile_h && known.width == tiling.tile_w;
                     }) &&
         std::any_of(weight_tiles().begin(), weight_tiles().end(), [&](const Tiling& tile) {
           if (tile.tile_channels != tiling.tile_channels || tile.tile_in != tiling.tile_in ||
               tile.chunk_k != tiling.chunk_k) {
             return false;
           }
           const std::vector<TilingGroup> groups = this->groups(tile);
           return std::any_of(groups.begin(), groups.end(), [&](const TilingGroup& group) {
             return group.fewest.order == tiling.order;
           });
         });
}

std::string why_no_candidate(const Descriptor& layer, const AcceleratorConfig& config,
                             const MappingRequest& request) {
  const Shape out = layer.output_shape();
  Descriptor smallest = layer;
  Tiling& t = smallest.tiling;
  t.order = request.order.value_or(LoopOrder::kPixelOuter);
  t.tile_h = request.tile_h.value_or(1);
  t.tile_w = request.tile_w.value_or(std::min(out.width, output_column_unit(layer, config)));
  t.tile_in = request.tile_in.value_or(input_unit(layer));
  t.tile_channels = out.channels;
  t.chunk_k = 1;
  if (layer.kind == LayerKind::kConv) {
    if (t.tile_in >= group_inputs(layer)) t.tile_in = 0;
    t.tile_channels =
        request.tile_channels.value_or(std::min(group_channels(layer), config.array.columns));
    t.chunk_k = request.chunk_k.value_or(
        std::min(reduction(layer), reduction_unit(smallest, config.array)));
  }
  // Of sizes that nobody asked for, what the machine lacks says more.
  std::string reason = request.fixes_tiling() ? why_invalid(smallest) : "";
  if (reason.empty()) reason = why_illegal(smallest, config);
  if (reason.empty()) return "no legal tiling";
  const bool is_of_tiles = why_layer_illegal(smallest, config).empty();
  return request.fixes_tiling() || !is_of_tiles ? reason : reason + " (smallest tile)";
}

}  // namespace dcnsim
