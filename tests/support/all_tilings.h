// SPDX-License-Identifier: Apache-2.0
// All legal tilings of a layer by trying every one, and random ones.
#pragma once

#include <optional>
#include <random>
#include <vector>

#include "models/perf/buffer_need.h"
#include "models/perf/tile_cuts.h"

namespace dcnsim {

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
            if (order == LoopOrder::kWeightOuter && gathers(d)) continue;
            if (why_illegal(d, config).empty()) tilings.push_back(t);
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
    if (why_illegal(d, config).empty()) return t;
  }
  return std::nullopt;
}

}  // namespace dcnsim
