// SPDX-License-Identifier: Apache-2.0
#include "models/values/tile_compute.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "models/perf/tile_cuts.h"

namespace dcnsim {
namespace {

/// Calls visit(y, x, codes) for runs of a region of `map` that lie side by side in `channels` of
/// it: rows if those are all, else pixels.
template <typename Visit>
void for_runs(const CodeTensor& map, const InputRegion& region, int channels, const Visit& visit) {
  if (region.x0 == region.x1) return;
  const bool rows = channels == map.shape().channels;
  const int step = rows ? region.x1 - region.x0 : 1;
  const std::size_t codes = static_cast<std::size_t>(step) * static_cast<std::size_t>(channels);
  for (int y = region.y0; y < region.y1; ++y) {
    for (int x = region.x0; x < region.x1; x += step) visit(y, x, codes);
  }
}

/// Writes `part` over channels [channel0, ...) of a region of `map`.
void put_region(const CodeTensor& part, const InputRegion& region, int channel0, CodeTensor& map) {
  for_runs(map, region, part.shape().channels, [&](int y, int x, std::size_t codes) {
    const auto unit = static_cast<std::size_t>(map.format().host_bytes());
    std::memcpy(map.data() + map.index(y, x, channel0) * unit,
                part.data() + part.index(y - region.y0, x - region.x0, 0) * unit, codes * unit);
  });
}

}  // namespace

void place_tile(const OutputTile& tile, CodeTensor& map) {
  const auto unit = static_cast<std::size_t>(map.format().host_bytes());
  const std::size_t pixel_bytes = static_cast<std::size_t>(tile.codes.shape().channels) * unit;
  const std::uint8_t* from = tile.codes.data();
  for (int y = tile.pixels.y0; y < tile.pixels.y1; ++y) {
    for (int x = tile.pixels.x0; x < tile.pixels.x1; ++x) {
      std::memcpy(map.data() + map.index(y, x, tile.channel0) * unit, from, pixel_bytes);
      from += pixel_bytes;
    }
  }
}

CodeTensor take_region(const CodeTensor& map, const InputRegion& region, int channel0,
                       int channel1) {
  CodeTensor part({region.y1 - region.y0, region.x1 - region.x0, channel1 - channel0},
                  map.format());
  for_runs(map, region, part.shape().channels, [&](int y, int x, std::size_t codes) {
    const auto unit = static_cast<std::size_t>(map.format().host_bytes());
    std::memcpy(part.data() + part.index(y - region.y0, x - region.x0, 0) * unit,
                map.data() + map.index(y, x, channel0) * unit, codes * unit);
  });
  return part;
}

CodeTensor take_slice(const CodeTensor& map, const InputSlice& slice, const InputRegion& region,
                      int channel0, int channel1) {
  if (!slice.any()) return take_region(map, region, channel0, channel1);
  CodeTensor part({region.y1 - region.y0, region.x1 - region.x0, channel1 - channel0},
                  map.format());
  const int first = std::max(channel0, slice.zeros_before);
  const int last = std::min(channel1, slice.zeros_before + map.shape().channels);
  if (first >= last) return part;
  const auto unit = static_cast<std::size_t>(map.format().host_bytes());
  for (int y = region.y0; y < region.y1; ++y) {
    for (int x = region.x0; x < region.x1; ++x) {
      const std::size_t from =
          map.index(slice.row_of(y), slice.column_of(x), first - slice.zeros_before);
      std::memcpy(part.data() + part.index(y - region.y0, x - region.x0, first - channel0) * unit,
                  map.data() + from * unit, static_cast<std::size_t>(last - first) * unit);
    }
  }
  return part;
}

void TileCompute::begin(const Descriptor& descriptor, ChannelTiles& kept) {
  descriptor_ = &descriptor;
  kept_ = &kept;
  if (input_tiles_of_group(descriptor) > 1) {
    maps_.assign(static_cast<std::size_t>(descriptor.images()),
                 CodeTensor(descriptor.input_shape(), descriptor.input));
  }
}

bool TileCompute::has_weights(const Step& step) const {
  const auto found = kept_->find(step.channel0);
  return found != kept_->end() && found->second.is_packed;
}

TileCompute::ChannelTile& TileCompute::channel_tile(const Step& step) {
  return (*kept_)[step.channel0];
}

const WeightTile& TileCompute::joined(const WeightTile& tile, const Step& step) {
  if (tile.size() == 1) return tile;
  joined_.resize(1);
  WeightBlock& all = joined_.front();
  all.channel0 = tile.front().channel0;
  all.channels = 0;
  all.bias.clear();
  all.scales.clear();
  all.thresholds.clear();
  for (const WeightBlock& group : tile) {
    all.channels += group.channels;
    all.bias.insert(all.bias.end(), group.bias.begin(), group.bias.end());
    all.scales.insert(all.scales.end(), group.scales.begin(), group.scales.end());
    all.thresholds.insert(all.thresholds.end(), group.thresholds.begin(), group.thresholds.end());
  }
  const auto unit = static_cast<std::size_t>(descriptor_->weight.host_bytes());
  const auto steps = static_cast<std::size_t>(step.k1 - step.k0);
  const std::size_t row = static_cast<std::size_t>(all.channels) * unit;
  all.codes.resize(steps * row);
  std::size_t at = 0;
  for (const WeightBlock& group : tile) {
    const std::size_t part = static_cast<std::size_t>(group.channels) * unit;
    for (std::size_t k = 0; k < steps; ++k) {
      std::memcpy(all.codes.data() + k * row + at, group.codes.data() + k * part, part);
    }
    at += part;
  }
  return joined_;
}

void TileCompute::take_weights(const WeightTile& given, const Step& step) {
  const Descriptor& d = *descriptor_;
  const WeightTile& tile = joined(given, step);
  ChannelTile& taken = channel_tile(step);
  taken.block_count = tile.size();
  if (taken.blocks.size() < tile.size()) taken.blocks.resize(tile.size());
  ConvShape shape = d.conv;
  shape.in.channels = step.groups * group_inputs(d);
  shape.groups = step.groups;
  for (std::size_t i = 0; i < tile.size(); ++i) {
    const WeightBlock& part = tile[i];
    Block& block = taken.blocks[i];
    if (step.first_chunk) {
      block.channel0 = part.channel0;
      block.channels = part.channels;
      block.groups = step.groups;
      block.bias = part.bias;
    }
    const bool whole = step.first_chunk && step.last_chunk;
    if (!whole) add_chunk(part, step, block);
    if (!step.last_chunk) continue;
    block.scales = part.scales;
    block.thresholds = part.thresholds;
    shape.out_channels = block.channels;
    block.weights.repack_k_major(shape, d.weight, d.input,
                                 (whole ? part.codes : block.codes).data(), block.bias,
                                 accumulator_, d.proved);
    block.codes = {};
  }
  taken.is_packed = step.last_chunk;
}

/// Puts the codes of a chunk to their places among those of the whole reduction.
void TileCompute::add_chunk(const WeightBlock& part, const Step& step, Block& block) const {
  const Descriptor& d = *descriptor_;
  const std::size_t row =
      static_cast<std::size_t>(part.channels) * static_cast<std::size_t>(d.weight.host_bytes());
  block.codes.resize(static_cast<std::size_t>(d.conv.reduction()) * row);
  const GroupInputs inputs = inputs_of_group(d, step);
  for (int k = step.k0; k < step.k1; ++k) {
    const auto to = static_cast<std::size_t>(whole_reduction_step(d, inputs, k));
    std::memcpy(block.codes.data() + to * row,
                part.codes.data() + static_cast<std::size_t>(k - step.k0) * row, row);
  }
}

void TileCompute::take_input(const InputTile& tile, const Step& step) {
  const Descriptor& d = *descriptor_;
  if (input_tiles_of_group(d) > 1) {
    put_region(tile.first, input_region(d, step.pixels), step.in0,
               maps_[static_cast<std::size_t>(step.pixels.image)]);
  }
}

std::uint64_t TileCompute::run(const Step& step, const InputTile& input, OutputTile& output) {
  const Requant& requant = descriptor_->requant;
  switch (descriptor_->kind) {
    case LayerKind::kConv:
      return step.last_chunk ? convolve(step, input, output) : 0;
    case LayerKind::kPool: {
      PoolShape shape = tile_pool(*descriptor_, step.pixels);
      shape.in.channels = input.first.shape().channels;
      merge_channels(descriptor_->has_table() ? look_up(input.first, input.second)
                                              : pool_tensor(shape, input.first, requant),
                     step.channel0 - output.channel0, output.codes);
      return 0;
    }
    case LayerKind::kAdd:
      merge_channels(pair_tensors(descriptor_->pair, input.first, input.second, requant),
                     step.channel0 - output.channel0, output.codes);
      return 0;
  }
  return 0;
}

std::uint64_t TileCompute::convolve(const Step& step, const InputTile& input, OutputTile& output) {
  const Descriptor& d = *descriptor_;
  ConvShape shape = tile_conv(d, step.pixels);
  const bool in_parts = input_tiles_of_group(d) > 1;
  const InputRegion region = input_region(d, step.pixels);
  const InputRegion whole{0, region.y1 - region.y0, 0, region.x1 - region.x0};

  std::uint64_t overflows = 0;
  CodeTensor slice;
  int sliced = -1;
  const ChannelTile& weights = channel_tile(step);
  for (std::size_t i = 0; i < weights.block_count; ++i) {
    const Block& block = weights.blocks[i];
    const int group = block.channel0 / group_channels(d);
    shape.groups = block.groups;
    shape.in.channels = block.groups * group_inputs(d);
    const bool as_it_is = !in_parts && step.in1 - step.in0 == shape.in.channels;
    if (!as_it_is && group != sliced) {
      const int channel0 = group * group_inputs(d), channel1 = channel0 + shape.in.channels;
      slice = in_parts ? take_region(maps_[static_cast<std::size_t>(step.pixels.image)], region,
                                     channel0, channel1)
                       : take_region(input.first, whole, channel0 - step.in0, channel1 - step.in0);
      sliced = group;
    }
    shape.out_channels = block.channels;
    conv_fast(shape, as_it_is ? input.first : slice, block.weights, accumulators_);
    overflows += accumulators_.overflowed;
    merge_channels(requantize_tensor(accumulators_, shape.out(), d.requant, d.fused_pool,
                                     block.scales, block.thresholds),
                   block.channel0 - output.channel0, output.codes);
  }
  return overflows;
}

}  // namespace dcnsim
