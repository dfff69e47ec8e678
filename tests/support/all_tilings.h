// SPDX-License-Identifier: Apache-2.0
// All legal tilings of a layer by trying every one, and random ones.
#pragma once

#include <optional>
#include <random>
#include <vector>

#include "models/perf/buffer_need.h"
#include "models/perf/schedule.h"
#include "models/perf/tile_cuts.h"

namespace dcnsim {

/// Whether the mapper looks at such tilings: an input on chip is one tile, chunks are of one array
/// width, of whole steps of the array's rows, and would begin on bus words side by side.
inline bool is_searched(const Descriptor& d, const AcceleratorConfig& config) {
  if (d.input_on_chip && pixel_tile_count(d) > 1) return false;
  if (d.kind != LayerKind::kConv || d.tiling.chunk_k >= reduction(d)) return true;
  if (d.tiling.tile_channels > config.array.columns) return false;
  if (d.tiling.chunk_k % reduction_unit(d, config.array) != 0) return false;
  for (const EqualTiles& block : equal_tiles(group_channels(d), config.array.columns)) {
    const std::int64_t bits = std::int64_t{d.tiling.chunk_k} * block.size * d.weight.bits;
    if (bits % (std::int64_t{8} * config.dma.bus_bytes) != 0) return false;
  }
  return true;
}

inline std::vector<Tiling> all_legal_tilings(Descriptor d, const AcceleratorConfig& config) {
  std::vector<Tiling> tilings;
  const Shape out = d.output_shape();
  const bool conv = d.kind == LayerKind::kConv;
  const int channels = conv ? group_channels(d) : out.channels;
  Tiling& t = d.tiling;
  for (t.tile_h = 1; t.tile_h <= out.height; ++t.tile_h) {
    for (t.tile_w = 1; t.tile_w <= out.width; ++t.tile_w) {
      for (t.tile_channels = conv ? 1 : channels; t.tile_channels <= channels; ++t.tile_channels) {
        for (t.chunk_k = 1; t.chunk_k <= reduction(d); ++t.chunk_k) {
          for (const LoopOrder order : {LoopOrder::kPixelOuter, LoopOrder::kWeightOuter}) {
            t.order = order;
            if (order == LoopOrder::kWeightOuter && pixels_outside(d)) continue;
            if (is_searched(d, config) && why_illegal(d, config).empty()) tilings.push_back(t);
          }
        }
      }
    }
  }
  return tilings;
}

/// A legal tiling, drawn evenly from each field's possible values; nothing if none is found.
inline std::optional<Tiling> random_legal_tiling(Descriptor d, const AcceleratorConfig& config,
                                                 std::mt19937& engine) {
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(engine);
  };
  const Shape out = d.output_shape();
  Tiling& t = d.tiling;
  for (int tries = 0; tries < 20000; ++tries) {
    t.tile_h = d.input_on_chip ? out.height : pick(1, out.height);
    t.tile_w = d.input_on_chip || pick(0, 1) == 0 ? out.width : pick(1, out.width);
    t.tile_channels = out.channels;
    t.chunk_k = 1;
    if (d.kind == LayerKind::kConv) {
      const int columns = config.array.columns;
      t.tile_channels =
          std::min(group_channels(d), columns * pick(1, ceil_div(group_channels(d), columns)));
      t.chunk_k = reduction(d);
      if (t.tile_channels <= columns && pick(0, 1) == 0) {
        const int unit = config.array.rows;
        t.chunk_k = std::min(t.chunk_k, unit * pick(1, ceil_div(reduction(d), unit)));
      }
    }
    t.order = pick(0, 1) == 0 ? LoopOrder::kPixelOuter : LoopOrder::kWeightOuter;
    if (is_searched(d, config) && why_illegal(d, config).empty()) return t;
  }
  return std::nullopt;
}

}  // namespace dcnsim
