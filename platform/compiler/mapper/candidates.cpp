// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/candidates.h"

#include <algorithm>
#include <numeric>

#include "models/arch/accelerator_config.h"
#include "models/arch/memory_layout.h"
#include "models/perf/buffer_need.h"
#include "models/perf/schedule.h"
#include "models/perf/tile_cuts.h"

namespace dcnsim {
namespace {

/// Multiples of `unit` below `total`, and `total`; or the one that is wanted.
std::vector<int> sizes(int total, int unit, const std::optional<int>& wanted) {
  if (wanted) return {*wanted};
  std::vector<int> sizes;
  for (int size = unit; size < total; size += unit) sizes.push_back(size);
  sizes.push_back(total);
  return sizes;
}

/// Output columns whose packed size is a whole number of bus words.
int column_unit(const Descriptor& layer, int bus_bytes) {
  const int word_bits = 8 * bus_bytes;
  return word_bits / std::gcd(word_bits, layer.output_shape().channels * layer.requant.out.bits);
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

}  // namespace

Candidates::Candidates(const Descriptor& layer, const AcceleratorConfig& config,
                       const MappingRequest& request)
    : layer_(layer), config_(config), request_(request) {}

std::vector<Candidates::PixelTileSize> Candidates::pixel_tiles() const {
  const Shape out = layer_.output_shape();
  std::vector<PixelTileSize> tiles;
  Descriptor tiled = layer_;
  for (const int height : sizes(out.height, 1, request_.tile_h)) {
    for (const int width :
         sizes(out.width, column_unit(layer_, config_.dma.bus_bytes), request_.tile_w)) {
      tiled.tiling.tile_h = height;
      tiled.tiling.tile_w = width;
      if (why_pixels_illegal(tiled, config_).empty()) tiles.push_back({height, width});
    }
  }
  return tiles;
}

std::vector<Candidates::WeightTileSize> Candidates::weight_tiles() const {
  if (layer_.kind != LayerKind::kConv) return {{layer_.output_shape().channels, 1}};
  std::vector<WeightTileSize> tiles;
  Descriptor tiled = layer_;
  const int all = reduction(layer_);
  const std::vector<int> chunks = sizes(all, chunk_unit(layer_, config_), request_.chunk_k);
  for (const int channels :
       sizes(group_channels(layer_), config_.array.columns, request_.tile_channels)) {
    for (const int chunk : chunks) {
      if (chunk < all && channels > config_.array.columns) continue;
      tiled.tiling.tile_channels = channels;
      tiled.tiling.chunk_k = chunk;
      if (why_weights_illegal(tiled, config_).empty()) tiles.push_back({channels, chunk});
    }
  }
  return tiles;
}

void Candidates::for_each(const std::function<void(const Tiling&)>& visit) const {
  if (!why_layer_illegal(layer_, config_).empty()) return;
  const std::vector<PixelTileSize> pixels = pixel_tiles();
  Descriptor tiled = layer_;
  Tiling& t = tiled.tiling;
  for (const WeightTileSize& weights : weight_tiles()) {
    t.tile_channels = weights.channels;
    t.chunk_k = weights.reduction;
    for (const PixelTileSize& tile : pixels) {
      t.tile_h = tile.height;
      t.tile_w = tile.width;
      if (step_count(tiled) > kMaxSteps) continue;
      for (const LoopOrder order : {LoopOrder::kPixelOuter, LoopOrder::kWeightOuter}) {
        t.order = order;
        if (order == LoopOrder::kWeightOuter && gathers(tiled) && !request_.order) continue;
        if (request_.order && *request_.order != order) continue;
        if (outputs_fit(tiled, config_)) visit(t);
      }
    }
  }
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
