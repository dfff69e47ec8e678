// SPDX-License-Identifier: Apache-2.0
#include "models/perf/schedule.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "models/perf/datapath/datapath.h"
#include "models/perf/tile_cuts.h"

namespace dcnsim {
namespace {

std::vector<PixelTile> pixel_tiles(const Descriptor& d) {
  std::vector<PixelTile> tiles;
  const Shape out = d.output_shape();
  for (int image = 0; image < d.images(); ++image) {
    for (const Extent& y : extents(out.height, d.tiling.tile_h)) {
      for (const Extent& x : extents(out.width, d.tiling.tile_w)) {
        tiles.push_back({y.first, y.last, x.first, x.last, image});
      }
    }
  }
  return tiles;
}

/// Padded extent of input rows (or columns) that outputs [first, last) need, clipped to the map.
struct Span {
  int first, last, before, after;
};
Span input_span(int first, int last, int pool, int span, int stride, int pad, int extent) {
  const int from = first * pool * stride - pad;
  const int to = (last * pool - 1) * stride - pad + span;
  // Both ends are kept inside the map, so that a window in the padding alone has an empty span.
  const int clipped_from = std::clamp(from, 0, extent);
  const int clipped_to = std::clamp(to, clipped_from, extent);
  return {clipped_from, clipped_to, clipped_from - from, to - clipped_to};
}

/// `window` (a ConvShape or PoolShape) moved over part of its input.
template <class Window>
Window on_region(Window window, const InputRegion& region) {
  window.in.height = region.y1 - region.y0;
  window.in.width = region.x1 - region.x0;
  window.pad_top = region.pad_top;
  window.pad_left = region.pad_left;
  window.pad_bottom = region.pad_bottom;
  window.pad_right = region.pad_right;
  return window;
}

}  // namespace

InputRegion input_region(const Descriptor& d, const PixelTile& tile) {
  if (d.kind == LayerKind::kAdd) return {tile.y0, tile.y1, tile.x0, tile.x1, 0, 0, 0, 0};
  const bool conv = d.kind == LayerKind::kConv;
  const int pool = conv ? d.fused_pool : 1;
  const Shape in = d.input_shape();
  const Span rows = conv ? input_span(tile.y0, tile.y1, pool, d.conv.span_h(), d.conv.stride_h,
                                      d.conv.pad_top, in.height)
                         : input_span(tile.y0, tile.y1, pool, d.pool.kernel_h, d.pool.stride_h,
                                      d.pool.pad_top, in.height);
  const Span columns = conv ? input_span(tile.x0, tile.x1, pool, d.conv.span_w(), d.conv.stride_w,
                                         d.conv.pad_left, in.width)
                            : input_span(tile.x0, tile.x1, pool, d.pool.kernel_w, d.pool.stride_w,
                                         d.pool.pad_left, in.width);
  return {rows.first,  rows.last,      columns.first, columns.last,
          rows.before, columns.before, rows.after,    columns.after};
}

ConvShape tile_conv(const Descriptor& d, const PixelTile& tile) {
  return on_region(d.conv, input_region(d, tile));
}

PoolShape tile_pool(const Descriptor& d, const PixelTile& tile) {
  return on_region(d.pool, input_region(d, tile));
}

namespace {

/// Where the loops of a schedule stand.
using Position = EnumArray<Loop, int, kLoops>;

/// An axis in pieces, of which the last may be smaller.
struct Pieces {
  int total, size;
  Extent operator[](int number) const {
    return {number * size, std::min(total, (number + 1) * size)};
  }
};

/// The steps of a layer by their positions.
class StepMaker {
 public:
  explicit StepMaker(const Descriptor& d)
      : d_(d),
        pixels_(pixel_tiles(d)),
        nest_(nest(d)),
        counts_(loop_counts(d)),
        groups_{group_count(d), tile_groups(d)},
        channels_{group_channels(d), tile_channels_of_group(d)},
        inputs_{group_inputs(d), tile_inputs_of_group(d)},
        kernel_size_(kernel_size(d)),
        chunk_(largest_chunk(d)),
        in_channels_(d.input_shape().channels),
        out_channels_(d.output_shape().channels),
        gathers_(gathers(d)),
        by_group_(inputs_by_group(d)),
        sums_wait_(dcnsim::sums_wait(d)) {}

  /// The position after `at`; false if there is none.
  bool advance(Position& at) const {
    for (std::size_t i = nest_.size(); i-- > 0;) {
      const Loop loop = nest_[i];
      if (++at[loop] < count(loop, at)) return true;
      at[loop] = 0;
    }
    return false;
  }

  /// The step, but for what depends on its neighbours.
  Step step(const Position& at) const {
    Step s;
    s.pixels = pixels_[static_cast<std::size_t>(at[Loop::kPixels])];
    const Extent groups = groups_[at[Loop::kGroups]];
    const Extent channels = channels_[at[Loop::kChannels]];
    const Extent inputs = inputs_[at[Loop::kInputs]];
    const Extent chunk = chunks_of(inputs)[at[Loop::kChunks]];
    s.groups = groups.size();
    s.channel0 = groups.first * channels_.total + channels.first;
    s.channel1 = (groups.last - 1) * channels_.total + channels.last;
    s.in1 = in_channels_;
    if (by_group_) {
      s.in0 = groups.first * inputs_.total + inputs.first;
      s.in1 = (groups.last - 1) * inputs_.total + inputs.last;
    }
    s.k0 = chunk.first;
    s.k1 = chunk.last;
    s.first_chunk = is_first(Loop::kInputs, at) && is_first(Loop::kChunks, at);
    s.last_chunk = is_last(Loop::kInputs, at) && is_last(Loop::kChunks, at);
    s.sums_wait = sums_wait_;
    if (sums_wait_) s.sums = at[nest_.back()];
    s.store =
        s.last_chunk && (!gathers_ || (is_last(Loop::kGroups, at) && is_last(Loop::kChannels, at)));
    s.store_channel0 = gathers_ ? 0 : s.channel0;
    s.store_channel1 = gathers_ ? out_channels_ : s.channel1;
    return s;
  }

  bool same_input(const Position& a, const Position& b) const {
    return same(a, b, [&](Loop loop) { return inputs_depend_on(loop, d_); });
  }
  bool same_weights(const Position& a, const Position& b) const {
    return same(a, b, weights_depend_on);
  }

 private:
  Pieces chunks_of(const Extent& inputs) const { return {kernel_size_ * inputs.size(), chunk_}; }
  /// A smaller last input tile may have fewer chunks.
  int count(Loop loop, const Position& at) const {
    if (loop != Loop::kChunks || counts_[loop] == 1 || !is_last(Loop::kInputs, at)) {
      return counts_[loop];
    }
    return ceil_div(chunks_of(inputs_[at[Loop::kInputs]]).total, chunk_);
  }
  bool is_first(Loop loop, const Position& at) const { return at[loop] == 0; }
  bool is_last(Loop loop, const Position& at) const { return at[loop] + 1 == count(loop, at); }

  template <typename Depends>
  bool same(const Position& a, const Position& b, const Depends& depends_on) const {
    return std::none_of(nest_.begin(), nest_.end(),
                        [&](Loop loop) { return depends_on(loop) && a[loop] != b[loop]; });
  }

  const Descriptor& d_;
  const std::vector<PixelTile> pixels_;
  const Nest nest_;
  const EnumArray<Loop, int, kLoops> counts_;
  const Pieces groups_;             ///< of the layer
  const Pieces channels_, inputs_;  ///< of a group
  const int kernel_size_, chunk_, in_channels_, out_channels_;
  const bool gathers_, by_group_, sums_wait_;
};

}  // namespace

void for_each_step(const Descriptor& d, const std::function<void(const Step&)>& visit) {
  const StepMaker maker(d);
  const bool conv = d.kind == LayerKind::kConv;
  Position at{}, next{};
  Step step = maker.step(at);
  step.opens_layer = step.load_input = true;
  step.load_weights = conv;
  for (bool more = true; more; at = next) {
    more = maker.advance(next);
    step.last_use_of_input = !more || !maker.same_input(at, next);
    step.last_use_of_weights = conv && (!more || !maker.same_weights(at, next));
    visit(step);
    const bool new_input = step.last_use_of_input, new_weights = step.last_use_of_weights;
    if (more) step = maker.step(next);
    step.load_input = new_input;
    step.load_weights = new_weights;
  }
}

ChannelRange map_channels(const Descriptor& d, const InputSlice& slice, const Step& step) {
  const int channels = slice.map(d.input_shape()).channels;
  return {std::clamp(step.in0 - slice.zeros_before, 0, channels),
          std::clamp(step.in1 - slice.zeros_before, 0, channels)};
}

GroupInputs inputs_of_group(const Descriptor& d, const Step& step) {
  if (input_tiles_of_group(d) == 1) return {0, group_inputs(d)};
  const int first = step.in0 % group_inputs(d);
  return {first, first + step.in1 - step.in0};
}

int whole_reduction_step(const Descriptor& d, const GroupInputs& inputs, int k) {
  const int channels = inputs.last - inputs.first;
  return k / channels * group_inputs(d) + inputs.first + k % channels;
}

int reduction_unit(const Descriptor& d, const ArrayConfig& array) {
  if (array.reduction == Reduction::kChannels) return tile_inputs_of_group(d);
  const int group = datapath_mode(array, d.weight.bits, d.input.bits).group;
  return array.dataflow == Dataflow::kWeightStationary ? array.rows * group
                                                       : std::lcm(array.rows, group);
}

}  // namespace dcnsim
