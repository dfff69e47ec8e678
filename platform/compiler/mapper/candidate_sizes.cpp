// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/candidate_sizes.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include "models/arch/accelerator_config.h"
#include "models/arch/memory_layout.h"
#include "models/base/integer.h"
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

/// Steps of the reduction of whose multiples a block of weights fills bus words.
int filling_steps(const Descriptor& layer, const AcceleratorConfig& config, int tile_channels) {
  const int channels = std::min({tile_channels, group_channels(layer), config.array.columns});
  const int bus_bits = 8 * config.dma.bus_bytes;
  return bus_bits / std::gcd(bus_bits, channels * layer.weight.bits);
}

/// Output channels of weight tiles: parts of a group, then whole groups.
std::vector<int> weight_tile_channels(const Descriptor& layer, int columns,
                                      const std::optional<int>& wanted) {
  if (wanted) return {*wanted};
  const int in_group = group_channels(layer);
  std::set<int> of_group;
  for (const int unit : channel_units(layer, columns)) {
    for (const int size : balanced_sizes(in_group, unit)) {
      of_group.insert(size);
      // The greatest of as many tiles.
      const int tiles = ceil_div(in_group, size);
      if (tiles > 1) of_group.insert((ceil_div(in_group, tiles - 1) - 1) / unit * unit);
    }
  }
  std::vector<int> channels(of_group.begin(), of_group.end());
  if (layer.conv.groups == 1) return channels;
  for (const int groups : balanced_sizes(layer.conv.groups, 1)) {
    if (groups > 1) channels.push_back(groups * in_group);
  }
  return channels;
}

/// With weight buffers that any tile fits.
AcceleratorConfig with_room_for_weights(AcceleratorConfig config) {
  config.weight_buffer.capacity_bytes = std::int64_t{1} << 50;
  return config;
}

class SizeFinder {
 public:
  SizeFinder(const Descriptor& layer, const AcceleratorConfig& config,
             const MappingRequest& request)
      : layer_(layer),
        config_(config),
        with_room_(with_room_for_weights(config)),
        request_(request) {}

  CandidateSizes find() {
    find_pixel_tiles();
    find_weight_tiles();
    return std::move(found_);
  }

 private:
  void add_pixel_tile(int height, int width);
  void find_pixel_tiles();
  void find_filling_tiles(int height, int end_height, int width, int end_width);
  void find_weight_tiles();
  void add_weight_tile(const Tiling& tile);

  const Descriptor& layer_;
  const AcceleratorConfig& config_;
  const AcceleratorConfig with_room_;
  const MappingRequest& request_;
  CandidateSizes found_;
};

void SizeFinder::add_pixel_tile(int height, int width) {
  const Shape out = layer_.output_shape();
  const auto is_same = [&](const PixelTileSize& t) {
    return t.height == height && t.width == width;
  };
  if (std::any_of(found_.pixel_tiles.begin(), found_.pixel_tiles.end(), is_same)) return;
  int rows = 0, columns = 0;
  for (const Extent& e : extents(out.height, height)) {
    const InputRegion r = input_region(layer_, {e.first, e.last, 0, 1});
    rows = std::max(rows, r.y1 - r.y0);
  }
  for (const Extent& e : extents(out.width, width)) {
    const InputRegion r = input_region(layer_, {0, 1, e.first, e.last});
    columns = std::max(columns, r.x1 - r.x0);
  }
  found_.pixel_tiles.push_back(
      {height, width,
       std::int64_t{layer_.images()} * ceil_div(out.height, height) * ceil_div(out.width, width),
       std::int64_t{rows} * columns});
}

void SizeFinder::find_pixel_tiles() {
  const Shape out = layer_.output_shape();
  const int unit = output_column_unit(layer_, config_);
  for (const int height : sizes(out.height, 1, request_.tile_h, kMostEven)) {
    for (const int width : sizes(out.width, unit, request_.tile_w, kMostEven)) {
      add_pixel_tile(height, width);
    }
  }
  const bool fills_rows =
      layer_.kind == LayerKind::kConv && config_.array.dataflow == Dataflow::kOutputStationary;
  if (fills_rows && !request_.tile_h && !request_.tile_w) {
    std::vector<int> heights = balanced_sizes(out.height, 1);
    std::vector<int> widths = balanced_sizes(out.width, unit);
    heights.push_back(out.height + 1);
    widths.push_back(out.width + 1);
    for (std::size_t i = 0; i + 1 < heights.size(); ++i) {
      for (std::size_t j = 0; j + 1 < widths.size(); ++j) {
        find_filling_tiles(heights[i], heights[i + 1], widths[j], widths[j + 1]);
      }
    }
  }
  std::stable_sort(
      found_.pixel_tiles.begin(), found_.pixel_tiles.end(),
      [](const PixelTileSize& a, const PixelTileSize& b) { return a.tiles < b.tiles; });
}

/// Of sizes that make equally many tiles, `height` x `width` the least of them, and leave the
/// fewest rows of an output-stationary array idle: the smallest, and the one with the smallest last
/// tile, whose store nothing hides.
void SizeFinder::find_filling_tiles(int height, int end_height, int width, int end_width) {
  const Shape out = layer_.output_shape();
  const auto blocks = [&](int h, int w) {
    std::uint64_t sum = 0;
    for_pixel_tiles(out, h, w, [&](int outputs, std::uint64_t count) {
      const int pixels = outputs * layer_.fused_pool * layer_.fused_pool;
      sum += count * u64(ceil_div(pixels, config_.array.rows));
    });
    return sum;
  };
  struct Found {
    int height, width, pixels;
  };
  const int unit = output_column_unit(layer_, config_);
  std::uint64_t fewest = std::numeric_limits<std::uint64_t>::max();
  Found smallest{}, with_smallest_last{};
  for (int h = height; h < end_height; ++h) {
    for (int w = width; w < end_width; w += unit) {
      const std::uint64_t count = blocks(h, w);
      if (count > fewest) continue;
      const Found whole{h, w, h * w};
      const Found last{
          h, w, equal_tiles(out.height, h).back().size * equal_tiles(out.width, w).back().size};
      if (count < fewest || whole.pixels < smallest.pixels) smallest = whole;
      if (count < fewest || last.pixels < with_smallest_last.pixels) with_smallest_last = last;
      fewest = count;
    }
  }
  add_pixel_tile(smallest.height, smallest.width);
  add_pixel_tile(with_smallest_last.height, with_smallest_last.width);
}

void SizeFinder::find_weight_tiles() {
  Tiling t;
  if (layer_.kind != LayerKind::kConv) {
    t.tile_channels = layer_.output_shape().channels;
    const int unit = input_unit(layer_);
    const int all = layer_.input_shape().channels;
    for (const int channels : unit == 0 ? std::vector{all} : sizes(all, unit, request_.tile_in)) {
      t.tile_in = request_.tile_in.value_or(channels == all ? 0 : channels);
      add_weight_tile(t);
    }
    return;
  }
  const int all = group_inputs(layer_);
  const int unit = input_unit(layer_);
  std::vector<int> inputs = unit == 0 || unit >= all ? std::vector{all} : balanced_sizes(all, unit);
  if (request_.tile_in) inputs = {*request_.tile_in == 0 ? all : *request_.tile_in};
  Descriptor tiled = layer_;
  for (const int channels :
       weight_tile_channels(layer_, config_.array.columns, request_.tile_channels)) {
    t.tile_channels = channels;
    for (const int tile_in : inputs) {
      if (tile_in < all && channels > group_channels(layer_)) continue;
      t.tile_in = tile_in == all ? 0 : tile_in;
      tiled.tiling = t;
      // Chunks of less than an input tile are of use only where it cannot be smaller.
      const int steps = kernel_size(layer_) * tile_in;
      const bool is_cut = tile_in == all || tile_in == inputs.front() || request_.chunk_k;
      for (const int chunk : is_cut
                                 ? sizes(steps, reduction_unit(tiled, config_.array),
                                         request_.chunk_k, filling_steps(layer_, config_, channels))
                                 : std::vector{steps}) {
        t.chunk_k = chunk == steps && !request_.chunk_k ? reduction(layer_) : chunk;
        add_weight_tile(t);
      }
    }
  }
}

void SizeFinder::add_weight_tile(const Tiling& tile) {
  Descriptor tiled = layer_;
  tiled.tiling = tile;
  if (why_weights_illegal(tiled, with_room_).empty()) found_.weight_tiles.push_back(tile);
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

int output_column_unit(const Descriptor& layer, const AcceleratorConfig& config) {
  return output_layout(layer, config.dma.bus_bytes).column_unit();
}

int input_unit(const Descriptor& layer) {
  const bool conv = layer.kind == LayerKind::kConv;
  if (layer.input_slice.has_zeros() || layer.input2_slice.has_zeros()) return 0;
  if (layer.input_on_chip && (conv || layer.output_on_chip)) return 0;
  if (conv) {
    const int unit = layer.input_segment;
    const bool has_whole = layer.conv.groups == 1 || (unit != 0 && group_inputs(layer) % unit == 0);
    return has_whole ? unit : 0;
  }
  int unit = layer.input_on_chip ? 1 : layer.input_segment;
  // 0 stays 0.
  if (layer.kind == LayerKind::kAdd) unit = std::lcm(unit, layer.input2_segment);
  return layer.output_on_chip ? unit : std::lcm(unit, layer.output_segment);
}

std::size_t end_of_the_fewest(const std::vector<PixelTileSize>& tiles, std::size_t first) {
  const auto end = std::partition_point(
      tiles.begin() + static_cast<std::ptrdiff_t>(first), tiles.end(),
      [&](const PixelTileSize& tile) { return tile.tiles < 2 * tiles[first].tiles; });
  return static_cast<std::size_t>(end - tiles.begin());
}

std::vector<int> channel_units(const Descriptor& layer, int columns) {
  const int planes = layer.output_segment;
  return planes == 0 || planes == columns ? std::vector{columns} : std::vector{columns, planes};
}

CandidateSizes candidate_sizes(const Descriptor& layer, const AcceleratorConfig& config,
                               const MappingRequest& request) {
  return SizeFinder(layer, config, request).find();
}

}  // namespace dcnsim
