// SPDX-License-Identifier: Apache-2.0
#include "models/perf/transfers.h"

#include <algorithm>

#include "models/arch/memory_layout.h"
#include "models/base/integer.h"
#include "models/perf/weight_layout.h"

namespace dcnsim {
namespace {

std::uint32_t buffer_words(std::int64_t bits, const BufferConfig& buffer) {
  return static_cast<std::uint32_t>((bits + buffer.word_bits - 1) / buffer.word_bits);
}

/// `count` codes of `code_bits` that start `first_bit` bits after a bus-aligned address.
Part part_of(Stream stream, std::uint64_t base, std::int64_t first_bit, std::int64_t count,
             int code_bits, int bus_bytes, const BufferConfig& buffer) {
  const std::int64_t bits = count * code_bits;
  const std::int64_t start = align_down(first_bit, std::int64_t{8} * bus_bytes);
  Part part;
  part.stream = stream;
  part.address = base + static_cast<std::uint64_t>(start / 8);
  part.bytes = static_cast<std::uint32_t>(bus_bytes_of(first_bit, first_bit + bits, bus_bytes));
  part.skip_bits = static_cast<std::uint32_t>(first_bit - start);
  part.codes = static_cast<std::uint32_t>(count);
  part.buffer_words = buffer_words(bits, buffer);
  return part;
}

void region_parts(const Descriptor& d, const AcceleratorConfig& config, const InputRegion& region,
                  const Format& format, std::uint64_t base, Parts& parts) {
  const Shape map = d.input_shape();
  const int bus = config.dma.bus_bytes;
  const std::int64_t pitch = row_pitch_bytes(map, format.bits, bus);
  const std::int64_t codes = std::int64_t{region.x1 - region.x0} * map.channels;
  if (codes == 0) return;
  for (int y = region.y0; y < region.y1; ++y) {
    parts.push_back(part_of(Stream::kInput, base + static_cast<std::uint64_t>(y * pitch),
                            std::int64_t{region.x0} * map.channels * format.bits, codes,
                            format.bits, bus, config.input_buffer));
  }
}

}  // namespace

void weight_parts(const Descriptor& d, const AcceleratorConfig& config, const Step& step,
                  Parts& parts) {
  parts.clear();
  const WeightLayout layout(d, config);
  const int bus = config.dma.bus_bytes;
  const int steps = step.k1 - step.k0;
  std::uint64_t address = d.weight_address + u64(layout.offset(step));
  for (const EqualTiles& block :
       layout.blocks((step.channel1 - step.channel0) / step.groups, step.groups)) {
    const WeightBlockLayout place = layout.block(block.size, steps);
    for (std::uint64_t i = 0; i < block.count; ++i) {
      if (step.first_chunk) {
        parts.push_back(part_of(Stream::kBias, address, 0, block.size,
                                8 * bias_bytes(config.accumulator.bits), bus,
                                config.weight_buffer));
        address += u64(place.bias_bytes);
      }
      parts.push_back(part_of(Stream::kWeight, address, 0, std::int64_t{steps} * block.size,
                              d.weight.bits, bus, config.weight_buffer));
      address += u64(place.weight_bytes);
    }
  }
}

void input_parts(const Descriptor& d, const AcceleratorConfig& config, const Step& step,
                 Parts& parts) {
  parts.clear();
  const InputRegion region = input_region(d, step.pixels);
  if (!d.input_on_chip) region_parts(d, config, region, d.input, d.input_address, parts);
  if (d.kind == LayerKind::kAdd) {
    region_parts(d, config, region, d.input2, d.input2_address, parts);
  }
}

void output_parts(const Descriptor& d, const AcceleratorConfig& config, const Step& step,
                  Parts& parts) {
  parts.clear();
  const Shape map = d.output_shape();
  const int bits = d.requant.out.bits;
  const int bus = config.dma.bus_bytes;
  const std::int64_t pitch = row_pitch_bytes(map, bits, bus);
  const int channels = step.store_channel1 - step.store_channel0;
  const PixelTile& tile = step.pixels;
  const bool whole_pixels = channels == map.channels;
  const int run_pixels = whole_pixels ? tile.x1 - tile.x0 : 1;
  for (int y = tile.y0; y < tile.y1; ++y) {
    for (int x = tile.x0; x < tile.x1; x += run_pixels) {
      const std::int64_t first = std::int64_t{x} * map.channels + step.store_channel0;
      parts.push_back(part_of(
          Stream::kOutput, d.output_address + static_cast<std::uint64_t>(y * pitch), first * bits,
          std::int64_t{run_pixels} * channels, bits, bus, config.output_buffer));
    }
  }
}

std::uint64_t total_bytes(const Parts& parts) {
  std::uint64_t bytes = 0;
  for (const Part& part : parts) bytes += part.bytes;
  return bytes;
}

}  // namespace dcnsim
