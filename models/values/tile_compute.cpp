// SPDX-License-Identifier: Apache-2.0
#include "models/values/tile_compute.h"

#include <cstring>

namespace dcnsim {
namespace {

/// Channels [channel0, channel0 + channels) of `map`.
CodeTensor slice_channels(const CodeTensor& map, int channel0, int channels) {
  const Shape shape = map.shape();
  CodeTensor out({shape.height, shape.width, channels}, map.format());
  const auto unit = static_cast<std::size_t>(map.format().host_bytes());
  const std::size_t pixels = shape.elements() / static_cast<std::size_t>(shape.channels);
  const std::size_t from_stride = static_cast<std::size_t>(shape.channels) * unit;
  const std::size_t to_stride = static_cast<std::size_t>(channels) * unit;
  const std::uint8_t* from = map.data() + static_cast<std::size_t>(channel0) * unit;
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    std::memcpy(out.data() + pixel * to_stride, from + pixel * from_stride, to_stride);
  }
  return out;
}

/// The inverse: writes `part` over channels [channel0, ...) of `map`.
void merge_channels(const CodeTensor& part, int channel0, CodeTensor& map) {
  const auto unit = static_cast<std::size_t>(map.format().host_bytes());
  const std::size_t pixels = part.size() / static_cast<std::size_t>(part.shape().channels);
  const std::size_t from_stride = static_cast<std::size_t>(part.shape().channels) * unit;
  const std::size_t to_stride = static_cast<std::size_t>(map.shape().channels) * unit;
  std::uint8_t* to = map.data() + static_cast<std::size_t>(channel0) * unit;
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    std::memcpy(to + pixel * to_stride, part.data() + pixel * from_stride, from_stride);
  }
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

CodeTensor take_region(const CodeTensor& map, const InputRegion& region) {
  const Shape shape{region.y1 - region.y0, region.x1 - region.x0, map.shape().channels};
  CodeTensor part(shape, map.format());
  const auto unit = static_cast<std::size_t>(map.format().host_bytes());
  const std::size_t row_bytes =
      static_cast<std::size_t>(shape.width) * static_cast<std::size_t>(shape.channels) * unit;
  for (int y = 0; y < shape.height; ++y) {
    std::memcpy(part.data() + part.index(y, 0, 0) * unit,
                map.data() + map.index(region.y0 + y, region.x0, 0) * unit, row_bytes);
  }
  return part;
}

void TileCompute::take_weights(const WeightTile& tile, const Step& step) {
  block_count_ = tile.size();
  if (blocks_.size() < block_count_) blocks_.resize(block_count_);
  ConvShape shape = descriptor_->conv;
  shape.in.channels /= shape.groups;
  shape.groups = 1;
  for (std::size_t i = 0; i < block_count_; ++i) {
    const WeightBlock& part = tile[i];
    Block& block = blocks_[i];
    if (step.first_chunk) {
      block.channel0 = part.channel0;
      block.channels = part.channels;
      block.bias = part.bias;
      block.codes.clear();
    }
    const bool whole = step.first_chunk && step.last_chunk;
    if (!whole) block.codes.insert(block.codes.end(), part.codes.begin(), part.codes.end());
    if (!step.last_chunk) continue;
    shape.out_channels = block.channels;
    block.weights.repack_k_major(shape, descriptor_->weight, descriptor_->input,
                                 (whole ? part.codes : block.codes).data(), block.bias,
                                 accumulator_, descriptor_->proved);
  }
}

std::uint64_t TileCompute::run(const Step& step, const InputTile& input, OutputTile& output) {
  switch (descriptor_->kind) {
    case LayerKind::kConv:
      return step.last_chunk ? convolve(step, input, output) : 0;
    case LayerKind::kPool:
      output.codes =
          pool_tensor(tile_pool(*descriptor_, step.pixels), input.first, descriptor_->requant);
      return 0;
    case LayerKind::kAdd:
      output.codes = add_tensors(input.first, input.second, descriptor_->requant);
      return 0;
  }
  return 0;
}

std::uint64_t TileCompute::convolve(const Step& step, const InputTile& input, OutputTile& output) {
  const int groups = descriptor_->conv.groups;
  const int group_inputs = descriptor_->conv.in.channels / groups;
  const int group_outputs = descriptor_->conv.out_channels / groups;
  ConvShape shape = tile_conv(*descriptor_, step.pixels);
  shape.in.channels = group_inputs;
  shape.groups = 1;
  CodeTensor slice;
  if (groups > 1) {
    slice = slice_channels(input.first, step.channel0 / group_outputs * group_inputs, group_inputs);
  }
  const CodeTensor& operand = groups > 1 ? slice : input.first;

  std::uint64_t overflows = 0;
  for (std::size_t i = 0; i < block_count_; ++i) {
    const Block& block = blocks_[i];
    shape.out_channels = block.channels;
    conv_fast(shape, operand, block.weights, accumulators_);
    overflows += accumulators_.overflowed;
    const CodeTensor codes = requantize_tensor(accumulators_, shape.out(), descriptor_->requant,
                                               descriptor_->fused_pool);
    merge_channels(codes, block.channel0 - output.channel0, output.codes);
  }
  return overflows;
}

}  // namespace dcnsim
