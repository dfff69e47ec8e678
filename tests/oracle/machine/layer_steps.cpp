// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/machine/layer_steps.h"

#include <algorithm>

namespace dcnsim::oracle {

std::vector<Range> cut(Range whole, int size) {
  std::vector<Range> pieces;
  for (int at = whole.first; at < whole.last; at += size) {
    pieces.push_back({at, std::min(at + size, whole.last)});
  }
  return pieces;
}

namespace {

struct PixelTile {
  Range rows, columns;
};

std::vector<PixelTile> pixel_tiles(const Descriptor& layer) {
  const Geometry g(layer);
  std::vector<PixelTile> tiles;
  for (const Range& rows : cut({0, g.rows.outputs()}, layer.tiling.tile_h)) {
    for (const Range& columns : cut({0, g.columns.outputs()}, layer.tiling.tile_w)) {
      tiles.push_back({rows, columns});
    }
  }
  return tiles;
}

std::vector<Range> channel_tiles(const Descriptor& layer) {
  const Geometry g(layer);
  if (layer.kind != LayerKind::kConv) return {{0, g.out_channels}};
  std::vector<Range> tiles;
  for (const Range& group : cut({0, g.out_channels}, g.group_channels())) {
    for (const Range& tile : cut(group, layer.tiling.tile_channels)) tiles.push_back(tile);
  }
  return tiles;
}

std::vector<Range> chunks(const Descriptor& layer) {
  const Range whole{0, Geometry(layer).reduction};
  return layer.kind == LayerKind::kConv ? cut(whole, layer.tiling.chunk_k)
                                        : std::vector<Range>{whole};
}

/// Gives neighbours that share a tile its number, and the last step of an output tile its store.
void number_tiles(std::vector<Step>& steps, bool gathering, int out_channels) {
  for (std::size_t i = 1; i < steps.size(); ++i) {
    const Step& before = steps[i - 1];
    Step& step = steps[i];
    const bool same_pixels = step.rows == before.rows && step.columns == before.columns;
    const bool same_channels = step.channels == before.channels;
    const bool same_weights = same_channels && step.reduction == before.reduction;
    const bool same_outputs = same_pixels && (gathering || same_channels);
    step.input_tile = before.input_tile + (same_pixels ? 0 : 1);
    step.weight_tile = before.weight_tile + (same_weights ? 0 : 1);
    step.output_tile = before.output_tile + (same_outputs ? 0 : 1);
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    Step& step = steps[i];
    step.stores = i + 1 == steps.size() || steps[i + 1].output_tile != step.output_tile;
    step.stored_channels = gathering ? Range{0, out_channels} : step.channels;
  }
}

}  // namespace

int Axis::outputs() const {
  int windows = 0;
  for (int at = -before; at + kernel <= extent + after; at += stride) ++windows;
  return windows / pool;
}

Range Axis::inputs(const Range& outputs) const {
  Range inputs{extent, 0};
  for (int window = outputs.first * pool; window < outputs.last * pool; ++window) {
    for (int k = 0; k < kernel; ++k) {
      const int at = window * stride - before + k;
      if (at < 0 || at >= extent) continue;
      inputs.first = std::min(inputs.first, at);
      inputs.last = std::max(inputs.last, at + 1);
    }
  }
  return inputs;
}

Geometry::Geometry(const Descriptor& layer) {
  const auto windows = [this](const auto& shape, int pool) {
    rows = {shape.in.height, shape.kernel_h, shape.stride_h, shape.pad_top, shape.pad_bottom, pool};
    columns = {shape.in.width, shape.kernel_w,  shape.stride_w,
               shape.pad_left, shape.pad_right, pool};
    in_channels = out_channels = shape.in.channels;
  };
  switch (layer.kind) {
    case LayerKind::kConv:
      windows(layer.conv, layer.fused_pool);
      out_channels = layer.conv.out_channels;
      groups = layer.conv.groups;
      reduction = layer.conv.kernel_h * layer.conv.kernel_w * in_channels / groups;
      break;
    case LayerKind::kPool:
      windows(layer.pool, 1);
      break;
    case LayerKind::kAdd:
      rows.extent = layer.add.height;
      columns.extent = layer.add.width;
      in_channels = out_channels = layer.add.channels;
      break;
  }
}

bool gathers(const Descriptor& layer) {
  return layer.kind != LayerKind::kConv || layer.tiling.order == LoopOrder::kPixelOuter ||
         pixel_tiles(layer).size() == 1 || channel_tiles(layer).size() == 1;
}

std::vector<Step> steps_of(const Descriptor& layer) {
  std::vector<Step> steps;
  const auto pair = [&](const PixelTile& pixels, const Range& channels) {
    const std::vector<Range> all = chunks(layer);
    for (const Range& chunk : all) {
      Step step;
      step.rows = pixels.rows;
      step.columns = pixels.columns;
      step.channels = channels;
      step.reduction = chunk;
      step.first_chunk = chunk == all.front();
      step.last_chunk = chunk == all.back();
      steps.push_back(step);
    }
  };
  const bool pixels_outside = gathers(layer);
  if (pixels_outside) {
    for (const PixelTile& p : pixel_tiles(layer)) {
      for (const Range& c : channel_tiles(layer)) pair(p, c);
    }
  } else {
    for (const Range& c : channel_tiles(layer)) {
      for (const PixelTile& p : pixel_tiles(layer)) pair(p, c);
    }
  }
  number_tiles(steps, pixels_outside, Geometry(layer).out_channels);
  return steps;
}

}  // namespace dcnsim::oracle
