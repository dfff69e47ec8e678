// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/tile_times.h"

#include <algorithm>

#include "models/arch/accelerator_config.h"
#include "models/base/integer.h"
#include "models/perf/buffer_need.h"
#include "models/perf/prediction.h"
#include "models/perf/tile_cuts.h"
#include "platform/compiler/mapper/bounds.h"

namespace dcnsim {

TileTimes::TileTimes(const Descriptor& layer, const AcceleratorConfig& config, const Bounds& bounds,
                     StepWorks& works)
    : layer_(layer),
      config_(config),
      bounds_(bounds),
      works_(works),
      input_(input_layout(layer, config.dma.bus_bytes)),
      input2_(input2_layout(layer, config.dma.bus_bytes)),
      output_(output_layout(layer, config.dma.bus_bytes)),
      least_read_cycles_(bounds.least_read_cycles(u64(config.dma.bus_bytes))),
      least_write_cycles_(bounds.least_write_cycles(u64(config.dma.bus_bytes))) {}

/// The data of a stream pass in the order of its tiles.
void TileTimes::Stream::move(std::uint64_t from, const Transfer& tile) {
  begun = std::max(begun, from);
  moved = std::max(std::max(begun, moved) + tile.bus_words, begun + tile.cycles);
}

/// A tile that may have been loaded before the bus was idle last does not count behind that.
void TileTimes::Bus::pass(std::uint64_t begun, std::uint64_t tile_words) {
  if (begun > passed) since = passed = begun;
  if (begun >= since) passed += tile_words;
  words += tile_words;
}

void TileTimes::Stream::free(std::uint64_t cycle) { freed = {freed[1], cycle}; }

std::uint64_t TileTimes::least_cycles(const Tiling& tiling, bool on_one_bus) {
  layer_.tiling = tiling;
  weights_.clear();
  Stream weight, input, output;
  Bus bus;
  const auto load = [&](Stream& stream, const Transfer& tile) {
    stream.move(stream.place(), tile);
    if (on_one_bus) bus.pass(stream.begun, tile.bus_words);
  };
  weight.slots = weight_slots(layer_, config_);
  input.slots = input_slots(layer_, config_);
  output.slots = output_slots(layer_, config_);
  const bool loads = loads_input(layer_), stores = !layer_.output_on_chip;
  std::uint64_t end = 0;
  bool output_open = false;
  for_each_step(layer_, [&](const Step& step) {
    if (step.load_weights) load(weight, weights(step));
    if (loads && step.load_input) load(input, inputs(step));
    std::uint64_t start = std::max({end, weight.moved, input.moved, bus.moved()});
    if (stores && step.last_chunk && !output_open) {
      start = std::max(start, output.place());
      output_open = true;
    }
    const StepWork& work = works_.of(layer_, step).work;
    end = start + work.cycles + work.conflicts;
    if (step.last_use_of_weights) weight.free(end);
    if (step.last_use_of_input) input.free(end);
    if (stores && step.store) {
      output.move(end, outputs(step));
      output.free(output.moved);
      output_open = false;
    }
  });
  return std::max(end, output.moved);
}

void TileTimes::add_run(Sum& sum, std::uint64_t bytes, std::uint64_t times) const {
  sum.bytes += times * bytes;
  sum.requests += times * least_requests(bytes, config_.dma);
}

/// Channels of whole planes, or a part of one plane, pixel by pixel.
void TileTimes::add_map(Sum& sum, const MapLayout& map, int rows, int x0, int x1,
                        const ChannelRange& range, bool has_strides) const {
  const auto [channel0, channel1] = range;
  const int channels = channel1 - channel0;
  if (channels < map.plane(channel0).channels()) {
    add_run(sum, u64(std::int64_t{channels} * map.bits() / 8), u64(rows) * u64(x1 - x0));
    return;
  }
  const bool joined = map.joins_rows() && !has_strides && x1 - x0 == map.shape().width;
  for (const EqualTiles& plane : equal_tiles(channels, map.segment())) {
    const std::uint64_t bytes = u64(map.bus_bytes(plane.size, x0, x1));
    if (joined) {
      add_run(sum, u64(rows) * bytes, plane.count);
    } else {
      add_run(sum, bytes, u64(rows) * plane.count);
    }
  }
}

TileTimes::Transfer TileTimes::transfer(const Sum& sum, bool is_write) const {
  const std::uint64_t outstanding = u64(config_.dma.outstanding);
  const std::uint64_t of_word = is_write ? least_write_cycles_ : least_read_cycles_;
  const std::uint64_t together =
      is_write ? bounds_.least_write_cycles(sum.bytes) : bounds_.least_read_cycles(sum.bytes);
  if (sum.requests == 0) return {};
  // A request a cycle; so many may be on their way, and each of them is for a time.
  const std::uint64_t by_requests = std::max(
      sum.requests - 1 + of_word, (sum.requests + outstanding - 1) / outstanding * of_word);
  return {sum.bytes / u64(config_.dma.bus_bytes), std::max(together, by_requests)};
}

const TileTimes::Transfer& TileTimes::weights(const Step& step) {
  const auto [found, is_new] = weights_.try_emplace(
      Shape{step.channel1 - step.channel0, step.groups, step.k1 - step.k0, step.first_chunk});
  if (is_new) {
    weight_parts(layer_, config_, step, parts_);
    Sum sum;
    for (const Part& part : parts_) add_run(sum, part.bytes, 1);
    found->second = transfer(sum, false);
  }
  return found->second;
}

TileTimes::Transfer TileTimes::inputs(const Step& step) const {
  const InputRegion region = input_region(layer_, step.pixels);
  Sum sum;
  const auto add = [&](const InputRegion& in, const MapLayout& map, const InputSlice& slice) {
    const int x0 = slice.column_of(in.x0);
    const int x1 = in.x0 == in.x1 ? x0 : slice.column_of(in.x1 - 1) + 1;
    add_map(sum, map, in.y1 - in.y0, x0, x1, map_channels(layer_, slice, step),
            slice.has_strides());
  };
  if (!layer_.input_on_chip) add(region, input_, layer_.input_slice);
  if (layer_.kind == LayerKind::kAdd) {
    add(second_region(layer_, region), input2_, layer_.input2_slice);
  }
  if (layer_.has_table()) {
    add_run(sum, u64(align_up((table_bits(layer_) + 7) / 8, config_.dma.bus_bytes)), 1);
  }
  return transfer(sum, false);
}

TileTimes::Transfer TileTimes::outputs(const Step& step) const {
  const PixelTile& tile = step.pixels;
  Sum sum;
  add_map(sum, output_, tile.y1 - tile.y0, tile.x0, tile.x1,
          {step.store_channel0, step.store_channel1}, false);
  return transfer(sum, true);
}

}  // namespace dcnsim
