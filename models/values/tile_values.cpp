// SPDX-License-Identifier: Apache-2.0
#include "models/values/tile_values.h"

#include <algorithm>
#include <utility>

#include "models/arch/memory_layout.h"
#include "models/numeric/bitpack.h"
#include "models/values/map_runs.h"

namespace dcnsim {
namespace {

std::uint64_t load_bytes(const std::uint8_t* data, int bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= static_cast<std::uint64_t>(data[i]) << (8 * i);
  return value;
}

std::int64_t load_signed(const std::uint8_t* data, int bytes) {
  const std::uint64_t value = load_bytes(data, bytes);
  return bytes == 4 ? static_cast<std::int32_t>(static_cast<std::uint32_t>(value))
                    : static_cast<std::int64_t>(value);
}

}  // namespace

TileValues::TileValues(const AcceleratorConfig& config, Weights weights)
    : config_(config), in_memory_(weights), compute_(config.accumulator) {}

void TileValues::reset() {
  stored_ = 0;
  output_open_ = false;
  kept_.clear();
}

bool TileValues::begin(const Descriptor& descriptor, LayerCounters& counters,
                       KeptWeights::Layer& kept) {
  descriptor_ = descriptor;
  kept_weights_ = &kept;
  counters_ = &counters;
  stored_ = 0;
  output_open_ = false;
  const auto images = static_cast<std::size_t>(descriptor.images());
  if (descriptor.input_on_chip) {
    if (kept_.size() != images ||
        kept_.front().shape() != descriptor.input_slice.map(descriptor.input_shape()) ||
        kept_.front().format() != descriptor.input) {
      return false;
    }
    resident_ = std::move(kept_);
  }
  kept_.clear();
  if (descriptor.output_on_chip) {
    kept_.assign(images, CodeTensor(descriptor.output_shape(), descriptor.requant.out));
  }
  if (descriptor.input_on_chip && descriptor.kind == LayerKind::kConv) {
    const Shape out = descriptor.output_shape();
    const InputRegion region = input_region(descriptor, {0, out.height, 0, out.width});
    for (const CodeTensor& map : resident_) {
      count_input_zeros(
          take_slice(map, descriptor_.input_slice, region, 0, descriptor_.conv.in.channels));
    }
  }
  compute_.begin(descriptor_, kept.weights);
  return true;
}

void TileValues::tile_begun(TileKind kind, std::uint32_t number, const Step&, const Parts& parts,
                            std::uint64_t) {
  Staged& s = staged(kind, number);
  s.parts = parts;
  s.bytes.resize(total_bytes(parts));
  s.is_new = false;
  if (kind == TileKind::kOutput) pack_output(outputs_[number % 2], s);
}

void TileValues::tile_moved(TileKind kind, std::uint32_t number, const Step& step, std::uint64_t) {
  Staged& s = staged(kind, number);
  switch (kind) {
    case TileKind::kDescriptor:
      std::copy_n(s.bytes.begin(), descriptor_bytes_.size(), descriptor_bytes_.begin());
      return;
    case TileKind::kWeight:
      s.is_new = true;
      return;
    case TileKind::kInput:
      unpack_input(step, s, inputs_[number % 2]);
      return;
    case TileKind::kOutput:
      return;
  }
}

void TileValues::step_started(const RunningStep& running) {
  const Step& step = *running.step;
  InputTile& input = inputs_[running.input_tile % 2];
  if (step.load_input) {
    if (descriptor_.input_on_chip) {
      input.first = take_slice(resident_[static_cast<std::size_t>(step.pixels.image)],
                               descriptor_.input_slice, input_region(descriptor_, step.pixels),
                               step.in0, step.in1);
    }
    compute_.take_input(input, step);
  }
  if (step.load_weights) take_weights(step, staged(TileKind::kWeight, running.weight_tile));
  if (step.last_chunk && !output_open_) {
    output_ = {{}, step.pixels, step.store_channel0, step.store_channel1};
    output_open_ = true;
  }
  counters_->overflows += compute_.run(step, input, output_);
}

void TileValues::step_finished(const RunningStep& running) {
  if (!running.step->store) return;
  output_open_ = false;
  if (descriptor_.output_on_chip) {
    const auto image = static_cast<std::size_t>(output_.pixels.image);
    place_tile(std::move(output_), kept_[image]);
  } else {
    outputs_[stored_++ % 2] = std::move(output_);
  }
}

void TileValues::take_weights(const Step& step, Staged& from) {
  if (!std::exchange(from.is_new, false)) return;
  const auto take = [&](const KeptWeights::Chunk& chunk) {
    unpack_weights(chunk, weights_);
    compute_.take_weights(weights_, chunk.step);
  };
  if (in_memory_ == Weights::kStay) return take({step, from.parts, from.bytes});
  KeptWeights::Source& source = kept_weights_->sources[compute_.channels_of(step).key()];
  const bool begins = compute_.begins(step);
  if (begins) {
    source.same = 0;
    source.all_same = has_weights(step);
  }
  if (source.all_same && source.same < source.chunks.size() &&
      source.chunks[source.same].bytes == from.bytes) {
    ++source.same;
    return;
  }
  if (source.all_same || begins) {
    source.all_same = false;
    source.chunks.resize(source.same);
    for (const KeptWeights::Chunk& passed_over : source.chunks) take(passed_over);
  }
  source.chunks.push_back({step, from.parts, from.bytes});
  take(source.chunks.back());
}

void TileValues::unpack_weights(const KeptWeights::Chunk& from, WeightTile& tile) const {
  const Step& step = from.step;
  const Format& format = descriptor_.weight;
  const int bias_size = bias_bytes(config_.accumulator.bits);
  // A part has one block, or those of whole groups one behind the other.
  const int channels = step.channel1 - step.channel0;
  const int most = step.groups > 1 ? channels / step.groups : config_.array.columns;
  const auto steps = static_cast<std::size_t>(step.k1 - step.k0);
  tile.resize(static_cast<std::size_t>(ceil_div(channels, most)));
  for (std::size_t i = 0; i < tile.size(); ++i) {
    tile[i].channel0 = step.channel0 + static_cast<int>(i) * most;
    tile[i].channels = std::min(most, step.channel1 - tile[i].channel0);
    tile[i].bias.clear();
    tile[i].scales.clear();
    tile[i].thresholds.clear();
  }
  const std::uint8_t* bytes = from.bytes.data();
  std::size_t biases = 0, blocks = 0, parameters = 0;
  // Values of each channel, block by block.
  const auto take = [&](const Part& part, std::size_t& next, auto member, int of_channel, int size,
                        auto load) {
    const std::uint8_t* at = bytes;
    for (std::size_t left = part.codes; left > 0; ++next) {
      const auto block_channels = static_cast<std::size_t>(tile[next].channels);
      auto& values = tile[next].*member;
      values.resize(block_channels * static_cast<std::size_t>(of_channel));
      for (auto& value : values) {
        value = load(at, size);
        at += size;
      }
      left -= block_channels;
    }
  };
  const int multiplier_bits = config_.accumulator.multiplier_bits;
  const auto load_scale = [&](const std::uint8_t* data, int size) {
    const std::uint64_t value = load_bytes(data, size);
    // Of what a guest wrote, the bits that there are.
    const std::uint64_t mask = (std::uint64_t{1} << multiplier_bits) - 1;
    return Scale{static_cast<std::uint32_t>(value >> kScaleShiftBits & mask),
                 static_cast<int>(value & kMaxScaleShift)};
  };
  for (const Part& part : from.parts) {
    if (part.stream == Stream::kBias) {
      take(part, biases, &WeightBlock::bias, 1, bias_size, load_signed);
    } else if (part.stream == Stream::kParameter && descriptor_.requant.counts) {
      take(part, parameters, &WeightBlock::thresholds, descriptor_.requant.thresholds_a_channel(),
           bias_size, load_signed);
    } else if (part.stream == Stream::kParameter) {
      take(part, parameters, &WeightBlock::scales, descriptor_.requant.scales_a_channel(),
           parameter_bytes(multiplier_bits), load_scale);
    } else {
      std::size_t bit = part.skip_bits;
      for (std::size_t left = part.codes; left > 0; ++blocks) {
        WeightBlock& block = tile[blocks];
        const std::size_t codes = steps * static_cast<std::size_t>(block.channels);
        block.codes.resize(codes * static_cast<std::size_t>(format.host_bytes()));
        unpack_codes(bytes, bit, format, codes, block.codes.data());
        bit += codes * static_cast<std::size_t>(format.bits);
        left -= codes;
      }
    }
    bytes += part.bytes;
  }
}

void TileValues::unpack_input(const Step& step, const Staged& from, InputTile& tile) {
  const Descriptor& d = descriptor_;
  const InputRegion region = input_region(d, step.pixels);
  const Shape shape{region.y1 - region.y0, region.x1 - region.x0, step.in1 - step.in0};
  // Where it is written as a whole, it may be any of the same shape.
  const bool is_there =
      !d.input_slice.any() && tile.first.shape() == shape && tile.first.format() == d.input;
  if (!d.input_on_chip && !is_there) tile.first = CodeTensor(shape, d.input);
  if (d.kind == LayerKind::kAdd) {
    const bool is_pixel = d.pair == PairKind::kScaling;
    tile.second = CodeTensor(is_pixel ? Shape{1, 1, shape.channels} : shape, d.input2);
  }
  const std::uint8_t* bytes = from.bytes.data();
  std::size_t next = 0;
  const auto fill = [&](CodeTensor& map, const InputSlice& slice) {
    const ChannelRange channels = map_channels(d, slice, step);
    const int first = channels.first + slice.zeros_before - step.in0;
    const auto last = static_cast<std::size_t>(first + channels.count());
    RunPlace place{0, static_cast<std::size_t>(first)};
    for (; next < from.parts.size() && place.channel < last; ++next) {
      unpack_run(from.parts[next], bytes, place, map);
      bytes += from.parts[next].bytes;
    }
  };
  if (!d.input_on_chip) fill(tile.first, d.input_slice);
  if (d.kind == LayerKind::kAdd) fill(tile.second, d.input2_slice);
  if (d.has_table()) {
    tile.second = CodeTensor({1, 1, table_entries(d.input)}, d.requant.out);
    unpack_codes(bytes, 0, d.requant.out, tile.second.size(), tile.second.data());
  }
  if (d.kind == LayerKind::kConv) count_input_zeros(tile.first);
}

/// Codes 0 of the map alone.
void TileValues::count_input_zeros(const CodeTensor& input) {
  const Shape& shape = input.shape();
  const InputSlice& slice = descriptor_.input_slice;
  const bool made_are_0 = descriptor_.input.zero_point == 0;
  const int made = made_are_0 ? slice.zeros_before + slice.zeros_after : 0;
  counters_->input_zeros += count_zeros(input) - Shape{shape.height, shape.width, made}.elements();
}

void TileValues::pack_output(const OutputTile& tile, Staged& to) const {
  std::fill(to.bytes.begin(), to.bytes.end(), std::uint8_t{0});
  std::uint8_t* bytes = to.bytes.data();
  RunPlace place;
  for (const Part& part : to.parts) {
    pack_run(part, tile.codes, place, bytes);
    bytes += part.bytes;
  }
}

}  // namespace dcnsim
