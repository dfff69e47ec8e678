// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/tile_loader.h"

#include <algorithm>

#include "models/arch/memory_layout.h"
#include "models/numeric/bitpack.h"

namespace dcnsim {
namespace {

std::uint64_t words(std::int64_t bits, const BufferConfig& buffer) {
  return static_cast<std::uint64_t>((bits + buffer.word_bits - 1) / buffer.word_bits);
}

std::int64_t load_signed(const std::uint8_t* data, int bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= static_cast<std::uint64_t>(data[i]) << (8 * i);
  return bytes == 4 ? static_cast<std::int32_t>(static_cast<std::uint32_t>(value))
                    : static_cast<std::int64_t>(value);
}

}  // namespace

TileLoader::TileLoader(const sc_core::sc_module_name& name, const AcceleratorConfig& config,
                       Dma& dma)
    : sc_module(name), config_(config), dma_(dma), start_("start") {
  SC_HAS_PROCESS(TileLoader);
  SC_THREAD(run);
  process_ = sc_core::sc_get_current_process_handle();
}

void TileLoader::start(const LayerJob& job, LayerCounters& counters) {
  job_ = &job;
  counters_ = &counters;
  const BufferNeed need = buffer_need(job.descriptor, config_);
  inputs.reset(slots(config_.input_buffer, need.input_available));
  weights.reset(slots(config_.weight_buffer, need.weight_available));
  start_.notify(sc_core::SC_ZERO_TIME);
}

void TileLoader::reset() {
  start_.cancel();
  process_.reset();
  inputs.reset(1);
  weights.reset(1);
}

void TileLoader::run() {
  while (true) {
    sc_core::wait(start_);
    for (const Step& step : job_->steps) {
      if (step.load_weights) load_weights(step);
      if (step.load_input) load_input(step);
    }
  }
}

std::size_t TileLoader::read_bits(Stream stream, std::uint64_t address, std::int64_t first_bit,
                                  std::int64_t last_bit, std::vector<std::uint8_t>& bytes,
                                  sc_core::sc_time& done) {
  const std::int64_t word_bits = std::int64_t{8} * config_.dma.bus_bytes;
  const std::int64_t start_bit = align_down(first_bit, word_bits);
  const std::int64_t count = bus_bytes_of(first_bit, last_bit, config_.dma.bus_bytes);
  bytes.resize(std::max(bytes.size(), static_cast<std::size_t>(count)));
  done = std::max(done, dma_.read(stream, address + static_cast<std::uint64_t>(start_bit / 8),
                                  static_cast<std::uint64_t>(count), bytes.data()));
  return static_cast<std::size_t>(first_bit - start_bit);
}

void TileLoader::load_weights(const Step& step) {
  weights.acquire();
  const Descriptor& d = job_->descriptor;
  const int bus = config_.dma.bus_bytes;
  const int reduction = d.conv.reduction();
  const int bias_size = bias_bytes(config_.accumulator.bits);
  const int group_outputs = d.conv.out_channels / d.conv.groups;
  const auto layout_of = [&](int channels) {
    return weight_block_layout(reduction, channels, d.weight.bits, config_.accumulator.bits, bus);
  };
  // Blocks before channel0: whole groups, then whole array widths of this group.
  const int columns = config_.array.columns;
  const auto blocks_bytes = [&](int channels) {
    const std::int64_t whole = channels / columns * layout_of(columns).total();
    return channels % columns == 0 ? whole : whole + layout_of(channels % columns).total();
  };
  const int group = step.channel0 / group_outputs;
  std::uint64_t address =
      d.weight_address +
      static_cast<std::uint64_t>(group * blocks_bytes(group_outputs) +
                                 blocks_bytes(step.channel0 - group * group_outputs));

  WeightTile tile;
  sc_core::sc_time done = sc_core::sc_time_stamp();
  for (int channel = step.channel0; channel < step.channel1; channel += columns) {
    WeightBlock block;
    block.channel0 = channel;
    block.channels = std::min(columns, step.channel1 - channel);
    block.k0 = step.k0;
    block.k1 = step.k1;
    const WeightBlockLayout layout = layout_of(block.channels);
    if (step.first_chunk) {
      read_bits(Stream::kBias, address, 0, layout.bias_bytes * 8, staging_, done);
      for (int c = 0; c < block.channels; ++c) {
        block.bias.push_back(load_signed(staging_.data() + c * bias_size, bias_size));
      }
      counters_->weight_buffer.writes +=
          words(std::int64_t{block.channels} * bias_size * 8, config_.weight_buffer);
    }
    const std::int64_t k_bits = std::int64_t{block.channels} * d.weight.bits;
    const auto count =
        static_cast<std::size_t>(step.k1 - step.k0) * static_cast<std::size_t>(block.channels);
    // Chunks start on bus words, so that codes of whole bytes lie in memory as the array takes
    // them.
    const bool as_packed = d.weight.bits == 8 * d.weight.host_bytes();
    std::vector<std::uint8_t>& packed = as_packed ? block.codes : staging_;
    const std::size_t skip =
        read_bits(Stream::kWeight, address + static_cast<std::uint64_t>(layout.bias_bytes),
                  step.k0 * k_bits, step.k1 * k_bits, packed, done);
    block.codes.resize(count * static_cast<std::size_t>(d.weight.host_bytes()));
    if (!as_packed) unpack_codes(staging_.data(), skip, d.weight, count, block.codes.data());
    counters_->weight_buffer.writes += words((step.k1 - step.k0) * k_bits, config_.weight_buffer);
    address += static_cast<std::uint64_t>(layout.total());
    tile.push_back(std::move(block));
  }
  weights.publish(std::move(tile), done);
}

void TileLoader::load_input(const Step& step) {
  inputs.acquire();
  const Descriptor& d = job_->descriptor;
  const InputRegion region = input_region(d, step.pixels);
  InputTile tile;
  sc_core::sc_time done = load_map(region, d.input, d.input_address, tile.first);
  if (d.kind == LayerKind::kConv) {
    counters_->input_codes += tile.first.size();
    counters_->input_zeros += count_zeros(tile.first);
  }
  if (d.kind == LayerKind::kAdd) {
    done = std::max(done, load_map(region, d.input2, d.input2_address, tile.second));
  }
  inputs.publish(std::move(tile), done);
}

sc_core::sc_time TileLoader::load_map(const InputRegion& region, const Format& format,
                                      std::uint64_t base_address, CodeTensor& tile) {
  const Shape map = job_->descriptor.input_shape();
  tile = CodeTensor({region.y1 - region.y0, region.x1 - region.x0, map.channels}, format);
  const std::int64_t pixel_bits = std::int64_t{map.channels} * format.bits;
  const std::int64_t pitch = row_pitch_bytes(map, format.bits, config_.dma.bus_bytes);
  const auto row_codes =
      static_cast<std::size_t>(region.x1 - region.x0) * static_cast<std::size_t>(map.channels);
  const std::size_t row_bytes = row_codes * static_cast<std::size_t>(format.host_bytes());
  const std::int64_t row_bits = (region.x1 - region.x0) * pixel_bits;
  sc_core::sc_time done = sc_core::sc_time_stamp();
  for (int y = region.y0; y < region.y1; ++y) {
    const std::size_t skip =
        read_bits(Stream::kInput, base_address + static_cast<std::uint64_t>(y * pitch),
                  region.x0 * pixel_bits, region.x1 * pixel_bits, staging_, done);
    unpack_codes(staging_.data(), skip, format, row_codes,
                 tile.data() + static_cast<std::size_t>(y - region.y0) * row_bytes);
    counters_->input_buffer.writes += words(row_bits, config_.input_buffer);
  }
  return done;
}

}  // namespace dcnsim
