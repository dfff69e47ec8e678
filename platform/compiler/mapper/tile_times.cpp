// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/tile_times.h"

#include <algorithm>

#include "models/arch/accelerator_config.h"
#include "models/base/integer.h"
#include "models/perf/buffer_need.h"
#include "models/perf/prediction.h"
#include "platform/compiler/mapper/bounds.h"

namespace dcnsim {

TileTimes::TileTimes(const Descriptor& layer, const AcceleratorConfig& config, const Bounds& bounds,
                     StepWorks& works)
    : layer_(layer), config_(config), bounds_(bounds), works_(works) {}

/// The data of a stream pass in the order of its tiles.
void TileTimes::Stream::move(std::uint64_t from, const Transfer& tile) {
  begun = std::max(begun, from);
  moved = std::max(std::max(begun, moved) + tile.bus_words, begun + tile.cycles);
}

void TileTimes::Stream::free(std::uint64_t cycle) { freed = {freed[1], cycle}; }

std::uint64_t TileTimes::least_cycles(const Tiling& tiling) {
  layer_.tiling = tiling;
  weights_.clear();
  inputs_.clear();
  outputs_.clear();
  Stream weight, input, output;
  weight.slots = slots(config_.weight_buffer, weight_room(layer_, config_));
  input.slots = input_slots(layer_, config_);
  output.slots = slots(config_.output_buffer, output_room(layer_, config_));
  const bool loads = loads_input(layer_), stores = !layer_.output_on_chip;
  std::uint64_t end = 0;
  bool output_open = false;
  for_each_step(layer_, [&](const Step& step) {
    if (step.load_weights) weight.move(weight.place(), weights(step));
    if (loads && step.load_input) input.move(input.place(), inputs(step));
    std::uint64_t start = std::max({end, weight.moved, input.moved});
    if (stores && step.last_chunk && !output_open) {
      start = std::max(start, output.place());
      output_open = true;
    }
    end = start + works_.of(layer_, step).work.cycles;
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

TileTimes::Transfer TileTimes::transfer(const Parts& parts, bool is_write) const {
  Transfer tile;
  std::uint64_t bytes = 0, requests = 0;
  for (const Part& part : parts) {
    bytes += part.bytes;
    requests += least_requests(part.bytes, config_.dma);
  }
  const auto least = [&](std::uint64_t moved) {
    return is_write ? bounds_.least_write_cycles(moved) : bounds_.least_read_cycles(moved);
  };
  const std::uint64_t bus_bytes = u64(config_.dma.bus_bytes);
  const std::uint64_t outstanding = u64(config_.dma.outstanding);
  tile.bus_words = bytes / bus_bytes;
  // So many requests may be on their way, and each of them is for a time.
  tile.cycles =
      std::max(least(bytes), (requests + outstanding - 1) / outstanding * least(bus_bytes));
  return tile;
}

const TileTimes::Transfer& TileTimes::weights(const Step& step) {
  const auto [found, is_new] = weights_.try_emplace(
      Shape{step.channel1 - step.channel0, step.groups, step.k1 - step.k0, step.first_chunk, 0});
  if (is_new) {
    weight_parts(layer_, config_, step, parts_);
    found->second = transfer(parts_, false);
  }
  return found->second;
}

const TileTimes::Transfer& TileTimes::inputs(const Step& step) {
  const InputRegion region = input_region(layer_, step.pixels);
  const auto [found, is_new] =
      inputs_.try_emplace(Shape{region.y1 - region.y0, region.x0, region.x1, step.in0, step.in1});
  if (is_new) {
    input_parts(layer_, config_, step, parts_);
    found->second = transfer(parts_, false);
  }
  return found->second;
}

const TileTimes::Transfer& TileTimes::outputs(const Step& step) {
  const PixelTile& tile = step.pixels;
  const auto [found, is_new] = outputs_.try_emplace(
      Shape{tile.y1 - tile.y0, tile.x0, tile.x1, step.store_channel0, step.store_channel1});
  if (is_new) {
    output_parts(layer_, config_, step, parts_);
    found->second = transfer(parts_, true);
  }
  return found->second;
}

}  // namespace dcnsim
