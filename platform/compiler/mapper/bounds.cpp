// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/bounds.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "models/base/integer.h"
#include "models/perf/array_cycles.h"
#include "models/perf/buffer_need.h"
#include "models/perf/clock.h"
#include "models/perf/datapath/datapath.h"
#include "models/perf/dram/timing.h"
#include "models/perf/ideal_device.h"
#include "models/perf/prediction.h"
#include "models/perf/schedule.h"
#include "models/perf/tile_cuts.h"
#include "platform/compiler/mapper/least_pixels.h"

namespace dcnsim {
namespace {

double real(std::uint64_t value) { return static_cast<double>(value); }

/// std::floor and std::ceil of what is not negative and no longer than simulations last: the
/// library's are calls, and bounds are many.
std::uint64_t down(double value) { return u64(static_cast<std::int64_t>(value)); }
std::uint64_t up(double value) { return down(value) + (real(down(value)) < value ? 1 : 0); }

/// What bursts into or out of a buffer cost the array that computes, at least; a burst that passes
/// as a step ends costs nothing, any other a cycle.
struct BankLoss {
  double per_byte = 0;
  double per_burst = 0;  ///< of the largest
};
BankLoss bank_loss(const BufferConfig& buffer, double use, std::uint64_t burst_bytes) {
  if (buffer.separate_halves || use <= 0 || burst_bytes == 0) return {};
  const double per_byte =
      std::max(std::min(use, 1.0) * 8 / (buffer.word_bits * buffer.banks), 1 / real(burst_bytes));
  return {per_byte, per_byte * real(burst_bytes)};
}

/// What no read is faster than.
double read_latency_ns(const AcceleratorConfig& config, const DramSpec& dram) {
  if (config.memory == MemoryKind::kIdeal) return config.ideal.latency_ns;
  const DramTiming timing(dram);
  return real(timing.cl * timing.period_ps) / 1e3;
}

/// Writes that a controller may have taken and not yet executed.
std::uint64_t posted_bytes(const AcceleratorConfig& config, const DramSpec& dram) {
  if (config.memory == MemoryKind::kIdeal) return 0;
  return u64(config.dram.channels) * u64(config.dram.write_queue_depth) * u64(dram.burst_bytes());
}

double ns_per_byte(const AcceleratorConfig& config, const DramSpec& dram) {
  if (config.memory == MemoryKind::kIdeal) {
    const std::optional<double> gbytes_per_s = ideal_memory(config).gbytes_per_s;
    return gbytes_per_s ? 1 / *gbytes_per_s : 0;
  }
  const DramTiming timing(dram);
  const double column_ns = real(timing.ccd_s * timing.period_ps) / 1e3;
  return column_ns / (dram.burst_bytes() * config.dram.channels);
}

/// Time without a column: from when a refresh is due, before which the last one begins, until the
/// first row is open again.
double refresh_ns(const DramSpec& dram) {
  const DramTiming timing(dram);
  const std::uint64_t cycles = timing.rfc + std::min(timing.rcd, timing.rcd_wr);
  return real((cycles - std::min(cycles, timing.ccd_s)) * timing.period_ps) / 1e3;
}

double refresh_every_ns(const AcceleratorConfig& config, const DramSpec& dram) {
  if (config.memory == MemoryKind::kIdeal || !config.dram.refreshes) return 0;
  const DramTiming timing(dram);
  return real(timing.refi * timing.period_ps) / 1e3;
}

}  // namespace

Bounds::Bounds(const AcceleratorConfig& config, const DramSpec& dram)
    : config_(config),
      bus_bytes_(static_cast<std::uint64_t>(config.dma.bus_bytes)),
      period_ns_(static_cast<double>(Clock(config.clock_mhz).ps(1)) / 1e3),
      read_latency_ns_(read_latency_ns(config, dram)),
      ns_per_byte_(ns_per_byte(config, dram)),
      refresh_every_ns_(refresh_every_ns(config, dram)),
      refresh_ns_(refresh_every_ns_ > 0 ? refresh_ns(dram) : 0),
      posted_bytes_(posted_bytes(config, dram)) {}

/// From the first request on, at the memory's peak between its refreshes.
std::uint64_t Bounds::memory_cycles(std::uint64_t bytes, double latency_ns) const {
  const double moving_ns = ns_per_byte_ * real(bytes);
  double ns = moving_ns;
  if (refresh_every_ns_ > 0) {
    // A refresh that falls due before the last column delays it.
    for (double before = -1; ns > before;) {
      before = ns;
      ns = moving_ns + refresh_ns_ * real(down(ns / refresh_every_ns_));
    }
  }
  // Rounding errors are far smaller than what is left out here.
  return up((latency_ns + ns) / period_ns_ * (1 - 1e-9));
}

std::uint64_t Bounds::least_read_cycles(std::uint64_t bytes) const {
  if (bytes == 0) return 0;
  return std::max(bytes / bus_bytes_, kBusLatencyCycles + memory_cycles(bytes, read_latency_ns_));
}

/// What the memory moves, in whichever order; the last writes may still wait in it.
std::uint64_t Bounds::least_memory_cycles(std::uint64_t read, std::uint64_t written) const {
  return memory_cycles(read + written - std::min(written, posted_bytes_), 0);
}

/// Memory may take writes without delay.
std::uint64_t Bounds::least_write_cycles(std::uint64_t bytes) const {
  return bytes == 0 ? 0 : std::max(bytes / bus_bytes_, kBusLatencyCycles);
}

/// Waiting for `waits` cycles at least, together with the banks lost to bursts that pass while the
/// array computes. Waiting longer lets more bursts pass for nothing.
double Bounds::least_waits_and_conflicts(const Prediction& p, std::uint64_t waits) const {
  const auto burst_bytes = [&](std::uint64_t part_bytes) {
    return std::min(part_bytes, static_cast<std::uint64_t>(config_.dma.max_burst_bytes));
  };
  const BankLoss input =
      bank_loss(config_.input_buffer, p.input.use, burst_bytes(p.input.part_bytes));
  const BankLoss weight =
      bank_loss(config_.weight_buffer, p.weight.use, burst_bytes(p.weight.part_bytes));
  const BankLoss output =
      bank_loss(config_.output_buffer, p.output.use, burst_bytes(p.output.part_bytes));
  const auto bytes = [&](Stream stream) { return real(p.counters.stream_bytes[stream]); };
  const double breaks = real(p.steps) + 1;
  const double bus = real(bus_bytes_);
  // Cycles lost if the array never waited, and how many fewer for each cycle it does.
  const double reads = input.per_byte * bytes(Stream::kInput) +
                       weight.per_byte * real(weight_tile_bytes(p.counters.stream_bytes)) -
                       breaks * std::max(input.per_burst, weight.per_burst);
  const double reads_spared = bus * std::max(input.per_byte, weight.per_byte);
  const double writes = output.per_byte * bytes(Stream::kOutput) - breaks * output.per_burst;
  const double writes_spared = bus * output.per_byte;
  const auto total = [&](double waiting) {
    return waiting + std::max(0.0, reads - reads_spared * waiting) +
           std::max(0.0, writes - writes_spared * waiting);
  };
  // Convex, of three straight pieces: least at one of their ends.
  double least = total(real(waits));
  for (const auto& [loss, spared] : {std::pair(reads, reads_spared), {writes, writes_spared}}) {
    if (spared > 0 && loss / spared > real(waits)) least = std::min(least, total(loss / spared));
  }
  return least;
}

Bounds::LeastCycles Bounds::least_cycles(const Prediction& p) const {
  return least_cycles(p, p.counters.compute_cycles + p.kept_conflict_cycles);
}

Bounds::LeastCycles Bounds::least_cycles(const Prediction& p, std::uint64_t computing) const {
  const StreamBytes& bytes = p.counters.stream_bytes;
  const std::uint64_t written = bytes[Stream::kOutput];
  const std::uint64_t read = weight_tile_bytes(bytes) + bytes[Stream::kInput];
  const std::uint64_t last_store = least_write_cycles(p.last_store_bytes);
  const std::uint64_t waits = least_read_cycles(p.lone_load_bytes) + last_store;
  // Rounding errors of the figures below are far smaller than this.
  constexpr double kCertain = 1 - 1e-9;
  const double stalls = kCertain * least_waits_and_conflicts(p, waits);
  // The first output tile is none smaller than the others, so it takes no less than their average.
  const std::uint64_t first_output = p.stores == 0 ? 0 : computing / p.stores;
  LeastCycles least;
  least[BoundKind::kComputing] = computing + waits;
  least[BoundKind::kBanks] = computing + static_cast<std::uint64_t>(stalls);
  least[BoundKind::kLoads] = least_read_cycles(read) + p.last_step_cycles + last_store;
  least[BoundKind::kStores] =
      least_read_cycles(p.first_load_bytes) + first_output + least_write_cycles(written);
  least[BoundKind::kMemory] = least_memory_cycles(read, written);
  least[BoundKind::kRequests] = p.requests;
  return least;
}

std::uint64_t Bounds::least_stall_cycles(const Prediction& p) const {
  const LeastCycles least = least_cycles(p);
  return *std::max_element(least.begin(), least.end()) - p.counters.compute_cycles;
}

LeastWork Bounds::least_work(const Descriptor& tiled, Predictor& predictor) const {
  LeastWork work;
  work.first_weight_bytes = predictor.first_weight_bytes(tiled.tiling);
  const Shape out = tiled.output_shape();
  const auto images = u64(tiled.images());
  if (tiled.kind != LayerKind::kConv) {
    const bool pool = tiled.kind == LayerKind::kPool;
    const int window = pool ? tiled.pool.kernel_h * tiled.pool.kernel_w : 2;
    work.vector_cycles = vector_cycles(config_, images * out.elements() * u64(window));
    return work;
  }
  const DatapathMode mode = datapath_mode(config_.array, tiled.weight.bits, tiled.input.bits);
  const auto pixels = images * u64(out.height * out.width * tiled.fused_pool * tiled.fused_pool);
  const bool by_unit = config_.array.dataflow == Dataflow::kOutputStationary;
  work.macs = tiled.macs();
  Step step;
  step.pixels = {0, 1, 0, 1};
  step.last_chunk = chunk_count(tiled) == 1;
  for_channel_tiles(tiled, [&](const ChannelTiles& tile) {
    step.groups = tile.groups;
    step.channel1 = tile.groups * tile.channels;
    for_chunks(tiled, [&](const EqualTiles& chunk) {
      step.k1 = chunk.size;
      const ArrayWork one = array_work(config_, tiled, step);
      const std::uint64_t count = tile.count * chunk.count;
      const LeastArrayCycles least = least_array_cycles(config_, one);
      const std::uint64_t overhead = array_passes(config_, one) * u64(config_.overhead.tile_cycles);
      work.array.unit += count * (least.unit + (by_unit ? overhead : 0));
      work.array.least += count * least.least;
      work.array.once += count * (least.once + (by_unit ? 0 : overhead));
      work.pe_cycles += count * u64(step.channel1) * pixels *
                        cut_reduction(one, mode.group).count() * u64(mode.passes);
    });
  });
  return work;
}

LeastCounters Bounds::counted(const LeastWork& work, std::uint64_t computing) const {
  LeastCounters counters;
  counters.macs = work.macs;
  counters.pe_cycles = work.pe_cycles;
  counters.compute_cycles = counters.cycles = work.vector_cycles + computing;
  return counters;
}

void Bounds::add_transfers(LeastCounters& least, const Prediction& transfers) const {
  const LeastCycles cycles = least_cycles(transfers, least.compute_cycles);
  least.stream_bytes = transfers.counters.stream_bytes;
  least.cycles = *std::max_element(cycles.begin(), cycles.end());
}

LeastCounters Bounds::least_counters(const Descriptor& tiled, const LeastWork& work,
                                     const Prediction& transfers) const {
  const Shape out = tiled.output_shape();
  const int pool = tiled.kind == LayerKind::kConv ? tiled.fused_pool : 1;
  std::uint64_t computing = 0;
  const int unit = unit_pixels(config_.array);
  for_pixel_tiles(out, tiled.tiling.tile_h, tiled.tiling.tile_w,
                  [&](int outputs, std::uint64_t count) {
                    computing += count * work.array.of(u64(ceil_div(outputs * pool * pool, unit)));
                  });
  LeastCounters least = counted(work, u64(tiled.images()) * computing);
  add_transfers(least, transfers);
  return least;
}

/// Whether the input buffer has one place for tiles, however small they are.
bool Bounds::is_input_alone(Descriptor tiled) const {
  tiled.tiling.tile_h = tiled.tiling.tile_w = 1;
  return loads_input(tiled) && input_slots(tiled, config_) == 1;
}

LeastCounters Bounds::least_of_weight_tile(const Descriptor& tiled, const LeastWork& work,
                                           const LeastPixels& pixels) const {
  LeastCounters least = counted(work, work.array.of(pixels.units));
  least.cycles +=
      least_read_cycles(work.first_weight_bytes + (is_input_alone(tiled) ? pixels.input_bytes : 0));
  return least;
}

/// The tiles of the first step, the last one that is stored, and all of a kind that has one place.
void Bounds::add_lone(Prediction& least, const Descriptor& tiled, const LeastWork& work,
                      const LeastPixels& pixels) const {
  StreamBytes& bytes = least.counters.stream_bytes;
  std::uint64_t input = 0;
  const auto add_operand = [&](const InputSlice& slice, int bits) {
    const int channels =
        std::min(input_tile_channels(tiled), slice.map(tiled.input_shape()).channels);
    input += pixels.first_inputs * u64(std::int64_t{channels} * bits) / 8;
  };
  if (!tiled.input_on_chip) add_operand(tiled.input_slice, tiled.input.bits);
  if (tiled.kind == LayerKind::kAdd && tiled.pair != PairKind::kScaling) {
    add_operand(tiled.input2_slice, tiled.input2.bits);
  }
  least.first_load_bytes = work.first_weight_bytes + input;
  bytes[Stream::kInput] = input_visits(tiled) * pixels.input_bytes;
  least.lone_load_bytes =
      work.first_weight_bytes + (is_input_alone(tiled) ? bytes[Stream::kInput] : input);
  if (tiled.output_on_chip) return;
  Descriptor smallest = tiled;
  smallest.tiling.tile_h = smallest.tiling.tile_w = 1;
  int channels = 0;
  for_channel_tiles(tiled,
                    [&](const ChannelTiles& tile) { channels = tile.channels * tile.groups; });
  if (gathers(smallest)) channels = tiled.output_shape().channels;
  least.last_store_bytes =
      pixels.last_outputs * u64(std::int64_t{channels} * tiled.requant.out.bits) / 8;
}

LeastCounters Bounds::computing_of_group(const Descriptor& tiled, const LeastWork& work,
                                         const LeastPixels& pixels) const {
  const auto tiles = u64(pixel_tile_count(tiled));
  const LeastArrayCycles all{work.array.unit, tiles * work.array.least, tiles * work.array.once};
  return counted(work, all.of(pixels.units));
}

LeastCounters Bounds::least_of_group(const Descriptor& tiled, const LeastWork& work,
                                     const LeastPixels& pixels) const {
  LeastCounters least = computing_of_group(tiled, work, pixels);
  Prediction lone;
  add_lone(lone, tiled, work, pixels);
  least.cycles +=
      least_read_cycles(lone.lone_load_bytes) + least_write_cycles(lone.last_store_bytes);
  return least;
}

LeastCounters Bounds::least_of_group(const Descriptor& tiled, const LeastWork& work,
                                     const LeastPixels& pixels, Prediction whole) const {
  add_lone(whole, tiled, work, pixels);
  if (tiled.kind == LayerKind::kConv) {
    const std::uint64_t visits_of_one = weight_visits(with_one_pixel_tile(tiled));
    const std::uint64_t visits = weight_visits(tiled);
    for (const Stream stream : kWeightTileStreams) {
      std::uint64_t& bytes = whole.counters.stream_bytes[stream];
      bytes = bytes / visits_of_one * visits;
    }
  }
  whole.stores = whole.requests = 0;
  LeastCounters least = computing_of_group(tiled, work, pixels);
  add_transfers(least, whole);
  return least;
}

Descriptor with_one_pixel_tile(Descriptor tiled) {
  tiled.tiling.tile_h = tiled.output_shape().height;
  tiled.tiling.tile_w = tiled.output_shape().width;
  return tiled;
}

}  // namespace dcnsim
