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

/// Bits [first_bit, last_bit) after a bus-aligned address, in which there are `count` codes of
/// `code_bits`.
Part part_between(Stream stream, std::uint64_t base, std::int64_t first_bit, std::int64_t last_bit,
                  std::int64_t count, int code_bits, int bus_bytes, const BufferConfig& buffer) {
  const std::int64_t start = align_down(first_bit, std::int64_t{8} * bus_bytes);
  Part part;
  part.stream = stream;
  part.address = base + static_cast<std::uint64_t>(start / 8);
  part.bytes = static_cast<std::uint32_t>(bus_bytes_of(first_bit, last_bit, bus_bytes));
  part.skip_bits = static_cast<std::uint32_t>(first_bit - start);
  part.codes = static_cast<std::uint32_t>(count);
  part.buffer_words = buffer_words(count * code_bits, buffer);
  return part;
}

/// `count` codes of `code_bits` that start `first_bit` bits after a bus-aligned address.
Part part_of(Stream stream, std::uint64_t base, std::int64_t first_bit, std::int64_t count,
             int code_bits, int bus_bytes, const BufferConfig& buffer) {
  return part_between(stream, base, first_bit, first_bit + count * code_bits, count, code_bits,
                      bus_bytes, buffer);
}

/// Rows or columns of a map, each `step` behind the one before.
struct Steps {
  int first, count, step = 1;
  int operator[](int i) const { return first + i * step; }
};
struct Region {
  Steps rows, columns;
};

/// Channels [channel0, channel1) of `region`.
void map_parts(Stream stream, const MapLayout& layout, std::uint64_t base, const Region& region,
               int channel0, int channel1, int bus_bytes, const BufferConfig& buffer,
               Parts& parts) {
  for (int channel = channel0; channel < channel1;) {
    const MapPlane plane = layout.plane(channel);
    const int channels = std::min(channel1, plane.channel1) - channel;
    const bool whole = channels == plane.channels();
    const auto& [rows, columns] = region;
    const int run_pixels = whole ? columns.count : 1;
    const bool joined = whole && layout.joins_rows() && rows.step == 1 && columns.step == 1 &&
                        run_pixels == layout.shape().width;
    const int run_rows = joined ? rows.count : 1;
    for (int i = 0; i < rows.count; i += run_rows) {
      const std::int64_t row = plane.offset + rows[i] * plane.row_pitch;
      for (int j = 0; j < columns.count; j += run_pixels) {
        const int x = columns[j];
        const auto bit_of = [&](int column, int in_plane) {
          return layout.column_bit(plane.channels(), column) +
                 std::int64_t{in_plane - plane.channel0} * layout.bits();
        };
        Part part =
            part_between(stream, base + u64(row), bit_of(x, channel),
                         bit_of(columns[j + run_pixels - 1], channel + channels),
                         std::int64_t{run_pixels} * channels, layout.bits(), bus_bytes, buffer);
        part.channels = static_cast<std::uint32_t>(channels);
        part.rows = static_cast<std::uint32_t>(run_rows);
        part.pixel_step = static_cast<std::uint32_t>(columns.step);
        part.strip = static_cast<std::uint32_t>(layout.strip());
        part.strip_pixel = static_cast<std::uint32_t>(x % layout.strip());
        part.strip_bytes = static_cast<std::uint32_t>(plane.strip_pitch);
        for (std::uint32_t Part::*each : {&Part::bytes, &Part::codes, &Part::buffer_words}) {
          part.*each *= part.rows;
        }
        parts.push_back(part);
      }
    }
    channel += channels;
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
      if (step.last_chunk && place.parameter_bytes > 0) {
        parts.push_back(part_of(Stream::kParameter, address, 0, block.size,
                                8 * parameter_bytes(d, config), bus, config.weight_buffer));
        address += u64(place.parameter_bytes);
      }
    }
  }
}

void input_parts(const Descriptor& d, const AcceleratorConfig& config, const Step& step,
                 Parts& parts) {
  parts.clear();
  const int bus = config.dma.bus_bytes;
  const InputRegion region = input_region(d, step.pixels);
  const std::uint64_t images_before = u64(step.pixels.image) * d.batch_stride;
  const auto load = [&](const InputRegion& in, const MapLayout& layout, const InputSlice& slice,
                        std::uint64_t address) {
    const Region of_input{{slice.row_of(in.y0), in.y1 - in.y0, slice.row_step()},
                          {slice.column_of(in.x0), in.x1 - in.x0, slice.column_step()}};
    const ChannelRange of_map = map_channels(d, slice, step);
    map_parts(Stream::kInput, layout, address + images_before, of_input, of_map.first, of_map.last,
              bus, config.input_buffer, parts);
  };
  if (!d.input_on_chip) load(region, input_layout(d, bus), d.input_slice, d.input_address);
  if (d.kind == LayerKind::kAdd) {
    load(second_region(d, region), input2_layout(d, bus), d.input2_slice, d.input2_address);
  }
  if (d.has_table()) {
    parts.push_back(part_of(Stream::kInput, d.weight_address, 0, table_entries(d.input),
                            d.requant.out.bits, bus, config.input_buffer));
  }
}

void output_parts(const Descriptor& d, const AcceleratorConfig& config, const Step& step,
                  Parts& parts) {
  parts.clear();
  const int bus = config.dma.bus_bytes;
  const PixelTile& tile = step.pixels;
  map_parts(Stream::kOutput, output_layout(d, bus),
            d.output_address + u64(tile.image) * d.batch_stride,
            {{tile.y0, tile.y1 - tile.y0}, {tile.x0, tile.x1 - tile.x0}}, step.store_channel0,
            step.store_channel1, bus, config.output_buffer, parts);
}

std::uint64_t total_bytes(const Parts& parts) {
  std::uint64_t bytes = 0;
  for (const Part& part : parts) bytes += part.bytes;
  return bytes;
}

}  // namespace dcnsim
