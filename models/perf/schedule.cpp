// SPDX-License-Identifier: Apache-2.0
#include "models/perf/schedule.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "models/arch/memory_layout.h"
#include "models/perf/array_cycles.h"
#include "models/perf/datapath/datapath.h"

namespace dcnsim {
namespace {

/// Tiles of `size` along one dimension.
struct Extent {
  int first, last;
};
std::vector<Extent> extents(int total, int size) {
  std::vector<Extent> result;
  for (int at = 0; at < total; at += size) result.push_back({at, std::min(total, at + size)});
  return result;
}

/// The same by size: whole tiles and, if there is one, the smaller last tile.
struct Part {
  int size;
  std::uint64_t count;
};
std::vector<Part> parts(int total, int size) {
  std::vector<Part> result;
  if (total >= size) result.push_back({size, static_cast<std::uint64_t>(total / size)});
  if (total % size != 0) result.push_back({total % size, 1});
  return result;
}

/// Output channels [first, last) of one weight tile; never spans two groups.
struct ChannelTile {
  int first, last;
};

int group_channels(const Descriptor& d) { return d.conv.out_channels / d.conv.groups; }

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

int pixel_tile_count(const Descriptor& d) {
  const Shape out = d.output_shape();
  return ceil_div(out.height, d.tiling.tile_h) * ceil_div(out.width, d.tiling.tile_w);
}

int channel_tile_count(const Descriptor& d) {
  if (d.kind != LayerKind::kConv) return 1;
  return d.conv.groups * ceil_div(group_channels(d), d.tiling.tile_channels);
}

int reduction(const Descriptor& d) { return d.kind == LayerKind::kConv ? d.conv.reduction() : 1; }

int chunk_count(const Descriptor& d) {
  return d.kind == LayerKind::kConv ? ceil_div(reduction(d), d.tiling.chunk_k) : 1;
}

/// True if all channels of a pixel tile are gathered in the output buffer before they are stored.
/// With a single pixel tile both loop orders are the same and gathering costs nothing.
bool gathers(const Descriptor& d) {
  return d.kind != LayerKind::kConv || d.tiling.order == LoopOrder::kPixelOuter ||
         pixel_tile_count(d) == 1 || channel_tile_count(d) == 1;
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

std::int64_t words_bytes(std::int64_t bits, const BufferConfig& buffer) {
  return align_up(bits, buffer.word_bits) / 8;
}

/// Room for one tile: half of a double buffer if there are several.
std::int64_t available(const BufferConfig& buffer, bool several_tiles) {
  return buffer.double_buffered && several_tiles ? buffer.capacity_bytes / 2
                                                 : buffer.capacity_bytes;
}

/// Bytes of buffer or bus that the tiles' input regions take, the first operand's if `with_first`;
/// `measure` maps a row's first and last bit to bytes.
template <class Measure>
std::int64_t region_bytes(const Descriptor& d, const InputRegion& region, bool with_first,
                          const Measure& measure) {
  const auto operand = [&](const Format& format) {
    const std::int64_t pixel_bits = std::int64_t{d.input_shape().channels} * format.bits;
    return (region.y1 - region.y0) * measure(region.x0 * pixel_bits, region.x1 * pixel_bits);
  };
  return (with_first ? operand(d.input) : 0) + (d.kind == LayerKind::kAdd ? operand(d.input2) : 0);
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

void for_each_step(const Descriptor& d, const ArrayConfig&,
                   const std::function<void(const Step&)>& visit) {
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

BufferNeed buffer_need(const Descriptor& d, const AcceleratorConfig& config) {
  const bool conv = d.kind == LayerKind::kConv;
  const Shape out = d.output_shape();
  const int tile_h = std::min(d.tiling.tile_h, out.height);
  const int tile_w = std::min(d.tiling.tile_w, out.width);
  BufferNeed need;

  // On chip, an addition's first operand lies in the other half.
  const bool first_in_tile = d.kind != LayerKind::kAdd || !d.input_on_chip;
  std::int64_t rows = 0;
  for (const Extent& e : extents(out.height, d.tiling.tile_h)) {
    const InputRegion r = input_region(d, {e.first, e.last, 0, 1});
    rows = std::max<std::int64_t>(rows, r.y1 - r.y0);
  }
  for (const Extent& e : extents(out.width, d.tiling.tile_w)) {
    InputRegion r = input_region(d, {0, 1, e.first, e.last});
    r.y0 = 0;
    r.y1 = 1;
    need.input = std::max(
        need.input, rows * region_bytes(d, r, first_in_tile, [&](std::int64_t a, std::int64_t b) {
                      return words_bytes(b - a, config.input_buffer);
                    }));
  }
  const std::int64_t stored =
      gathers(d) ? out.channels : std::min(d.tiling.tile_channels, group_channels(d));
  need.output = tile_h * words_bytes(tile_w * stored * d.requant.out.bits, config.output_buffer);
  const bool several_pixels = pixel_tile_count(d) > 1;
  const bool several_outputs = several_pixels || !gathers(d);
  need.input_available = available(config.input_buffer, several_pixels);
  need.output_available = available(config.output_buffer, several_outputs);
  if (d.input_on_chip || d.output_on_chip) {
    need.input_available = config.input_buffer.capacity_bytes / 2;
  }
  if (d.output_on_chip) {
    need.output = 0;
    need.kept =
        out.height * words_bytes(std::int64_t{out.width} * out.channels * d.requant.out.bits,
                                 config.input_buffer);
    need.kept_available = config.input_buffer.capacity_bytes / 2;
  }
  need.weight_available = config.weight_buffer.capacity_bytes;
  need.accumulator_available = config.accumulator_buffer_bytes;
  if (!conv) return need;

  const int channels = std::min(d.tiling.tile_channels, group_channels(d));
  const int chunk = std::min(d.tiling.chunk_k, reduction(d));
  for (int c = 0; c < channels; c += config.array.columns) {
    const std::int64_t block = std::min(config.array.columns, channels - c);
    need.weight +=
        words_bytes(chunk * block * d.weight.bits, config.weight_buffer) +
        words_bytes(block * 8 * bias_bytes(config.accumulator.bits), config.weight_buffer);
  }
  need.weight_available =
      available(config.weight_buffer, channel_tile_count(d) * chunk_count(d) > 1);
  const std::int64_t pixels = std::int64_t{tile_h} * tile_w * d.fused_pool * d.fused_pool;
  if (config.array.dataflow == Dataflow::kWeightStationary ||
      (chunk_count(d) > 1 && pixels > config.array.rows)) {
    const std::int64_t sums = pixels * std::min(config.array.columns, channels);
    need.accumulator = (sums * config.accumulator.bits + 7) / 8;
  }
  return need;
}

std::string why_illegal(const Descriptor& d, const AcceleratorConfig& config) {
  const BufferNeed need = buffer_need(d, config);
  const auto lacks = [](const char* buffer, std::int64_t needed, std::int64_t room) {
    return std::string(buffer) + " lacks " + std::to_string(needed - room) +
           " bytes: a tile needs " + std::to_string(needed) + ", there is room for " +
           std::to_string(room);
  };
  if (need.input > need.input_available) {
    return lacks("input buffer", need.input, need.input_available);
  }
  if (need.kept > need.kept_available) {
    return lacks("input buffer", need.kept, need.kept_available);
  }
  if ((d.input_on_chip || d.output_on_chip) && !config.input_buffer.double_buffered) {
    return "input buffer: maps stay on chip in a half of it, but it is not double-buffered";
  }
  if (d.input_on_chip && pixel_tile_count(d) > 1) {
    return "tile_h, tile_w: an input on chip is one tile";
  }
  if (d.kind == LayerKind::kAdd && d.input_on_chip && d.output_on_chip) {
    return "output_on_chip: an addition's operands take both halves of the input buffer";
  }
  if (need.output > need.output_available) {
    return lacks("output buffer", need.output, need.output_available);
  }
  if (need.weight > need.weight_available) {
    return lacks("weight buffer", need.weight, need.weight_available);
  }
  if (need.accumulator > need.accumulator_available) {
    return lacks("accumulator buffer", need.accumulator, need.accumulator_available);
  }

  const std::int64_t word_bits = std::int64_t{8} * config.dma.bus_bytes;
  const Shape out = d.output_shape();
  const std::int64_t pixel_bits = std::int64_t{out.channels} * d.requant.out.bits;
  if (d.tiling.tile_w < out.width && d.tiling.tile_w * pixel_bits % word_bits != 0) {
    return "tile_w: output tiles would share a bus word";
  }
  for (const std::uint64_t address :
       {d.input_address, d.input2_address, d.weight_address, d.output_address}) {
    if (address % static_cast<std::uint64_t>(config.dma.bus_bytes) != 0) {
      return "address " + std::to_string(address) + " is not a multiple of the bus width";
    }
  }
  if (d.kind != LayerKind::kConv) return "";

  const int columns = config.array.columns;
  const int channels = group_channels(d);
  if (d.tiling.tile_channels < channels && d.tiling.tile_channels % columns != 0) {
    return "tile_channels: neither all channels of a group nor a multiple of the array's columns";
  }
  if (!gathers(d)) {
    const std::int64_t run_bits = std::int64_t{d.tiling.tile_channels} * d.requant.out.bits;
    const std::int64_t group_bits = std::int64_t{channels} * d.requant.out.bits;
    if (pixel_bits % word_bits != 0 || run_bits % word_bits != 0 || group_bits % word_bits != 0) {
      return "tile_channels: output tiles would share a bus word";
    }
  }
  if (d.tiling.chunk_k < reduction(d)) {
    if (d.tiling.chunk_k % reduction_unit(d, config.array) != 0) {
      return "chunk_k: not a multiple of the reduction steps the array's rows take";
    }
    if (std::min(d.tiling.tile_channels, channels) > columns) {
      return "chunk_k: chunks need a tile of at most one array width of channels";
    }
    for (int c = 0; c < channels; c += columns) {
      if (std::int64_t{d.tiling.chunk_k} * std::min(columns, channels - c) * d.weight.bits %
              word_bits !=
          0) {
        return "chunk_k: chunks would share a bus word";
      }
    }
  }
  return "";
}

std::array<std::uint64_t, kStreams> predicted_traffic(const Descriptor& d,
                                                      const AcceleratorConfig& config) {
  const int bus = config.dma.bus_bytes;
  const Shape out = d.output_shape();
  std::array<std::uint64_t, kStreams> bytes{};
  const auto add = [&](Stream stream, std::int64_t amount) {
    bytes[static_cast<std::size_t>(stream)] += static_cast<std::uint64_t>(amount);
  };
  add(Stream::kDescriptor, kDescriptorBytes);

  // Rows and columns of a tile are independent, so one sweep over all pixel tiles is a product.
  std::int64_t rows = 0;
  for (const Extent& e : extents(out.height, d.tiling.tile_h)) {
    const InputRegion r = input_region(d, {e.first, e.last, 0, 1});
    rows += r.y1 - r.y0;
  }
  std::int64_t row_bytes = 0;
  for (const Extent& e : extents(out.width, d.tiling.tile_w)) {
    InputRegion r = input_region(d, {0, 1, e.first, e.last});
    r.y0 = 0;
    r.y1 = 1;
    row_bytes += region_bytes(d, r, !d.input_on_chip, [&](std::int64_t a, std::int64_t b) {
      return bus_bytes_of(a, b, bus);
    });
  }
  const std::int64_t sweeps = gathers(d) ? 1 : channel_tile_count(d);
  add(Stream::kInput, sweeps * rows * row_bytes);
  if (!d.output_on_chip) add(Stream::kOutput, map_bytes(out, d.requant.out.bits, bus));
  if (d.kind != LayerKind::kConv) return bytes;

  std::int64_t bias = 0, weights = 0;
  const int channels = group_channels(d);
  for (int c = 0; c < channels; c += config.array.columns) {
    const WeightBlockLayout layout =
        weight_block_layout(reduction(d), std::min(config.array.columns, channels - c),
                            d.weight.bits, config.accumulator.bits, bus);
    bias += layout.bias_bytes;
    weights += layout.weight_bytes;
  }
  const bool reloads = channel_tile_count(d) * chunk_count(d) > 1;
  // Biases come with the first chunk, weights with every chunk: each time a tile becomes current.
  const std::int64_t visits =
      reloads && (gathers(d) || chunk_count(d) > 1) ? pixel_tile_count(d) : 1;
  add(Stream::kBias, visits * d.conv.groups * bias);
  add(Stream::kWeight, visits * d.conv.groups * weights);
  return bytes;
}

std::uint64_t predicted_compute_cycles(const Descriptor& d, const AcceleratorConfig& config) {
  const Shape out = d.output_shape();
  std::uint64_t cycles = 0;
  if (d.kind != LayerKind::kConv) {
    const auto window = static_cast<std::uint64_t>(
        d.kind == LayerKind::kPool ? d.pool.kernel_h * d.pool.kernel_w : 2);
    for (const Part& h : parts(out.height, d.tiling.tile_h)) {
      for (const Part& w : parts(out.width, d.tiling.tile_w)) {
        cycles += h.count * w.count *
                  vector_cycles(config, window * static_cast<std::uint64_t>(h.size) *
                                            static_cast<std::uint64_t>(w.size) *
                                            static_cast<std::uint64_t>(out.channels));
      }
    }
    return cycles;
  }
  ArrayWork work;
  work.weight_bits = d.weight.bits;
  work.activation_bits = d.input.bits;
  const std::uint64_t chunks = static_cast<std::uint64_t>(chunk_count(d));
  const int last_k = reduction(d) - static_cast<int>(chunks - 1) * d.tiling.chunk_k;
  for (const Part& h : parts(out.height, d.tiling.tile_h)) {
    for (const Part& w : parts(out.width, d.tiling.tile_w)) {
      for (const Part& c : parts(group_channels(d), d.tiling.tile_channels)) {
        const std::uint64_t times =
            h.count * w.count * c.count * static_cast<std::uint64_t>(d.conv.groups);
        work.pixels = h.size * w.size * d.fused_pool * d.fused_pool;
        work.channels = c.size;
        work.first_chunk = chunks == 1;
        work.last_chunk = true;
        work.reduction = last_k;
        cycles += times * array_cycles(config, work);
        if (chunks == 1) continue;
        work.last_chunk = false;
        work.reduction = d.tiling.chunk_k;
        work.first_chunk = true;
        cycles += times * array_cycles(config, work);
        work.first_chunk = false;
        cycles += times * (chunks - 2) * array_cycles(config, work);
      }
    }
  }
  return cycles;
}

}  // namespace dcnsim
