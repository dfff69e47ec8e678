// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/candidates.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "models/arch/accelerator_config.h"
#include "models/arch/memory_layout.h"
#include "models/perf/buffer_need.h"
#include "models/perf/schedule.h"
#include "models/perf/tile_cuts.h"

namespace dcnsim {
namespace {

/// balanced_sizes(), or the one that is wanted.
std::vector<int> sizes(int total, int unit, const std::optional<int>& wanted, int most_even = 1) {
  return wanted ? std::vector{*wanted} : balanced_sizes(total, unit, most_even);
}

/// Of rows and columns.
constexpr int kMostEven = 64;

/// Output columns of which a tile has a multiple, or all.
int column_unit(const Descriptor& layer, int bus_bytes) {
  return output_layout(layer, bus_bytes).column_unit();
}

/// Reduction steps that fill whole array tiles and, in every block of weights, whole bus words.
int chunk_unit(const Descriptor& layer, const AcceleratorConfig& config) {
  const int word_bits = 8 * config.dma.bus_bytes;
  int unit = reduction_unit(layer, config.array);
  for (const EqualTiles& block : equal_tiles(group_channels(layer), config.array.columns)) {
    unit = std::lcm(unit, word_bits / std::gcd(word_bits, block.size * layer.weight.bits));
  }
  return unit;
}

/// An input on chip is one tile, if nobody asks for smaller ones; chunks are of one array width of
/// channels.
bool is_looked_at(const Descriptor& tiled, const AcceleratorConfig& config,
                  const MappingRequest& request) {
  const Shape out = tiled.output_shape();
  const bool asked = request.tile_h.value_or(out.height) < out.height ||
                     request.tile_w.value_or(out.width) < out.width;
  if (tiled.input_on_chip && pixel_tile_count(tiled) > 1 && !asked) return false;
  return chunk_count(tiled) == 1 || tiled.tiling.tile_channels <= config.array.columns;
}

}  // namespace

std::vector<int> balanced_sizes(int total, int unit, int most_even) {
  std::vector<int> sizes;
  const int units = ceil_div(total, unit);
  for (int least = 1; least < units;) {
    const int tiles = ceil_div(units, least);
    for (int even = 1; even <= most_even; even *= 2) {
      const int size = ceil_div(least, even) * even;
      if (ceil_div(units, size) != tiles) continue;
      if (sizes.empty() || size * unit > sizes.back()) sizes.push_back(size * unit);
    }
    least = ceil_div(units, tiles - 1);
  }
  sizes.push_back(total);
  return sizes;
}

Candidates::Candidates(const Descriptor& layer, const AcceleratorConfig& config,
                       const MappingRequest& request)
    : layer_(layer), config_(config), request_(request) {
  if (!why_layer_illegal(layer_, config_).empty()) return;
  find_pixel_tiles();
  find_groups();
}

void Candidates::find_pixel_tiles() {
  const Shape out = layer_.output_shape();
  const int unit = column_unit(layer_, config_.dma.bus_bytes);
  for (const int height : sizes(out.height, 1, request_.tile_h, kMostEven)) {
    for (const int width : sizes(out.width, unit, request_.tile_w, kMostEven)) {
      if (is_legal({height, width})) pixel_tiles_.push_back({height, width});
    }
  }
  const bool fills_rows =
      layer_.kind == LayerKind::kConv && config_.array.dataflow == Dataflow::kOutputStationary;
  if (fills_rows && !request_.tile_h && !request_.tile_w) find_filling_tiles();
}

/// Tiles whose pixels leave few rows of an output-stationary array idle.
void Candidates::find_filling_tiles() {
  const Shape out = layer_.output_shape();
  std::vector<int> heights = balanced_sizes(out.height, 1);
  std::vector<int> widths = balanced_sizes(out.width, column_unit(layer_, config_.dma.bus_bytes));
  heights.push_back(out.height + 1);
  widths.push_back(out.width + 1);
  for (std::size_t i = 0; i + 1 < heights.size(); ++i) {
    for (std::size_t j = 0; j + 1 < widths.size(); ++j) {
      find_filling_tile(heights[i], heights[i + 1], widths[j], widths[j + 1]);
    }
  }
}

/// Of sizes that make equally many tiles, `height` x `width` the least of them, the one that fills
/// rows best, if it fills them better than the least.
void Candidates::find_filling_tile(int height, int end_height, int width, int end_width) {
  const Shape out = layer_.output_shape();
  const auto blocks = [&](const PixelTileSize& tile) {
    std::uint64_t sum = 0;
    for (const EqualTiles& h : equal_tiles(out.height, tile.height)) {
      for (const EqualTiles& w : equal_tiles(out.width, tile.width)) {
        const int pixels = h.size * w.size * layer_.fused_pool * layer_.fused_pool;
        sum += h.count * w.count * u64(ceil_div(pixels, config_.array.rows));
      }
    }
    return sum;
  };
  const int unit = column_unit(layer_, config_.dma.bus_bytes);
  std::uint64_t fewest = blocks({height, width});
  std::optional<PixelTileSize> best;
  for (PixelTileSize tile{height, 0}; tile.height < end_height; ++tile.height) {
    for (tile.width = width; tile.width < end_width; tile.width += unit) {
      if (blocks(tile) >= fewest || !is_legal(tile)) continue;
      fewest = blocks(tile);
      best = tile;
    }
  }
  if (best && !has(*best)) pixel_tiles_.push_back(*best);
}

bool Candidates::has(const PixelTileSize& tile) const {
  return std::any_of(pixel_tiles_.begin(), pixel_tiles_.end(), [&](const PixelTileSize& known) {
    return known.height == tile.height && known.width == tile.width;
  });
}

bool Candidates::has(const Tiling& tiling) const {
  return has(PixelTileSize{tiling.tile_h, tiling.tile_w}) &&
         std::any_of(groups_.begin(), groups_.end(), [&](const TilingGroup& group) {
           Tiling of_group = group.tiling;
           of_group.tile_h = tiling.tile_h;
           of_group.tile_w = tiling.tile_w;
           return of_group == tiling;
         });
}

bool Candidates::is_legal(const PixelTileSize& tile) const {
  Descriptor tiled = layer_;
  tiled.tiling.tile_h = tile.height;
  tiled.tiling.tile_w = tile.width;
  tiled.tiling.chunk_k = reduction(layer_);
  if (!is_looked_at(tiled, config_, request_)) return false;
  return why_pixels_illegal(tiled, config_).empty();
}

void Candidates::find_groups() {
  Descriptor tiled = layer_;
  Tiling& t = tiled.tiling;
  if (layer_.kind != LayerKind::kConv) {
    t.tile_channels = layer_.output_shape().channels;
    t.order = LoopOrder::kPixelOuter;
    add_group(t);
    return;
  }
  const int all = reduction(layer_);
  const std::vector<int> chunks = sizes(all, chunk_unit(layer_, config_), request_.chunk_k);
  for (const int channels :
       sizes(group_channels(layer_), config_.array.columns, request_.tile_channels)) {
    for (const int chunk : chunks) {
      if (chunk < all && channels > config_.array.columns) continue;
      t.tile_channels = channels;
      t.chunk_k = chunk;
      if (!why_weights_illegal(tiled, config_).empty()) continue;
      for (const LoopOrder order : {LoopOrder::kPixelOuter, LoopOrder::kWeightOuter}) {
        if (request_.order && *request_.order != order) continue;
        t.order = order;
        add_group(t);
      }
    }
  }
}

void Candidates::add_group(const Tiling& tiling) {
  TilingGroup group{tiling, 0, 0};
  Descriptor tiled = layer_;
  for_each(TilingGroup{tiling, 0, 0}, [&](const Tiling& legal) {
    ++group.tilings;
    tiled.tiling = legal;
    const std::int64_t tiles = pixel_tile_count(tiled);
    if (group.tilings > 1 && tiles >= group.pixel_tiles) return;
    group.tiling = legal;
    group.pixel_tiles = tiles;
  });
  if (group.tilings > 0) groups_.push_back(group);
}

void Candidates::for_each_neighbour(const Tiling& tiling,
                                    const std::function<void(const Tiling&)>& visit) const {
  const Shape out = layer_.output_shape();
  Descriptor tiled = layer_;
  const auto vary = [&](int Tiling::*size, int unit, int total, const std::optional<int>& wanted) {
    if (wanted) return;
    const int units = ceil_div(tiling.*size, unit);
    for (const int other : {(units - 1) * unit, std::min(total, (units + 1) * unit)}) {
      tiled.tiling = tiling;
      tiled.tiling.*size = other;
      if (other < 1 || other == tiling.*size || has(tiled.tiling)) continue;
      if (!is_looked_at(tiled, config_, request_) || !why_illegal(tiled, config_).empty()) continue;
      if (is_legal(tiled)) visit(tiled.tiling);
    }
  };
  vary(&Tiling::tile_h, 1, out.height, request_.tile_h);
  vary(&Tiling::tile_w, column_unit(layer_, config_.dma.bus_bytes), out.width, request_.tile_w);
  if (layer_.kind != LayerKind::kConv) return;
  vary(&Tiling::tile_channels, config_.array.columns, group_channels(layer_),
       request_.tile_channels);
  vary(&Tiling::chunk_k, chunk_unit(layer_, config_), reduction(layer_), request_.chunk_k);
}

/// Of a pixel tile and weight tile that are each legal.
bool Candidates::is_legal(const Descriptor& tiled) const {
  // Both orders are the same where outputs are gathered.
  if (tiled.tiling.order == LoopOrder::kWeightOuter && pixels_outside(tiled) && !request_.order) {
    return false;
  }
  return step_count(tiled) <= kMaxSteps && outputs_fit(tiled, config_);
}

std::string why_no_candidate(const Descriptor& layer, const AcceleratorConfig& config,
                             const MappingRequest& request) {
  const Shape out = layer.output_shape();
  Descriptor smallest = layer;
  Tiling& t = smallest.tiling;
  t.order = request.order.value_or(LoopOrder::kPixelOuter);
  t.tile_h = request.tile_h.value_or(1);
  t.tile_w = request.tile_w.value_or(std::min(out.width, column_unit(layer, config.dma.bus_bytes)));
  t.tile_channels = out.channels;
  t.chunk_k = 1;
  if (layer.kind == LayerKind::kConv) {
    t.tile_channels =
        request.tile_channels.value_or(std::min(group_channels(layer), config.array.columns));
    t.chunk_k =
        request.chunk_k.value_or(t.tile_channels > config.array.columns
                                     ? reduction(layer)
                                     : std::min(reduction(layer), chunk_unit(layer, config)));
  }
  if (layer.input_on_chip) {
    if (!request.tile_h) t.tile_h = out.height;
    if (!request.tile_w) t.tile_w = out.width;
  }
  const std::string reason = why_illegal(smallest, config);
  if (reason.empty()) return "no legal tiling";
  return request.fixes_tiling() ? reason : reason + " (smallest tile)";
}

}  // namespace dcnsim
