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

void OutputTile::put(CodeTensor part, int first) {
  if (part.shape() != shape() && codes.shape() != shape()) {
    codes = CodeTensor(shape(), part.format());
  }
  if (part.shape() == shape()) {
    codes = std::move(part);
  } else {
    merge_channels(std::move(part), first - channel0, codes);
  }
}

void place_tile(OutputTile tile, CodeTensor& map) {
  if (tile.codes.shape() == map.shape()) {
    map = std::move(tile.codes);
    return;
  }
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

TileCompute::Channels TileCompute::channels_of(const Step& step) const {
  if (descriptor_->kind == LayerKind::kConv && descriptor_->conv.groups == 1) {
    return {step.store_channel0, step.store_channel1, 1};
  }
  return {step.channel0, step.channel1, step.groups};
}

void TileCompute::begin(const Descriptor& descriptor, LayerWeights& kept) {
  descriptor_ = &descriptor;
  kept_ = &kept;
  if (input_tiles_of_group(descriptor) > 1) {
    maps_.assign(static_cast<std::size_t>(descriptor.images()),
                 CodeTensor(descriptor.input_shape(), descriptor.input));
  }
}

bool TileCompute::has_weights(const Step& step) const {
  const auto found = kept_->find(channels_of(step).key());
  return found != kept_->end() && found->second.is_packed;
}

void TileCompute::take_weights(const WeightTile& tile, const Step& step) {
  const Descriptor& d = *descriptor_;
  const Channels channels = channels_of(step);
  Weights& taken = (*kept_)[channels.key()];
  taken.is_packed = false;
  const auto count = static_cast<std::size_t>(channels.last - channels.first);
  const auto unit = static_cast<std::size_t>(d.weight.host_bytes());
  taken.codes.resize(static_cast<std::size_t>(d.conv.reduction()) * count * unit);
  const GroupInputs inputs = inputs_of_group(d, step);
  for (const WeightBlock& part : tile) {
    const auto first = static_cast<std::size_t>(part.channel0 - channels.first);
    const auto part_channels = static_cast<std::size_t>(part.channels);
    // Of every channel equally many, to their places among those of all channels.
    const auto place = [&](const auto& values, auto& all) {
      const std::size_t of_channel = values.size() / part_channels;
      all.resize(count * of_channel);
      std::copy(values.begin(), values.end(),
                all.begin() + static_cast<std::ptrdiff_t>(first * of_channel));
    };
    for (int k = step.k0; k < step.k1; ++k) {
      const auto to = static_cast<std::size_t>(whole_reduction_step(d, inputs, k));
      std::memcpy(taken.codes.data() + (to * count + first) * unit,
                  part.codes.data() + static_cast<std::size_t>(k - step.k0) * part_channels * unit,
                  part_channels * unit);
    }
    if (step.first_chunk) place(part.bias, taken.bias);
    if (!step.last_chunk) continue;
    place(part.scales, taken.scales);
    place(part.thresholds, taken.thresholds);
  }
  if (!completes(step)) return;
  ConvShape shape = d.conv;
  shape.groups = channels.groups;
  shape.in.channels = channels.groups * group_inputs(d);
  shape.out_channels = static_cast<int>(count);
  taken.packed.repack_k_major(shape, d.weight, d.input, taken.codes.data(), taken.bias,
                              accumulator_, d.proved);
  taken.codes = {};
  taken.is_packed = true;
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
      return completes(step) ? convolve(step, input, output) : 0;
    case LayerKind::kPool: {
      PoolShape shape = tile_pool(*descriptor_, step.pixels);
      shape.in.channels = input.first.shape().channels;
      output.put(descriptor_->has_table() ? look_up(input.first, input.second)
                                          : pool_tensor(shape, input.first, requant),
                 step.channel0);
      return 0;
    }
    case LayerKind::kAdd:
      output.put(pair_tensors(descriptor_->pair, input.first, input.second, requant),
                 step.channel0);
      return 0;
  }
  return 0;
}

std::uint64_t TileCompute::convolve(const Step& step, const InputTile& input, OutputTile& output) {
  const Descriptor& d = *descriptor_;
  const Channels channels = channels_of(step);
  const Weights& weights = kept_->at(channels.key());
  ConvShape shape = tile_conv(d, step.pixels);
  shape.groups = channels.groups;
  shape.in.channels = channels.groups * group_inputs(d);
  shape.out_channels = channels.last - channels.first;

  const bool in_parts = input_tiles_of_group(d) > 1;
  CodeTensor slice;
  const bool as_it_is = !in_parts && step.in1 - step.in0 == shape.in.channels;
  if (!as_it_is) {
    const InputRegion region = input_region(d, step.pixels);
    const InputRegion whole{0, region.y1 - region.y0, 0, region.x1 - region.x0};
    const int channel0 = channels.first / group_channels(d) * group_inputs(d);
    const int channel1 = channel0 + shape.in.channels;
    slice = in_parts ? take_region(maps_[static_cast<std::size_t>(step.pixels.image)], region,
                                   channel0, channel1)
                     : take_region(input.first, whole, channel0 - step.in0, channel1 - step.in0);
  }
  conv_fast(shape, as_it_is ? input.first : slice, weights.packed, accumulators_);
  output.put(requantize_tensor(accumulators_, shape.out(), d.requant, d.fused_pool, weights.scales,
                               weights.thresholds),
             channels.first);
  return accumulators_.overflowed;
}

}  // namespace dcnsim
