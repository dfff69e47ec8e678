// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/candidates.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>

#include "models/arch/accelerator_config.h"
#include "models/arch/memory_layout.h"
#include "models/base/integer.h"
#include "models/perf/buffer_need.h"
#include "models/perf/schedule.h"
#include "models/perf/tile_cuts.h"

namespace dcnsim {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

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

/// Input tiles of less than all channels have a multiple of so many: whole planes of all maps that
/// they cut in memory, and of each group. 0 if they cannot be, or are of no use: a convolution's
/// input on chip is there as a whole, and nothing of a layer with both maps there is moved.
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

/// Steps of the reduction of whose multiples a block of weights fills bus words.
int filling_steps(const Descriptor& layer, const AcceleratorConfig& config, int tile_channels) {
  const int channels = std::min({tile_channels, group_channels(layer), config.array.columns});
  const int bus_bits = 8 * config.dma.bus_bytes;
  return bus_bits / std::gcd(bus_bits, channels * layer.weight.bits);
}

/// One line if no descriptor can say so, as of sizes that somebody asked for.
std::string why_invalid(const Descriptor& tiled) {
  try {
    validate(tiled);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

/// Channels of which a weight tile that is part of a group has a multiple: array widths, or planes
/// of the output.
std::vector<int> channel_units(const Descriptor& layer, int columns) {
  const int planes = layer.output_segment;
  return planes == 0 || planes == columns ? std::vector{columns} : std::vector{columns, planes};
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
  find_weight_tiles();
}

bool Candidates::Limits::hold(const PixelTile& tile) const {
  const int several = tile.tiles > 1 ? 1 : 0;
  return tile.inputs <= inputs[several] && tile.outputs() <= outputs[several] &&
         tile.outputs() <= sums;
}

void Candidates::add_pixel_tile(int height, int width) {
  const Shape out = layer_.output_shape();
  const auto is_same = [&](const PixelTile& t) { return t.height == height && t.width == width; };
  if (std::any_of(pixel_tiles_.begin(), pixel_tiles_.end(), is_same)) return;
  int rows = 0, columns = 0;
  for (const Extent& e : extents(out.height, height)) {
    const InputRegion r = input_region(layer_, {e.first, e.last, 0, 1});
    rows = std::max(rows, r.y1 - r.y0);
  }
  for (const Extent& e : extents(out.width, width)) {
    const InputRegion r = input_region(layer_, {0, 1, e.first, e.last});
    columns = std::max(columns, r.x1 - r.x0);
  }
  pixel_tiles_.push_back(
      {height, width,
       std::int64_t{layer_.images()} * ceil_div(out.height, height) * ceil_div(out.width, width),
       std::int64_t{rows} * columns});
}

void Candidates::find_pixel_tiles() {
  const Shape out = layer_.output_shape();
  const int unit = column_unit(layer_, config_.dma.bus_bytes);
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
  std::stable_sort(pixel_tiles_.begin(), pixel_tiles_.end(),
                   [](const PixelTile& a, const PixelTile& b) { return a.tiles < b.tiles; });
}

/// Of sizes that make equally many tiles, `height` x `width` the least of them, and leave the
/// fewest rows of an output-stationary array idle: the smallest, and the one with the smallest last
/// tile, whose store nothing hides.
void Candidates::find_filling_tiles(int height, int end_height, int width, int end_width) {
  const Shape out = layer_.output_shape();
  const auto blocks = [&](int h, int w) {
    std::uint64_t sum = 0;
    for (const EqualTiles& y : equal_tiles(out.height, h)) {
      for (const EqualTiles& x : equal_tiles(out.width, w)) {
        const int pixels = y.size * x.size * layer_.fused_pool * layer_.fused_pool;
        sum += y.count * x.count * u64(ceil_div(pixels, config_.array.rows));
      }
    }
    return sum;
  };
  struct Found {
    int height, width, pixels;
  };
  const int unit = column_unit(layer_, config_.dma.bus_bytes);
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

void Candidates::find_weight_tiles() {
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

void Candidates::add_weight_tile(const Tiling& tile) {
  Descriptor tiled = layer_;
  tiled.tiling = tile;
  if (why_weights_illegal(tiled, config_).empty()) weight_tiles_.push_back(tile);
}

std::vector<TilingGroup> Candidates::groups(Tiling tiling) const {
  std::vector<TilingGroup> groups;
  Descriptor tiled = layer_;
  for (const LoopOrder order : kLoopOrders) {
    if (layer_.kind != LayerKind::kConv && order != LoopOrder::kPixelOuter) continue;
    if (request_.order.value_or(order) != order) continue;
    tiling.order = order;
    // No order is of use to larger tiles that is of none to single pixels.
    tiled.tiling = tiling;
    tiled.tiling.tile_h = tiled.tiling.tile_w = 1;
    if (!is_useful(tiled)) continue;
    const Limits held = limits(tiling);
    for (std::size_t i = 0; i < pixel_tiles_.size(); ++i) {
      const PixelTile& tile = pixel_tiles_[i];
      tiled.tiling = tiling;
      tiled.tiling.tile_h = tile.height;
      tiled.tiling.tile_w = tile.width;
      if (!held.hold(tile) || !is_useful(tiled)) continue;
      if (request_.fixes_tiling() && !why_invalid(tiled).empty()) continue;
      groups.push_back({tiled.tiling, i});
      break;
    }
  }
  return groups;
}

Candidates::Limits Candidates::limits(Tiling tiling) const {
  Descriptor d = layer_;
  const Shape out = d.output_shape();
  Limits limits{{kNoLimit, kNoLimit}, {kNoLimit, kNoLimit}, kNoLimit};
  const auto hold = [](const BufferConfig& buffer, bool one_slot, std::int64_t pixel_bits,
                       std::int64_t* most) {
    most[0] = 8 * buffer.capacity_bytes / pixel_bits;
    most[1] = (buffer.double_buffered && !one_slot ? 4 : 8) * buffer.capacity_bytes / pixel_bits;
  };
  d.tiling = tiling;
  // As if there were several pixel tiles: of one at least as much is gathered.
  d.tiling.tile_h = d.tiling.tile_w = 1;
  if (loads_input(d)) {
    const auto pixel_bits = [&](const InputSlice& slice, int bits) {
      return std::int64_t{std::min(input_tile_channels(d), slice.map(d.input_shape()).channels)} *
             bits;
    };
    const std::int64_t bits = (d.input_on_chip ? 0 : pixel_bits(d.input_slice, d.input.bits)) +
                              (d.kind == LayerKind::kAdd && d.pair != PairKind::kScaling
                                   ? pixel_bits(d.input2_slice, d.input2.bits)
                                   : 0);
    // Beside a map that stays in a scratchpad, there is no second half to share with it.
    const bool one_slot = config_.shares_buffer() && (d.input_on_chip || d.output_on_chip);
    hold(config_.input_buffer, one_slot, bits, limits.inputs);
  }
  if (!d.output_on_chip) {
    hold(config_.output_buffer, false, std::int64_t{stored_channels(d)} * d.requant.out.bits,
         limits.outputs);
  }
  const Room room = accumulator_room(d, config_);
  const bool holds_all = sums_wait(d) && tiling.order == LoopOrder::kWeightChunkOuter;
  if (holds_all || layer_.images() * out.height * out.width == 1) {
    if (!room.fits()) limits.sums = 0;
  } else if (room.needed > 0) {
    limits.sums = 8 * room.available / std::max<std::int64_t>(1, 8 * room.needed - 7);
  }
  return limits;
}

/// Whether the order differs from those that stand for it.
bool Candidates::is_useful(const Descriptor& tiled) const {
  if (tiled.kind != LayerKind::kConv) return true;
  // Input tiles that are cut again would come as often as there are chunks: no descriptor says so.
  const bool is_cut_twice =
      input_tiles_of_group(tiled) > 1 && tiled.tiling.chunk_k < reduction(tiled);
  if (is_cut_twice && tiled.tiling.order == LoopOrder::kWeightChunkOuter) return false;
  if (request_.order) return true;
  const bool chunks = chunk_count(tiled) > 1;
  switch (tiled.tiling.order) {
    case LoopOrder::kPixelOuter:
      return true;
    case LoopOrder::kWeightOuter:
      // With chunks it loads more than with pixels outside, or the same.
      return !pixels_outside(tiled) && !(chunks && tiles_are_planes(tiled));
    case LoopOrder::kWeightChunkOuter:
    case LoopOrder::kPixelChunkOuter:
      return sums_wait(tiled);
  }
  return false;
}

std::size_t Candidates::end_of_the_fewest(const TilingGroup& group) const {
  const std::int64_t fewest = pixel_tiles_[group.first].tiles;
  const auto end = std::partition_point(
      pixel_tiles_.begin() + static_cast<std::ptrdiff_t>(group.first), pixel_tiles_.end(),
      [&](const PixelTile& tile) { return tile.tiles < 2 * fewest; });
  return static_cast<std::size_t>(end - pixel_tiles_.begin());
}

std::optional<TilingGroup> Candidates::rest(const TilingGroup& group) const {
  const Limits held = limits(group.fewest);
  TilingGroup rest = group;
  for (rest.first = end_of_the_fewest(group); rest.first < pixel_tiles_.size(); ++rest.first) {
    const PixelTile& tile = pixel_tiles_[rest.first];
    if (!held.hold(tile)) continue;
    rest.fewest.tile_h = tile.height;
    rest.fewest.tile_w = tile.width;
    return rest;
  }
  return std::nullopt;
}

bool Candidates::is_legal(const Tiling& tiling) const {
  Descriptor tiled = layer_;
  tiled.tiling = tiling;
  return is_useful(tiled) && step_count(tiled) <= kMaxSteps &&
         why_pixels_illegal(tiled, config_).empty() && outputs_fit(tiled, config_);
}

void Candidates::for_each_neighbour(const Tiling& tiling,
                                    const std::function<void(const Tiling&)>& visit) const {
  const Shape out = layer_.output_shape();
  Descriptor tiled = layer_;
  // `whole` is how the size says `total`.
  const auto vary = [&](int Tiling::*size, int unit, int total, int whole,
                        const std::optional<int>& wanted) {
    if (wanted || unit == 0) return;
    const int now = tiling.*size == whole ? total : tiling.*size;
    const auto is_taken = [&](int other) {
      if (other < 1 || other == now) return false;
      tiled.tiling = tiling;
      tiled.tiling.*size = other == total ? whole : other;
      if (has(tiled.tiling) || !why_illegal(tiled, config_).empty()) return false;
      if (!is_legal(tiled.tiling)) return false;
      visit(tiled.tiling);
      return true;
    };
    const int less = (ceil_div(now, unit) - 1) * unit, more = less + 2 * unit;
    is_taken(less);
    is_taken(std::min(total, more));
    if (size != &Tiling::tile_h && size != &Tiling::tile_w) return;
    const int tiles = ceil_div(total, now);
    if (tiles == 1) return;
    int most = (ceil_div(total, tiles - 1) - 1) / unit * unit;
    while (most > more && !is_taken(most)) most -= unit;
  };
  vary(&Tiling::tile_h, 1, out.height, out.height, request_.tile_h);
  vary(&Tiling::tile_w, column_unit(layer_, config_.dma.bus_bytes), out.width, out.width,
       request_.tile_w);
  const bool conv = layer_.kind == LayerKind::kConv;
  const int inputs = conv ? group_inputs(layer_) : layer_.input_shape().channels;
  const int in_group = conv ? group_channels(layer_) : 0;
  const bool is_part = tiling.tile_channels <= in_group;
  // Chunks are cut from input tiles, which have all channels of several groups.
  if (!conv || (is_part && tiling.chunk_k == reduction(layer_))) {
    vary(&Tiling::tile_in, input_unit(layer_), inputs, 0, request_.tile_in);
  }
  if (!conv) return;
  const int channels = is_part ? in_group : layer_.conv.out_channels;
  for (const int unit :
       is_part ? channel_units(layer_, config_.array.columns) : std::vector{in_group}) {
    vary(&Tiling::tile_channels, unit, channels, channels, request_.tile_channels);
  }
  tiled.tiling = tiling;
  vary(&Tiling::chunk_k, reduction_unit(tiled, config_.array),
       kernel_size(layer_) * tile_inputs_of_group(tiled), reduction(layer_), request_.chunk_k);
}

bool Candidates::has(const Tiling& tiling) const {
  return std::any_of(pixel_tiles_.begin(), pixel_tiles_.end(),
                     [&](const PixelTile& known) {
                       return known.height == tiling.tile_h && known.width == tiling.tile_w;
                     }) &&
         std::any_of(weight_tiles_.begin(), weight_tiles_.end(), [&](const Tiling& tile) {
           if (tile.tile_channels != tiling.tile_channels || tile.tile_in != tiling.tile_in ||
               tile.chunk_k != tiling.chunk_k) {
             return false;
           }
           const std::vector<TilingGroup> groups = this->groups(tile);
           return std::any_of(groups.begin(), groups.end(), [&](const TilingGroup& group) {
             return group.fewest.order == tiling.order;
           });
         });
}

std::string why_no_candidate(const Descriptor& layer, const AcceleratorConfig& config,
                             const MappingRequest& request) {
  const Shape out = layer.output_shape();
  Descriptor smallest = layer;
  Tiling& t = smallest.tiling;
  t.order = request.order.value_or(LoopOrder::kPixelOuter);
  t.tile_h = request.tile_h.value_or(1);
  t.tile_w = request.tile_w.value_or(std::min(out.width, column_unit(layer, config.dma.bus_bytes)));
  t.tile_in = request.tile_in.value_or(input_unit(layer));
  t.tile_channels = out.channels;
  t.chunk_k = 1;
  if (layer.kind == LayerKind::kConv) {
    if (t.tile_in >= group_inputs(layer)) t.tile_in = 0;
    t.tile_channels =
        request.tile_channels.value_or(std::min(group_channels(layer), config.array.columns));
    t.chunk_k = request.chunk_k.value_or(
        std::min(reduction(layer), reduction_unit(smallest, config.array)));
  }
  // Of sizes that nobody asked for, what the machine lacks says more.
  std::string reason = request.fixes_tiling() ? why_invalid(smallest) : "";
  if (reason.empty()) reason = why_illegal(smallest, config);
  if (reason.empty()) return "no legal tiling";
  const bool is_of_tiles = why_layer_illegal(smallest, config).empty();
  return request.fixes_tiling() || !is_of_tiles ? reason : reason + " (smallest tile)";
}

}  // namespace dcnsim
