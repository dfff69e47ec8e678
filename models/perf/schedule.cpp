// SPDX-License-Identifier: Apache-2.0
#include "models/perf/schedule.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "models/perf/datapath/datapath.h"
#include "models/perf/tile_cuts.h"

namespace dcnsim {
namespace {

/// Output channels [first, last) of one weight tile; never spans two groups.
struct ChannelTile {
  int first, last;
};

std::vector<ChannelTile> channel_tiles(const Descriptor& d) {
  if (d.kind != LayerKind::kConv) return {{0, d.output_shape().channels}};
  std::vector<ChannelTile> tiles;
  const int in_group = group_channels(d);
  for (int group = 0; group < d.conv.groups; ++group) {
    for (int c = 0; c < in_group; c += d.tiling.tile_channels) {
      tiles.push_back({group * in_group + c,
                       group * in_group + std::min(in_group, c + d.tiling.tile_channels)});
    }
  }
  return tiles;
}

std::vector<PixelTile> pixel_tiles(const Descriptor& d) {
  std::vector<PixelTile> tiles;
  const Shape out = d.output_shape();
  for (const Extent& y : extents(out.height, d.tiling.tile_h)) {
    for (const Extent& x : extents(out.width, d.tiling.tile_w)) {
      tiles.push_back({y.first, y.last, x.first, x.last});
    }
  }
  return tiles;
}

/// Padded extent of input rows (or columns) that outputs [first, last) need, clipped to the map.
struct Span {
  int first, last, before, after;
};
Span input_span(int first, int last, int pool, int kernel, int stride, int pad, int extent) {
  const int from = first * pool * stride - pad;
  const int to = (last * pool - 1) * stride - pad + kernel;
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
  const Span rows = conv ? input_span(tile.y0, tile.y1, pool, d.conv.kernel_h, d.conv.stride_h,
                                      d.conv.pad_top, in.height)
                         : input_span(tile.y0, tile.y1, pool, d.pool.kernel_h, d.pool.stride_h,
                                      d.pool.pad_top, in.height);
  const Span columns = conv ? input_span(tile.x0, tile.x1, pool, d.conv.kernel_w, d.conv.stride_w,
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

void for_each_step(const Descriptor& d, const std::function<void(const Step&)>& visit) {
  const std::vector<PixelTile> pixels = pixel_tiles(d);
  const std::vector<ChannelTile> channels = channel_tiles(d);
  const int chunks = chunk_count(d);
  const int chunk_k = d.kind == LayerKind::kConv ? d.tiling.chunk_k : 1;
  const bool gather = gathers(d);
  const bool conv = d.kind == LayerKind::kConv;
  const std::size_t outer_count = gather ? pixels.size() : channels.size();
  const std::size_t inner_count = gather ? channels.size() : pixels.size();
  for (std::size_t outer = 0; outer < outer_count; ++outer) {
    for (std::size_t inner = 0; inner < inner_count; ++inner) {
      const std::size_t p = gather ? outer : inner;
      const std::size_t c = gather ? inner : outer;
      // What stays from one (pixel tile, channel tile) pair to the next.
      const bool first_pair = outer == 0 && inner == 0;
      const bool last_pair = outer + 1 == outer_count && inner + 1 == inner_count;
      const bool new_pixels = first_pair || (gather ? inner == 0 : pixels.size() > 1);
      const bool new_channels = first_pair || (gather ? channels.size() > 1 : inner == 0);
      const bool pixels_end = last_pair || (gather ? inner + 1 == inner_count : pixels.size() > 1);
      const bool channels_end =
          last_pair || (gather ? channels.size() > 1 : inner + 1 == inner_count);
      for (int chunk = 0; chunk < chunks; ++chunk) {
        const bool last_chunk = chunk + 1 == chunks;
        Step step;
        step.pixels = pixels[p];
        step.channel0 = channels[c].first;
        step.channel1 = channels[c].last;
        step.k0 = chunk * chunk_k;
        step.k1 = std::min(reduction(d), step.k0 + chunk_k);
        step.first_chunk = chunk == 0;
        step.last_chunk = last_chunk;
        step.opens_layer = first_pair && chunk == 0;
        step.load_input = chunk == 0 && new_pixels;
        step.last_use_of_input = last_chunk && pixels_end;
        step.load_weights = conv && (chunks > 1 || new_channels);
        step.last_use_of_weights = conv && (chunks > 1 || channels_end);
        step.store = last_chunk && (!gather || inner + 1 == inner_count);
        step.store_channel0 = gather ? 0 : step.channel0;
        step.store_channel1 = gather ? d.output_shape().channels : step.channel1;
        visit(step);
      }
    }
  }
}

int reduction_unit(const Descriptor& d, const ArrayConfig& array) {
  const int group = datapath_mode(array, d.weight.bits, d.input.bits).group;
  return array.dataflow == Dataflow::kWeightStationary ? array.rows * group
                                                       : std::lcm(array.rows, group);
}

}  // namespace dcnsim
