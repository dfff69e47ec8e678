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

void add_operand(Runs& runs, const Descriptor& layer, const AcceleratorConfig& machine,
                 const Step& step, const Format& format, std::uint64_t address) {
  const Geometry g(layer);
  const Int bus = machine.dma.bus_bytes;
  const Int pixel_bits = Int{g.in_channels} * format.bits;
  const Int row_bytes = whole_bus_words(g.columns.extent * pixel_bits, bus);
  const Range columns = g.columns.inputs(step.columns);
  const Range rows = g.rows.inputs(step.rows);
  for (int y = rows.first; y < rows.last; ++y) {
    runs.push_back(run_of(Stream::kInput, static_cast<Int>(address) + y * row_bytes,
                          columns.first * pixel_bits, Int{columns.size()} * g.in_channels,
                          format.bits, bus, machine.input_buffer));
  }
}

}  // namespace

Runs weight_runs(const Descriptor& layer, const AcceleratorConfig& machine, const Step& step) {
  const Int bus = machine.dma.bus_bytes;
  const Int bias_bits = machine.accumulator.bits > 32 ? 64 : 32;
  Int address = static_cast<Int>(layer.weight_address);
  for (const Step& tile : weight_tiles(layer)) {
    const bool first_chunk = tile.group_inputs.first == 0 && tile.reduction.first == 0;
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
    }
    if (tile.channels == step.channels && tile.group_inputs == step.group_inputs &&
        tile.reduction == step.reduction) {
      return runs;
    }
  }
  return {};
}

Runs input_runs(const Descriptor& layer, const AcceleratorConfig& machine, const Step& step) {
  Runs runs;
  if (!layer.input_on_chip) {
    add_operand(runs, layer, machine, step, layer.input, layer.input_address);
  }
  if (layer.kind == LayerKind::kAdd) {
    add_operand(runs, layer, machine, step, layer.input2, layer.input2_address);
  }
  return runs;
}

Runs output_runs(const Descriptor& layer, const AcceleratorConfig& machine, const Step& step) {
  const Geometry g(layer);
  const Int bits = layer.requant.out.bits;
  const Int bus = machine.dma.bus_bytes;
  const Int row_bytes = whole_bus_words(Int{g.columns.outputs()} * g.out_channels * bits, bus);
  const bool whole_pixels = step.stored_channels.size() == g.out_channels;
  const int pixels = whole_pixels ? step.columns.size() : 1;
  Runs runs;
  for (int y = step.rows.first; y < step.rows.last; ++y) {
    for (int x = step.columns.first; x < step.columns.last; x += pixels) {
      runs.push_back(run_of(Stream::kOutput, static_cast<Int>(layer.output_address) + y * row_bytes,
                            (Int{x} * g.out_channels + step.stored_channels.first) * bits,
                            Int{pixels} * step.stored_channels.size(), bits, bus,
                            machine.output_buffer));
    }
  }
  return runs;
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
