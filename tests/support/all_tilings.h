// SPDX-License-Identifier: Apache-2.0
// All legal tilings of a layer by trying every one, and random ones.
#pragma once

#include <optional>
#include <random>
#include <stdexcept>
#include <vector>

#include "models/perf/buffer_need.h"
#include "models/perf/schedule.h"
#include "models/perf/tile_cuts.h"

namespace dcnsim {

/// Whether a descriptor can say so and a machine can do so.
inline bool is_legal(const Descriptor& d, const AcceleratorConfig& config) {
  if (!why_illegal(d, config).empty()) return false;
  try {
    validate(d);
  } catch (const std::invalid_argument&) {
    return false;
  }
  return true;
}

/// Input channels that a tile may have: what a descriptor can say, or all (0). A convolution's
/// input on chip is there as a whole, and a pool between two such maps moves nothing.
inline std::vector<int> all_tile_inputs(Descriptor d) {
  std::vector<int> inputs{0};
  const bool conv = d.kind == LayerKind::kConv;
  if (d.input_on_chip && (conv || d.output_on_chip)) return inputs;
  const int all = conv ? group_inputs(d) : d.input_shape().channels;
  d.tiling = {1, 1, 1, 1, LoopOrder::kPixelOuter, 0};
  for (d.tiling.tile_in = 1; d.tiling.tile_in < all; ++d.tiling.tile_in) {
    try {
      validate(d);
      inputs.push_back(d.tiling.tile_in);
    } catch (const std::invalid_argument&) {
    }
  }
  return inputs;
}

/// Output channels of a weight tile: parts of a group, of array widths or planes, then whole
/// groups.
inline std::vector<int> all_tile_channels(const Descriptor& d, int columns) {
  if (d.kind != LayerKind::kConv) return {d.output_shape().channels};
  std::vector<int> channels;
  for (int c = 1; c < group_channels(d); ++c) {
    const bool are_planes = d.output_segment != 0 && c % d.output_segment == 0;
    if (are_planes || c % columns == 0) channels.push_back(c);
  }
  for (int g = 1; g <= d.conv.groups; ++g) channels.push_back(g * group_channels(d));
  return channels;
}

/// Every legal tiling; a reduction that is cut is cut into multiples of reduction_unit(), one that
/// is not has chunk_k of all.
inline std::vector<Tiling> all_legal_tilings(Descriptor d, const AcceleratorConfig& config) {
  std::vector<Tiling> tilings;
  const Shape out = d.output_shape();
  const bool conv = d.kind == LayerKind::kConv;
  Tiling& t = d.tiling;
  const auto add = [&] {
    if (is_legal(d, config)) tilings.push_back(t);
  };
  for (const int inputs : all_tile_inputs(d)) {
    t.tile_in = inputs;
    for (const int channels : all_tile_channels(d, config.array.columns)) {
      t.tile_channels = channels;
      const int unit = conv ? reduction_unit(d, config.array) : 1;
      const int steps = kernel_size(d) * tile_inputs_of_group(d);
      for (int chunk = unit; chunk < steps + unit; chunk += unit) {
        t.chunk_k = chunk < steps ? chunk : reduction(d);
        for (const LoopOrder order : {LoopOrder::kWeightOuter, LoopOrder::kPixelOuter,
                                      LoopOrder::kWeightChunkOuter, LoopOrder::kPixelChunkOuter}) {
          t.order = order;
          if (!conv && order != LoopOrder::kPixelOuter) continue;
          for (t.tile_h = 1; t.tile_h <= out.height; ++t.tile_h) {
            for (t.tile_w = 1; t.tile_w <= out.width; ++t.tile_w) add();
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
  const auto one_of = [&](const std::vector<int>& values) {
    return values[static_cast<std::size_t>(pick(0, static_cast<int>(values.size()) - 1))];
  };
  const Shape out = d.output_shape();
  const std::vector<int> inputs = all_tile_inputs(d);
  const std::vector<int> channels = all_tile_channels(d, config.array.columns);
  Tiling& t = d.tiling;
  for (int tries = 0; tries < 5000; ++tries) {
    t.tile_h = pick(1, out.height);
    t.tile_w = pick(0, 1) == 0 ? out.width : pick(1, out.width);
    t.tile_channels = one_of(channels);
    t.tile_in = one_of(inputs);
    t.chunk_k = reduction(d);
    t.order = LoopOrder::kPixelOuter;
    if (d.kind == LayerKind::kConv) {
      const int unit = reduction_unit(d, config.array);
      const int steps = kernel_size(d) * tile_inputs_of_group(d);
      if (pick(0, 1) == 0) {
        const int chunk = unit * pick(1, ceil_div(steps, unit));
        if (chunk < steps) t.chunk_k = chunk;
      }
      t.order = static_cast<LoopOrder>(pick(0, 3));
    }
    if (is_legal(d, config)) return t;
  }
  return std::nullopt;
}

}  // namespace dcnsim
