// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/machine/memory_runs.h"

#include <algorithm>

namespace dcnsim::oracle {
namespace {

/// `codes` of `bits` that begin `skipped` bits after `base`, which lies on a bus word.
Run run_of(Stream stream, Int base, Int skipped, Int codes, Int bits, Int bus_bytes,
           const BufferConfig& buffer) {
  const Int bus_bits = 8 * bus_bytes;
  const Int first_word = skipped / bus_bits;
  const Int last_word = (skipped + codes * bits - 1) / bus_bits;
  return {stream, base + first_word * bus_bytes, (last_word - first_word + 1) * bus_bytes, codes,
          pieces(codes * bits, buffer.word_bits)};
}

Int whole_bus_words(Int bits, Int bus_bytes) { return pieces(bits, 8 * bus_bytes) * bus_bytes; }

/// Where the map of a later image of the batch begins.
std::uint64_t of_image(const Descriptor& layer, const Step& step, std::uint64_t first) {
  for (int before = 0; before < step.image; ++before) first += layer.batch_stride;
  return first;
}

/// A map in memory.
struct Map {
  std::uint64_t address = 0;
  int rows = 1, columns = 1, channels = 1;
  int segment = 0, strip = 0;
  Int bits = 8;
};

/// Bits from the start of a row of a plane to column x, or to the end of the row.
Int column_bit(const Map& map, int x, Int pixel_bits, Int bus) {
  Int bits = 0;
  for (const Range& strip : cut({0, map.columns}, map.strip == 0 ? map.columns : map.strip)) {
    if (x < strip.last) return bits + (x - strip.first) * pixel_bits;
    bits += 8 * whole_bus_words(strip.size() * pixel_bits, bus);
  }
  return bits;
}

std::vector<int> all_of(const Range& range) {
  std::vector<int> all;
  for (int i = range.first; i < range.last; ++i) all.push_back(i);
  return all;
}

/// Channels of rows and columns of a map: from the first to the last column a row of a plane that
/// it has all channels of is a run, else a pixel; whole rows of a map with segments or strips, one
/// behind the other, are one run together.
void add_map(Runs& runs, Stream stream, const Map& map, const std::vector<int>& rows,
             const std::vector<int>& columns, const Range& channels, Int bus,
             const BufferConfig& buffer, bool is_strided = false) {
  Int base = static_cast<Int>(map.address);
  for (const Range& plane : planes(map.channels, map.segment)) {
    const Int pixel_bits = plane.size() * map.bits;
    const Int row_bytes = column_bit(map, map.columns, pixel_bits, bus) / 8;
    const Range wanted{std::max(plane.first, channels.first), std::min(plane.last, channels.last)};
    if (wanted.first < wanted.last) {
      const std::size_t pixels = wanted == plane ? columns.size() : 1;
      Runs of_plane;
      for (const int y : rows) {
        for (std::size_t i = 0; i < columns.size(); i += pixels) {
          const Int first = column_bit(map, columns[i], pixel_bits, bus) +
                            (wanted.first - plane.first) * map.bits;
          const Int last = column_bit(map, columns[i + pixels - 1], pixel_bits, bus) +
                           (wanted.last - plane.first) * map.bits;
          Run run = run_of(stream, base + y * row_bytes, first, last - first, 1, bus, buffer);
          run.codes = static_cast<Int>(pixels) * wanted.size();
          run.buffer_words = pieces(run.codes * map.bits, buffer.word_bits);
          of_plane.push_back(run);
        }
      }
      const bool joins = (map.segment != 0 || map.strip != 0) && !is_strided;
      const bool is_whole = columns.size() == static_cast<std::size_t>(map.columns);
      if (joins && wanted == plane && is_whole && !of_plane.empty()) {
        Run all = of_plane.front();
        all.bytes = all.codes = all.buffer_words = 0;
        for (const Run& row : of_plane) {
          all.bytes += row.bytes;
          all.codes += row.codes;
          all.buffer_words += row.buffer_words;
        }
        of_plane = {all};
      }
      runs.insert(runs.end(), of_plane.begin(), of_plane.end());
    }
    base += map.rows * row_bytes;
  }
}

}  // namespace

Int parameter_bits(const Descriptor& layer, const AcceleratorConfig& machine) {
  const Requant& to = layer.requant;
  if (to.counts) {
    // One for each code that comes out but the least.
    const Int least = std::max<Int>(to.out.min_code() + to.clamp_low, to.relu ? 0 : INT32_MIN);
    const Int greatest = to.out.max_code() - to.clamp_high;
    return (greatest - least) * (machine.accumulator.bits > 32 ? 64 : 32);
  }
  if (layer.kind != LayerKind::kConv || !layer.requant.multiplies) return 0;
  return (layer.requant.leaky ? 2 : 1) * 8 * pieces(machine.accumulator.multiplier_bits + 6, 8);
}

Runs weight_runs(const Descriptor& layer, const AcceleratorConfig& machine, const Step& step) {
  const Int bus = machine.dma.bus_bytes;
  const Int bias_bits = machine.accumulator.bits > 32 ? 64 : 32;
  Int address = static_cast<Int>(layer.weight_address);
  for (const Step& tile : weight_tiles(layer)) {
    const bool first_chunk = tile.group_inputs.first == 0 && tile.reduction.first == 0;
    const bool last_chunk =
        tile.group_inputs.last == layer.conv.in.channels / layer.conv.groups &&
        tile.reduction.last == layer.conv.kernel_h * layer.conv.kernel_w * tile.group_inputs.size();
    Runs runs;
    const auto add = [&](Stream stream, Int codes, Int bits) {
      runs.push_back(run_of(stream, address, 0, codes, bits, bus, machine.weight_buffer));
      address += runs.back().bytes;
    };
    // Whole groups are one block.
    const int width = tile.groups > 1 ? tile.channels.size() : machine.array.columns;
    for (const Range& block : cut(tile.channels, width)) {
      if (first_chunk) add(Stream::kBias, block.size(), bias_bits);
      add(Stream::kWeight, Int{tile.reduction.size()} * block.size(), layer.weight.bits);
      if (last_chunk && (layer.requant.multiplies || layer.requant.counts)) {
        add(Stream::kParameter, block.size(), parameter_bits(layer, machine));
      }
    }
    if (tile.channels == step.channels && tile.group_inputs == step.group_inputs &&
        tile.reduction == step.reduction) {
      return runs;
    }
  }
  return {};
}

Runs input_runs(const Descriptor& layer, const AcceleratorConfig& machine, const Step& step) {
  const Geometry g(layer);
  Runs runs;
  const auto add = [&](std::uint64_t address, int segment, int strip, const Format& format,
                       const InputSlice& slice, bool is_pixel) {
    const int step_h = std::max(slice.stride_h, 1), step_w = std::max(slice.stride_w, 1);
    const int height = slice.height > 0 ? slice.height : is_pixel ? 1 : g.rows.extent;
    const int width = slice.width > 0 ? slice.width : is_pixel ? 1 : g.columns.extent;
    const int channels = g.in_channels - slice.zeros_before - slice.zeros_after;
    std::vector<int> rows, columns;
    const Range one{0, 1};
    for (const int y : all_of(is_pixel ? one : g.rows.inputs(step.rows))) {
      rows.push_back(slice.row + y * step_h);
    }
    for (const int x : all_of(is_pixel ? one : g.columns.inputs(step.columns))) {
      columns.push_back(slice.column + x * step_w);
    }
    add_map(runs, Stream::kInput,
            {of_image(layer, step, address), height, width, channels, segment, strip, format.bits},
            rows, columns, real_channels(slice, g.in_channels, step.in_channels),
            machine.dma.bus_bytes, machine.input_buffer, step_h > 1 || step_w > 1);
  };
  if (!layer.input_on_chip) {
    add(layer.input_address, layer.input_segment, layer.input_strip, layer.input, layer.input_slice,
        false);
  }
  if (layer.kind == LayerKind::kAdd) {
    add(layer.input2_address, layer.input2_segment, layer.input2_strip, layer.input2,
        layer.input2_slice, has_one_pixel(layer));
  }
  if (has_table(layer)) {
    runs.push_back(run_of(Stream::kInput, static_cast<Int>(layer.weight_address), 0,
                          Int{1} << layer.input.bits, layer.requant.out.bits, machine.dma.bus_bytes,
                          machine.input_buffer));
  }
  return runs;
}

bool has_one_pixel(const Descriptor& layer) {
  return layer.kind == LayerKind::kAdd && layer.pair == PairKind::kScaling;
}

bool has_table(const Descriptor& layer) {
  return layer.kind == LayerKind::kPool && layer.pool.kind == PoolKind::kTable;
}

Runs output_runs(const Descriptor& layer, const AcceleratorConfig& machine, const Step& step) {
  const Geometry g(layer);
  Runs runs;
  add_map(runs, Stream::kOutput,
          {of_image(layer, step, layer.output_address), g.rows.outputs(), g.columns.outputs(),
           g.out_channels, layer.output_segment, layer.output_strip, layer.requant.out.bits},
          all_of(step.rows), all_of(step.columns), step.stored_channels, machine.dma.bus_bytes,
          machine.output_buffer);
  return runs;
}

Range real_channels(const InputSlice& slice, int channels, const Range& wanted) {
  Range real{channels, 0};
  for (int c = wanted.first; c < wanted.last; ++c) {
    if (c < slice.zeros_before || c >= channels - slice.zeros_after) continue;
    real.first = std::min(real.first, c - slice.zeros_before);
    real.last = std::max(real.last, c - slice.zeros_before + 1);
  }
  return real;
}

Runs descriptor_runs(Int address) { return {{Stream::kDescriptor, address, 256, 0, 0}}; }

Int bytes_of(const Runs& runs) {
  Int bytes = 0;
  for (const Run& run : runs) bytes += run.bytes;
  return bytes;
}

std::vector<Burst> bursts_of(const Runs& runs, Int max_burst_bytes) {
  std::vector<Burst> bursts;
  for (const Run& run : runs) {
    const Int end = run.address + run.bytes;
    for (Int at = run.address; at < end;) {
      Int size = 1;
      while (at % (2 * size) == 0 && at + 2 * size <= end && 2 * size <= max_burst_bytes) size *= 2;
      bursts.push_back({run.stream, at, size});
      at += size;
    }
  }
  return bursts;
}

}  // namespace dcnsim::oracle
