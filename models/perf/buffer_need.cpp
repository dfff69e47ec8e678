// SPDX-License-Identifier: Apache-2.0
#include "models/perf/buffer_need.h"

#include <algorithm>

#include "models/arch/memory_layout.h"
#include "models/perf/schedule.h"
#include "models/perf/tile_cuts.h"
#include "models/perf/weight_layout.h"

namespace dcnsim {
namespace {

std::int64_t words_bytes(std::int64_t bits, const BufferConfig& buffer) {
  return align_up(bits, buffer.word_bits) / 8;
}

/// Room for one tile: half of a double buffer if there are several.
std::int64_t available(const BufferConfig& buffer, bool several_tiles) {
  return buffer.double_buffered && several_tiles ? buffer.capacity_bytes / 2
                                                 : buffer.capacity_bytes;
}

std::size_t slots(const BufferConfig& buffer, bool several_tiles) {
  return buffer.double_buffered && several_tiles ? 2 : 1;
}

bool any_on_chip(const Descriptor& d) { return d.input_on_chip || d.output_on_chip; }

bool has_several_weight_tiles(const Descriptor& d) {
  return d.kind == LayerKind::kConv && channel_tile_count(d) * chunk_count(d) > 1;
}

bool has_several_output_tiles(const Descriptor& d) {
  return pixel_tile_count(d) > 1 || tiles_are_planes(d);
}

/// Of a row of `pixels` with `channels` of a map, from the first of a plane on: a buffer word
/// begins with every plane.
std::int64_t row_bytes(std::int64_t pixels, int channels, const MapLayout& map,
                       const BufferConfig& buffer) {
  std::int64_t bytes = 0;
  for (const EqualTiles& plane : equal_tiles(channels, map.segment())) {
    bytes += static_cast<std::int64_t>(plane.count) *
             words_bytes(pixels * plane.size * map.bits(), buffer);
  }
  return bytes;
}

/// Whether no two stored tiles share a bus word because of their channels: they have whole planes,
/// or parts of the only one that are whole bus words.
bool channels_on_bus_words(const Descriptor& d, const AcceleratorConfig& config) {
  if (gathers(d) || tiles_are_planes(d)) return true;
  const std::int64_t word_bits = std::int64_t{8} * config.dma.bus_bytes;
  const std::int64_t bits = d.requant.out.bits;
  const int channels = d.output_shape().channels;
  return output_layout(d, config.dma.bus_bytes).segment() == channels &&
         channels * bits % word_bits == 0 && d.tiling.tile_channels * bits % word_bits == 0 &&
         group_channels(d) * bits % word_bits == 0;
}

std::string lacks(const char* buffer, const Room& room, const char* what = "a tile needs ") {
  if (room.fits()) return "";
  return std::string(buffer) + " lacks " + std::to_string(room.needed - room.available) +
         " bytes: " + what + std::to_string(room.needed) + ", there is room for " +
         std::to_string(room.available);
}

std::string why_not_requantized(const Requant& requant, const AcceleratorConfig& config) {
  if (!requant.multiplies) return "";
  if (config.requantizer != RequantizerKind::kMultiplier) {
    return std::string("accumulator.requantizer: shift, expected multiplier: ") +
           (requant.leaky ? "negative sums have a slope (LeakyReLU, PReLU)"
                          : "steps between codes are no powers of two");
  }
  const std::uint32_t multiplier =
      std::max({requant.multiplier, requant.multiplier2, requant.sum_multiplier});
  const int bits = config.accumulator.multiplier_bits;
  if (std::uint64_t{multiplier} >> bits == 0) return "";
  return "accumulator.multiplier_bits: " + std::to_string(bits) + " do not hold the multiplier " +
         std::to_string(multiplier);
}

std::string why_outputs_do_not_fit(const Descriptor& d, const AcceleratorConfig& config) {
  std::string reason = lacks("output buffer", output_room(d, config));
  if (reason.empty()) {
    reason = lacks("scratchpad", shared_room(d, config), "tiles at a time need ");
  }
  if (reason.empty()) reason = lacks("accumulator buffer", accumulator_room(d, config));
  if (reason.empty() && !channels_on_bus_words(d, config)) {
    reason = "tile_channels: output tiles would share a bus word";
  }
  return reason;
}

}  // namespace

Room input_room(const Descriptor& d, const AcceleratorConfig& config) {
  const Shape out = d.output_shape();
  std::int64_t rows = 0;
  for (const Extent& e : extents(out.height, d.tiling.tile_h)) {
    const InputRegion r = input_region(d, {e.first, e.last, 0, 1});
    rows = std::max<std::int64_t>(rows, r.y1 - r.y0);
  }
  std::int64_t columns = 0;
  for (const Extent& e : extents(out.width, d.tiling.tile_w)) {
    const InputRegion r = input_region(d, {0, 1, e.first, e.last});
    columns = std::max<std::int64_t>(columns, r.x1 - r.x0);
  }
  int channels = input_tile_channels(d);
  if (!loads_input(d)) {
    // The maps are there as a whole.
    const Shape in = d.input_slice.map(d.input_shape());
    rows = std::int64_t{d.images()} * in.height;
    columns = in.width;
    channels = in.channels;
  }
  const int bus = config.dma.bus_bytes;
  const auto region = [&](const MapLayout& map, std::int64_t height, std::int64_t width) {
    return height *
           row_bytes(width, std::min(channels, map.shape().channels), map, config.input_buffer);
  };
  const auto operand = [&](const MapLayout& map) { return region(map, rows, columns); };
  Room room;
  // On chip, an addition's first operand lies in the other half.
  if (d.kind != LayerKind::kAdd || !d.input_on_chip) room.needed += operand(input_layout(d, bus));
  if (d.kind == LayerKind::kAdd) {
    const MapLayout second = input2_layout(d, bus);
    room.needed += d.pair == PairKind::kScaling ? region(second, 1, 1) : operand(second);
  }
  room.needed += words_bytes(table_bits(d), config.input_buffer);
  // What stays in a scratchpad takes what it needs of it, not a half.
  const bool in_a_half = any_on_chip(d) && !config.shares_buffer();
  room.available =
      available(config.input_buffer, in_a_half || (!any_on_chip(d) && input_tile_count(d) > 1));
  return room;
}

Room weight_room(const Descriptor& d, const AcceleratorConfig& config) {
  if (d.kind != LayerKind::kConv) return {0, config.weight_buffer.capacity_bytes};
  const std::int64_t chunk = largest_chunk(d);
  Room room;
  const auto words = [&](std::int64_t bits) { return words_bytes(bits, config.weight_buffer); };
  const std::int64_t bias_bits = 8 * bias_bytes(config.accumulator.bits);
  const std::int64_t parameter_bits = 8 * parameter_bytes(d, config);
  const WeightLayout layout(d, config);
  const auto tile_of = [&](int groups) {
    std::int64_t bytes = 0;
    for (const EqualTiles& block : layout.blocks(tile_channels_of_group(d), groups)) {
      bytes += static_cast<std::int64_t>(block.count) *
               (words(chunk * block.size * d.weight.bits) + words(block.size * bias_bits) +
                words(block.size * parameter_bits));
    }
    return bytes;
  };
  const int groups = tile_groups(d);
  room.needed = tile_of(groups);
  // A last group by itself has blocks of an array width, which may take more than several at once.
  if (d.conv.groups % groups == 1) room.needed = std::max(room.needed, tile_of(1));
  room.available = available(config.weight_buffer, has_several_weight_tiles(d));
  return room;
}

Room output_room(const Descriptor& d, const AcceleratorConfig& config) {
  const Shape out = d.output_shape();
  Room room;
  if (!d.output_on_chip) {
    room.needed = std::min(d.tiling.tile_h, out.height) *
                  row_bytes(std::min(d.tiling.tile_w, out.width), stored_channels(d),
                            output_layout(d, config.dma.bus_bytes), config.output_buffer);
  }
  room.available = available(config.output_buffer, has_several_output_tiles(d));
  return room;
}

Room accumulator_room(const Descriptor& d, const AcceleratorConfig& config) {
  Room room{0, config.accumulator_buffer_bytes};
  if (d.kind != LayerKind::kConv) return room;
  const bool chunks = chunk_count(d) > 1;
  const std::int64_t pool = std::int64_t{d.fused_pool} * d.fused_pool;
  const Shape out = d.output_shape();
  std::int64_t pixels = std::int64_t{std::min(d.tiling.tile_h, out.height)} *
                        std::min(d.tiling.tile_w, out.width) * pool;
  const int columns = config.array.columns;
  const int channels = tile_channels_of_group(d);
  const bool one_block = channels <= columns && tile_groups(d) == 1;
  if (config.array.dataflow == Dataflow::kOutputStationary &&
      (!chunks || (pixels <= config.array.rows && one_block && !sums_wait(d)))) {
    return room;
  }
  std::int64_t blocks = 1;
  if (chunks) blocks = std::int64_t{tile_groups(d)} * ceil_div(channels, columns);
  if (sums_wait(d)) {
    if (d.tiling.order == LoopOrder::kWeightChunkOuter) {
      pixels = std::int64_t{d.images()} * out.height * out.width * pool;
    } else {
      blocks = 0;
      for (const EqualTiles& tile : equal_tiles(group_channels(d), channels)) {
        blocks += static_cast<std::int64_t>(tile.count) * ceil_div(tile.size, columns);
      }
    }
  }
  const std::int64_t words = pixels * blocks;
  room.needed = (words * std::min(columns, channels) * config.accumulator.bits + 7) / 8;
  return room;
}

Room kept_room(const Descriptor& d, const AcceleratorConfig& config) {
  Room room{0, config.input_buffer.capacity_bytes / (config.shares_buffer() ? 1 : 2)};
  if (!d.output_on_chip) return room;
  const Shape out = d.output_shape();
  room.needed =
      std::int64_t{d.images()} * out.height *
      words_bytes(std::int64_t{out.width} * out.channels * d.requant.out.bits, config.input_buffer);
  return room;
}

Room shared_room(const Descriptor& d, const AcceleratorConfig& config) {
  Room room{0, config.shared_buffer.capacity_bytes};
  if (!config.shares_buffer()) return room;
  const auto tiles = [&](std::size_t count, std::int64_t bytes) {
    room.needed += static_cast<std::int64_t>(count) * bytes;
  };
  tiles(input_slots(d, config), input_room(d, config).needed);
  tiles(weight_slots(d, config), weight_room(d, config).needed);
  tiles(output_slots(d, config), output_room(d, config).needed);
  tiles(1, kept_room(d, config).needed);
  if (d.kind == LayerKind::kAdd && d.input_on_chip) {
    const Shape map = d.input_slice.map(d.add);
    room.needed +=
        std::int64_t{d.images()} * map.height *
        words_bytes(std::int64_t{map.width} * map.channels * d.input.bits, config.input_buffer);
  }
  return room;
}

std::size_t input_slots(const Descriptor& d, const AcceleratorConfig& config) {
  return any_on_chip(d) ? 1 : slots(config.input_buffer, input_tile_count(d) > 1);
}

std::size_t weight_slots(const Descriptor& d, const AcceleratorConfig& config) {
  return slots(config.weight_buffer, has_several_weight_tiles(d));
}

std::size_t output_slots(const Descriptor& d, const AcceleratorConfig& config) {
  return slots(config.output_buffer, has_several_output_tiles(d));
}

std::string why_layer_illegal(const Descriptor& d, const AcceleratorConfig& config) {
  if (std::string reason = why_not_requantized(d.requant, config); !reason.empty()) {
    return reason;
  }
  if (any_on_chip(d) && !config.input_buffer.double_buffered && !config.shares_buffer()) {
    return "input buffer: maps stay on chip in a half of it, but it is not double-buffered";
  }
  if (d.kind == LayerKind::kAdd && d.input_on_chip && d.output_on_chip) {
    return "output_on_chip: an addition's operands take both halves of the input buffer";
  }
  if (d.has_table() && d.input_on_chip) {
    return "input_on_chip: a table comes from memory with each tile of what it is looked up for";
  }
  for (const std::uint64_t address :
       {d.input_address, d.input2_address, d.weight_address, d.output_address, d.batch_stride}) {
    if (address % static_cast<std::uint64_t>(config.dma.bus_bytes) != 0) {
      return "address " + std::to_string(address) + " is not a multiple of the bus width";
    }
  }
  return lacks("input buffer", kept_room(d, config));
}

std::string why_pixels_illegal(const Descriptor& d, const AcceleratorConfig& config) {
  const Shape out = d.output_shape();
  if (d.tiling.tile_w < out.width &&
      d.tiling.tile_w % output_layout(d, config.dma.bus_bytes).column_unit() != 0) {
    return "tile_w: output tiles would share a bus word";
  }
  return lacks("input buffer", input_room(d, config));
}

std::string why_weights_illegal(const Descriptor& d, const AcceleratorConfig& config) {
  if (d.kind != LayerKind::kConv) return "";
  const int columns = config.array.columns;
  const int channels = group_channels(d);
  if (d.tiling.tile_channels < channels && d.tiling.tile_channels % columns != 0 &&
      !tiles_are_planes(d)) {
    return "tile_channels: neither all channels of a group nor whole planes or array widths";
  }
  if (input_tiles_of_group(d) > 1 && !d.proved &&
      config.accumulator.overflow == Overflow::kSaturate) {
    return "tile_in: sums that may saturate depend on the order of input channels";
  }
  const int inputs = tile_inputs_of_group(d);
  if (config.array.reduction == Reduction::kChannels && has_chunks(d) &&
      (d.tiling.chunk_k % inputs != 0 || group_inputs(d) % inputs != 0)) {
    return "chunk_k: not whole kernel positions, which array.reduction: channels takes apart";
  }
  return lacks("weight buffer", weight_room(d, config));
}

bool outputs_fit(const Descriptor& d, const AcceleratorConfig& config) {
  return channels_on_bus_words(d, config) && output_room(d, config).fits() &&
         accumulator_room(d, config).fits() && shared_room(d, config).fits();
}

std::array<std::int64_t, 5> deciding_capacities(const Descriptor& layer,
                                                const AcceleratorConfig& config) {
  std::array<std::int64_t, 5> capacities{
      config.input_buffer.capacity_bytes, config.weight_buffer.capacity_bytes,
      config.output_buffer.capacity_bytes, config.accumulator_buffer_bytes,
      config.shared_buffer.capacity_bytes};
  Descriptor whole = layer;
  const Shape out = layer.output_shape();
  whole.tiling = {out.height, out.width, out.channels, reduction(layer), LoopOrder::kPixelOuter};
  const auto spare = [](std::int64_t& capacity, std::int64_t most) {
    if (most <= capacity / 2) capacity = kHoldsAny;
  };
  spare(capacities[0], std::max(input_room(whole, config).needed, kept_room(whole, config).needed));
  // Blocks of several groups at once are others than those of one.
  const bool has_groups = layer.kind == LayerKind::kConv && layer.conv.groups > 1;
  if (!has_groups) spare(capacities[1], weight_room(whole, config).needed);
  spare(capacities[2], output_room(whole, config).needed);
  return capacities;
}

std::string why_illegal(const Descriptor& d, const AcceleratorConfig& config) {
  std::string reason;
  for (const auto rule :
       {why_layer_illegal, why_pixels_illegal, why_weights_illegal, why_outputs_do_not_fit}) {
    if (reason.empty()) reason = rule(d, config);
  }
  return reason;
}

}  // namespace dcnsim
