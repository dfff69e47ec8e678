// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/machine/layer_steps.h"

#include <algorithm>
#include <cstddef>
#include <string>

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
  int image = 0;
};

std::vector<PixelTile> pixel_tiles(const Descriptor& layer) {
  const Geometry g(layer);
  std::vector<PixelTile> tiles;
  for (int image = 0; image < std::max(1, layer.batch); ++image) {
    for (const Range& rows : cut({0, g.rows.outputs()}, layer.tiling.tile_h)) {
      for (const Range& columns : cut({0, g.columns.outputs()}, layer.tiling.tile_w)) {
        tiles.push_back({rows, columns, image});
      }
    }
  }
  return tiles;
}

/// Groups that are taken up together: whole ones, or one of which a channel tile has a part. Every
/// channel of a pool or an addition is a group.
std::vector<Range> group_tiles(const Descriptor& layer) {
  const Geometry g(layer);
  if (layer.kind == LayerKind::kConv) {
    return cut({0, g.groups}, std::max(1, layer.tiling.tile_channels / g.group_channels()));
  }
  return cut({0, g.in_channels}, layer.tiling.tile_in == 0 ? g.in_channels : layer.tiling.tile_in);
}

/// What one loop of the schedule has got to.
struct Turn {
  PixelTile pixels;
  Range groups, channels, inputs, chunk;
};

/// Goes through the loops of `order`, P(ixels), G(roups), N (channel tiles), I(nput tiles) and
/// K (chunks), outermost first.
class Walk {
 public:
  explicit Walk(const Descriptor& layer)
      : layer_(layer), g_(layer), conv_(layer.kind == LayerKind::kConv) {}

  std::vector<Step> steps(const std::string& order) {
    loop(order, 0, {});
    return steps_;
  }

 private:
  void loop(const std::string& order, std::size_t depth, const Turn& outside) {
    if (depth == order.size()) {
      steps_.push_back(step(outside));
      return;
    }
    Turn turn = outside;
    const auto each = [&](const auto& parts, auto& part) {
      for (const auto& p : parts) {
        part = p;
        loop(order, depth + 1, turn);
      }
    };
    switch (order[depth]) {
      case 'P':
        return each(pixel_tiles(layer_), turn.pixels);
      case 'G':
        return each(group_tiles(layer_), turn.groups);
      case 'N':
        return each(conv_ ? cut({0, g_.group_channels()}, layer_.tiling.tile_channels)
                          : std::vector<Range>{{0, 1}},
                    turn.channels);
      case 'I':
        return each(conv_ ? cut({0, inputs_of_group()}, tile_in()) : std::vector<Range>{{0, 1}},
                    turn.inputs);
      case 'K':
        return each(conv_ ? cut({0, kernel() * turn.inputs.size()}, layer_.tiling.chunk_k)
                          : std::vector<Range>{{0, 1}},
                    turn.chunk);
    }
  }

  Step step(const Turn& turn) const {
    const int outputs = conv_ ? g_.group_channels() : 1;
    Step s;
    s.rows = turn.pixels.rows;
    s.columns = turn.pixels.columns;
    s.image = turn.pixels.image;
    s.groups = turn.groups.size();
    s.channels = {turn.groups.first * outputs + turn.channels.first,
                  (turn.groups.last - 1) * outputs + turn.channels.last};
    s.group_inputs = turn.inputs;
    s.reduction = turn.chunk;
    const int inputs = conv_ ? inputs_of_group() : 1;
    const Range own{turn.groups.first * inputs + turn.inputs.first,
                    (turn.groups.last - 1) * inputs + turn.inputs.last};
    s.in_channels = own_channels_only() ? own : Range{0, g_.in_channels};
    return s;
  }

  /// Input tiles are whole planes; where groups are not, all channels are loaded for each.
  bool own_channels_only() const {
    if (!conv_ || tile_in() < inputs_of_group()) return true;
    const Range first = group_tiles(layer_).front();
    const InputSlice& slice = layer_.input_slice;
    if (slice.zeros_before + slice.zeros_after > 0) return false;
    return layer_.input_segment != 0 &&
           first.size() * inputs_of_group() % layer_.input_segment == 0;
  }

  int kernel() const { return layer_.conv.kernel_h * layer_.conv.kernel_w; }
  int inputs_of_group() const { return g_.in_channels / g_.groups; }
  int tile_in() const {
    return layer_.tiling.tile_in == 0 ? inputs_of_group() : layer_.tiling.tile_in;
  }

  const Descriptor& layer_;
  const Geometry g_;
  const bool conv_;
  std::vector<Step> steps_;
};

bool same_pixels(const Step& a, const Step& b) {
  return a.rows == b.rows && a.columns == b.columns && a.image == b.image;
}
bool same_input(const Step& a, const Step& b) {
  return same_pixels(a, b) && a.in_channels == b.in_channels;
}
bool same_weights(const Step& a, const Step& b) {
  return a.channels == b.channels && a.group_inputs == b.group_inputs && a.reduction == b.reduction;
}
bool same_sums(const Step& a, const Step& b) {
  return same_pixels(a, b) && a.channels == b.channels;
}

/// What steps are to each other.
void relate(std::vector<Step>& steps, bool gathering, int out_channels) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    Step& step = steps[i];
    step.stored_channels = gathering ? Range{0, out_channels} : step.channels;
    const auto is_last = [&](const auto& same) {
      return std::none_of(steps.begin() + static_cast<std::ptrdiff_t>(i) + 1, steps.end(),
                          [&](const Step& later) { return same(step, later); });
    };
    step.last_chunk = is_last(same_sums);
    step.stores = is_last(gathering ? same_pixels : same_sums);
    step.first_chunk = std::none_of(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(i),
                                    [&](const Step& s) { return same_sums(s, step); });
    step.alone = step.first_chunk || (same_sums(steps[i - 1], step) && steps[i - 1].alone);
    if (i == 0) continue;
    const Step& before = steps[i - 1];
    step.input_tile = before.input_tile + (same_input(before, step) ? 0 : 1);
    step.weight_tile = before.weight_tile + (same_weights(before, step) ? 0 : 1);
  }
  // What a later chunk finds out holds for those before it.
  for (std::size_t i = steps.size(); i-- > 0;) {
    for (std::size_t j = i; j-- > 0 && !steps[i].alone;) {
      if (same_sums(steps[j], steps[i])) steps[j].alone = false;
    }
  }
}

}  // namespace

int Axis::outputs() const {
  int windows = 0;
  const int last = (kernel - 1) * dilation;
  for (int at = -before; at + last < extent + after; at += stride) ++windows;
  return windows / pool;
}

Range Axis::inputs(const Range& outputs) const {
  Range inputs{extent, 0};
  for (int window = outputs.first * pool; window < outputs.last * pool; ++window) {
    // All from the first to the last, also those that a dilated window leaves out.
    for (int k = 0; k <= (kernel - 1) * dilation; ++k) {
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
      rows.dilation = layer.conv.dilation_h();
      columns.dilation = layer.conv.dilation_w();
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

std::vector<Range> planes(int channels, int segment) {
  return cut({0, channels}, segment == 0 ? channels : segment);
}

namespace {

bool one_channel_tile(const Descriptor& layer) {
  const std::vector<Step> tiles = weight_tiles(layer);
  return std::all_of(tiles.begin(), tiles.end(),
                     [&](const Step& tile) { return tile.channels == tiles.front().channels; });
}

}  // namespace

bool pixels_outside(const Descriptor& layer) {
  return layer.kind != LayerKind::kConv || layer.tiling.order == LoopOrder::kPixelOuter ||
         layer.tiling.order == LoopOrder::kPixelChunkOuter || pixel_tiles(layer).size() == 1 ||
         one_channel_tile(layer);
}

bool gathers(const Descriptor& layer) {
  if (!pixels_outside(layer)) return false;
  if (layer.output_segment == 0 || one_channel_tile(layer)) return true;
  const std::vector<Step> tiles = weight_tiles(layer);
  return !std::all_of(tiles.begin(), tiles.end(), [&](const Step& tile) {
    return tile.channels.first % layer.output_segment == 0;
  });
}

std::vector<Step> weight_tiles(const Descriptor& layer) { return Walk(layer).steps("GNIK"); }

std::vector<Step> steps_of(const Descriptor& layer) {
  static const char* const kOrders[] = {"GNPIK", "PGNIK", "GNIKP", "PGIKN"};
  const bool conv = layer.kind == LayerKind::kConv;
  std::vector<Step> steps =
      Walk(layer).steps(kOrders[conv ? static_cast<int>(layer.tiling.order) : 1]);
  relate(steps, gathers(layer), Geometry(layer).out_channels);
  return steps;
}

}  // namespace dcnsim::oracle
