// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace/pipeline_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dcnsim {
namespace {

constexpr Track kLayers{1, 1};
constexpr Track kArray{2, 1}, kWaits{2, 2};
constexpr int kDmaGroup = 3, kBufferGroup = 4;

// Behind the rows of tiles, as counters.
constexpr Track kReadsInFlight{kDmaGroup, 5}, kWritesInFlight{kDmaGroup, 6};
constexpr Track kBusReads{kDmaGroup, 7}, kBusWrites{kDmaGroup, 8};

constexpr TileKind kKinds[kTileKinds] = {TileKind::kDescriptor, TileKind::kWeight, TileKind::kInput,
                                         TileKind::kOutput};

/// Those with a buffer of their own.
constexpr TileKind kBuffered[] = {TileKind::kWeight, TileKind::kInput, TileKind::kOutput};

std::size_t index(TileKind kind) { return static_cast<std::size_t>(kind); }

std::string_view to_string(TileKind kind) {
  constexpr std::string_view names[kTileKinds] = {"descriptor", "weight", "input", "output"};
  return names[index(kind)];
}

Track dma_track(TileKind kind) { return {kDmaGroup, static_cast<int>(kind) + 1}; }
Track slot_track(TileKind kind, int slot) {
  return {kBufferGroup, 2 * static_cast<int>(kind) + slot + 1};
}

Track held_track(TileKind kind) { return {kBufferGroup, 2 * kTileKinds + static_cast<int>(kind)}; }

TraceColour colour_of(TileKind kind) {
  constexpr TraceColour colours[kTileKinds] = {TraceColour::kDescriptor, TraceColour::kWeights,
                                               TraceColour::kInputs, TraceColour::kOutputs};
  return colours[index(kind)];
}

/// That of the stream it waits for.
TraceColour colour_of(Stall cause) {
  constexpr TraceColour colours[kStalls] = {TraceColour::kDescriptor, TraceColour::kWeights,
                                            TraceColour::kInputs, TraceColour::kOutputs,
                                            TraceColour::kComputing};
  return colours[static_cast<std::size_t>(cause)];
}

std::string range(const char* what, int from, int to) {
  return fmt::format(" {}{}-{}", what, from, to - 1);
}
std::string pixels(const PixelTile& tile) {
  return range("y", tile.y0, tile.y1) + range("x", tile.x0, tile.x1);
}

/// What the tile holds, in the coordinates of the layer's output.
std::string tile_name(TileKind kind, const Step& step) {
  switch (kind) {
    case TileKind::kDescriptor:
      return "descriptor";
    case TileKind::kWeight:
      return "weights" + range("c", step.channel0, step.channel1) + range("k", step.k0, step.k1);
    case TileKind::kInput:
      return "input for" + pixels(step.pixels);
    case TileKind::kOutput:
      return "output" + pixels(step.pixels) + range("c", step.store_channel0, step.store_channel1);
  }
  return "";
}

std::string step_name(const Step& step) {
  return pixels(step.pixels) + range("c", step.channel0, step.channel1) +
         range("k", step.k0, step.k1);
}

std::int64_t signed_count(std::uint64_t count) { return static_cast<std::int64_t>(count); }

}  // namespace

PipelineTrace::PipelineTrace(TraceFile& file, std::vector<TracedLayer> layers, const Clock& clock,
                             int bus_bytes, const TracePlace& place)
    : file_(file),
      layers_(std::move(layers)),
      place_(place),
      clock_(clock),
      bus_bytes_(static_cast<std::uint64_t>(bus_bytes)),
      reads_{{file, placed(kReadsInFlight)}, {file, placed(kBusReads)}},
      writes_{{file, placed(kWritesInFlight)}, {file, placed(kBusWrites)}} {
  const auto name = [this](const Track& track, std::string_view group, const std::string& row) {
    file_.name(placed(track), group, place_.prefix + row);
  };
  const auto name_counter = [this](const Track& track, std::string_view group,
                                   const std::string& row, TraceUnit unit) {
    file_.name_counter(placed(track), group, place_.prefix + row, unit);
  };
  name(kLayers, "job", "layers");
  name(kArray, "array", "array");
  name(kWaits, "array", "waits");
  for (const TileKind kind : kKinds) {
    name(dma_track(kind), "DMA", fmt::format("{}s", to_string(kind)));
  }
  for (const TileKind kind : kBuffered) {
    for (const int slot : {0, 1}) {
      name(slot_track(kind, slot), "buffers",
           fmt::format("{} buffer, slot {}", to_string(kind), slot));
    }
    held_.try_emplace(kind, file, placed(held_track(kind)));
    name_counter(held_track(kind), "buffers", fmt::format("{} buffer, fill", to_string(kind)),
                 TraceUnit::kBytes);
  }
  name_counter(kReadsInFlight, "DMA", "reads in flight", TraceUnit::kCount);
  name_counter(kWritesInFlight, "DMA", "writes in flight", TraceUnit::kCount);
  name_counter(kBusReads, "DMA", "bus, reads", TraceUnit::kMegabytesPerSecond);
  name_counter(kBusWrites, "DMA", "bus, writes", TraceUnit::kMegabytesPerSecond);
}

std::uint64_t PipelineTrace::finish() {
  if (layer_open_) end_layer(last_cycle_);
  for (Port* port : {&reads_, &writes_}) {
    port->in_flight.finish();
    port->bandwidth.finish();
  }
  for (auto& [kind, held] : held_) held.finish();
  return clock_.ps(last_cycle_);
}

/// By its descriptor's address, or by counting; beyond the last for one of another program.
std::size_t PipelineTrace::layer_of(const Parts& descriptor) const {
  if (!place_.descriptors) return begun_layers_;
  const std::uint64_t address = descriptor.front().address;
  if (address < *place_.descriptors) return layers_.size();
  return (address - *place_.descriptors) / kDescriptorBytes;
}

void PipelineTrace::begin_layer(const Parts& descriptor, std::uint64_t cycle) {
  if (layer_open_) end_layer(cycle);
  layer_ = layer_of(descriptor);
  if (layer_ == 0) {
    // The job before may have been abandoned, with tiles in the buffers.
    slots_ = {};
    moved_ = {};
  }
  ++begun_layers_;
  layer_open_ = true;
  layer_begin_ = cycle;
  output_open_ = moved_early_ = false;
  next_output_ = 0;
}

void PipelineTrace::layer_finished(std::uint64_t) {
  if (place_.descriptors && layer_ + 1 >= layers_.size()) end_layer(last_cycle_);
}

void PipelineTrace::end_layer(std::uint64_t cycle) {
  layer_open_ = false;
  slice(kLayers, layer().name, layer_begin_, cycle, TraceColour::kOfName,
        {{"layer", layer_number()}, {"cycles", signed_count(cycle - layer_begin_)}});
}

void PipelineTrace::tile_begun(TileKind kind, std::uint32_t number, const Step& step,
                               const Parts& parts, std::uint64_t cycle) {
  if (kind == TileKind::kDescriptor) begin_layer(parts, cycle);
  const Transfer transfer{layer().name + " " + tile_name(kind, step), cycle,
                          signed_count(total_bytes(parts))};
  transfers_[index(kind)][number % 2] = transfer;
  if (kind == TileKind::kWeight || kind == TileKind::kInput) {
    take(kind, transfer.name, cycle, transfer.bytes);
  }
  if (kind == TileKind::kOutput) held_.at(kind).add(transfer.bytes, clock_.ps(cycle));
}

void PipelineTrace::burst_requested(const Burst& burst, std::uint64_t cycle) {
  port(burst).in_flight.add(1, clock_.ps(cycle));
}

void PipelineTrace::burst_passed(const Burst& burst, std::uint64_t cycle) {
  const std::uint64_t words = burst.bytes / bus_bytes_;
  port(burst).in_flight.add(-1, clock_.ps(cycle));
  port(burst).bandwidth.add(burst.bytes, clock_.ps(cycle - words), clock_.ps(cycle));
  if (burst.kind == TileKind::kDescriptor) return;
  const std::int64_t bytes = burst.bytes;
  held_.at(burst.kind).add(burst.is_write ? -bytes : bytes, clock_.ps(cycle));
}

/// Data pass tile after tile, but a tile may be asked for while the one before passes.
void PipelineTrace::tile_moved(TileKind kind, std::uint32_t number, const Step&,
                               std::uint64_t cycle) {
  const Transfer& transfer = transfers_[index(kind)][number % 2];
  std::uint64_t& moved = moved_[index(kind)];
  slice(dma_track(kind), transfer.name, std::max(transfer.begun, moved), cycle, colour_of(kind),
        {{"layer", layer_number()},
         {"tile", number},
         {"bytes", transfer.bytes},
         {"begun_cycle", signed_count(transfer.begun)}});
  moved = cycle;
  if (kind == TileKind::kOutput) release_outputs(number, cycle);
}

void PipelineTrace::step_started(const RunningStep& running) {
  if (output_open_ || !layer().stores_output) return;
  output_open_ = true;
  take(TileKind::kOutput, layer().name + " output" + pixels(running.step->pixels),
       running.first_cycle, 0);
}

void PipelineTrace::step_finished(const RunningStep& running) {
  const Step& step = *running.step;
  slice(kArray, layer().name + step_name(step), running.first_cycle, running.end_cycle,
        TraceColour::kComputing,
        {{"layer", layer_number()},
         {"compute_cycles", signed_count(running.compute_cycles)},
         {"fill_drain_cycles", signed_count(running.fill_drain_cycles)},
         {"overhead_cycles", signed_count(running.overhead_cycles)},
         {"conflict_cycles",
          signed_count(running.end_cycle - running.first_cycle - running.compute_cycles)}});
  if (step.last_use_of_input && layer().loads_input) release(TileKind::kInput, running.end_cycle);
  if (step.last_use_of_weights) release(TileKind::kWeight, running.end_cycle);
  if (step.store) output_open_ = false;
}

void PipelineTrace::waited(Stall cause, std::uint64_t from, std::uint64_t to) {
  slice(kWaits, fmt::format("wait: {}", dcnsim::to_string(cause)), from, to, colour_of(cause),
        {{"layer", layer_number()}, {"cycles", signed_count(to - from)}});
}

void PipelineTrace::take(TileKind kind, const std::string& name, std::uint64_t cycle,
                         std::int64_t bytes) {
  Slots& slots = slots_[index(kind)];
  const int slot = slots.taken[0] ? 1 : 0;
  slots.taken[static_cast<std::size_t>(slot)] = true;
  slots.tiles.push_back({name, cycle, slot, bytes});
}

/// The oldest tile leaves.
void PipelineTrace::release(TileKind kind, std::uint64_t cycle) {
  Slots& slots = slots_[index(kind)];
  if (slots.tiles.empty()) return;  // pool and add layers have no weights
  const Slots::Tile tile = slots.tiles.front();
  slots.tiles.pop_front();
  slots.taken[static_cast<std::size_t>(tile.slot)] = false;
  held_.at(kind).add(-tile.bytes, clock_.ps(cycle));
  slice(slot_track(kind, tile.slot), tile.name, tile.since, cycle, colour_of(kind),
        {{"layer", layer_number()}});
}

/// Slots come free in order, whatever the order in which the memory took the tiles.
void PipelineTrace::release_outputs(std::uint32_t number, std::uint64_t cycle) {
  if (number != next_output_) {
    moved_early_ = true;
    return;
  }
  release(TileKind::kOutput, cycle);
  if (moved_early_) release(TileKind::kOutput, cycle);
  next_output_ += moved_early_ ? 2 : 1;
  moved_early_ = false;
}

void PipelineTrace::slice(const Track& track, const std::string& name, std::uint64_t from,
                          std::uint64_t to, TraceColour colour, const TraceArguments& arguments) {
  file_.slice({placed(track), name, clock_.ps(from), clock_.ps(to), colour, arguments});
  last_cycle_ = std::max(last_cycle_, to);
}

}  // namespace dcnsim
