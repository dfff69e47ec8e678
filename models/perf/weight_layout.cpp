// SPDX-License-Identifier: Apache-2.0
#include "models/perf/weight_layout.h"

#include "models/arch/memory_layout.h"

namespace dcnsim {
namespace {

/// f(size) of all tiles together.
template <typename F>
std::int64_t sum(const TileSizes& tiles, const F& f) {
  std::int64_t sum = 0;
  for (const EqualTiles& tile : tiles) sum += static_cast<std::int64_t>(tile.count) * f(tile.size);
  return sum;
}

}  // namespace

WeightLayout::WeightLayout(const Descriptor& conv, const AcceleratorConfig& config)
    : d_(conv), config_(config) {}

TileSizes WeightLayout::blocks(int channels, int groups) const {
  const int all = channels * groups;
  return equal_tiles(all, groups > 1 ? all : config_.array.columns);
}

WeightBlockLayout WeightLayout::block(int channels, int steps) const {
  return weight_block_layout(steps, channels, d_.weight.bits, config_.accumulator.bits,
                             config_.dma.bus_bytes, dcnsim::parameter_bytes(d_, config_));
}

std::int64_t WeightLayout::bias_bytes(const TileSizes& blocks) const {
  return sum(blocks, [&](int channels) { return block(channels, 1).bias_bytes; });
}

std::int64_t WeightLayout::parameter_bytes(const TileSizes& blocks) const {
  return sum(blocks, [&](int channels) { return block(channels, 1).parameter_bytes; });
}

/// Of a whole tile.
std::int64_t WeightLayout::all_bytes(const TileSizes& blocks) const {
  return bias_bytes(blocks) + tile_bytes(blocks) + parameter_bytes(blocks);
}

/// Codes alone, as all below.
std::int64_t WeightLayout::chunk_bytes(const TileSizes& blocks, int steps) const {
  return sum(blocks, [&](int channels) { return block(channels, steps).weight_bytes; });
}

/// All chunks of an input tile of so many channels a group.
std::int64_t WeightLayout::inputs_bytes(const TileSizes& blocks, int inputs) const {
  return sum(equal_tiles(kernel_size(d_) * inputs, largest_chunk(d_)),
             [&](int steps) { return chunk_bytes(blocks, steps); });
}

std::int64_t WeightLayout::tile_bytes(const TileSizes& blocks) const {
  return sum(equal_tiles(group_inputs(d_), tile_inputs_of_group(d_)),
             [&](int inputs) { return inputs_bytes(blocks, inputs); });
}

std::int64_t WeightLayout::bytes() const {
  std::int64_t bytes = 0;
  for_channel_tiles(d_, [&](const ChannelTiles& tile) {
    bytes += static_cast<std::int64_t>(tile.count) * all_bytes(blocks(tile.channels, tile.groups));
  });
  return bytes;
}

std::int64_t WeightLayout::offset(const Step& step) const {
  // All tiles before this one but the last of each group are whole.
  const int taken_up = tile_groups(d_) * group_channels(d_);
  const int within = step.channel0 % taken_up;
  const auto up_to = [&](int channels) {
    return sum(equal_tiles(channels, tile_channels_of_group(d_)),
               [&](int tile) { return all_bytes(blocks(tile, tile_groups(d_))); });
  };
  std::int64_t offset = step.channel0 / taken_up * up_to(group_channels(d_));
  if (within > 0) offset += up_to(within);
  if (step.first_chunk) return offset;
  const TileSizes of_tile = blocks((step.channel1 - step.channel0) / step.groups, step.groups);
  const int inputs = tile_inputs_of_group(d_);
  const int whole_inputs = inputs_of_group(d_, step).first / inputs;
  offset += bias_bytes(of_tile) + whole_inputs * inputs_bytes(of_tile, inputs);
  return offset + step.k0 / largest_chunk(d_) * chunk_bytes(of_tile, largest_chunk(d_));
}

}  // namespace dcnsim
