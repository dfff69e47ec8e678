// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/bounds.h"

#include <algorithm>
#include <utility>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "models/perf/clock.h"
#include "models/perf/prediction.h"

namespace dcnsim {
namespace {

double real(std::uint64_t value) { return static_cast<double>(value); }

/// What bursts into or out of a buffer cost the array that computes, at least; a burst that passes
/// as a step ends costs nothing.
struct BankLoss {
  double per_byte = 0;
  double per_burst = 0;  ///< of the largest
};
BankLoss bank_loss(const BufferConfig& buffer, double use, std::uint64_t burst_bytes) {
  if (buffer.separate_halves) return {};
  const double per_byte = std::min(use, 1.0) * 8 / (buffer.word_bits * buffer.banks);
  return {per_byte, per_byte * real(burst_bytes)};
}

/// What no read is faster than.
double read_latency_ns(const AcceleratorConfig& config, const DramSpec& dram) {
  return config.memory == MemoryKind::kIdeal ? config.ideal.latency_ns : dram.cl_ns;
}

double ns_per_byte(const AcceleratorConfig& config, const DramSpec& dram) {
  if (config.memory == MemoryKind::kIdeal) {
    return config.ideal.gbytes_per_s ? 1 / *config.ideal.gbytes_per_s : 0;
  }
  return dram.burst_ns() / (dram.burst_bytes() * config.dram.channels);
}

}  // namespace

Bounds::Bounds(const AcceleratorConfig& config, const DramSpec& dram)
    : config_(config),
      bus_bytes_(static_cast<std::uint64_t>(config.dma.bus_bytes)),
      period_ns_(static_cast<double>(Clock(config.clock_mhz).ps(1)) / 1e3),
      read_latency_ns_(read_latency_ns(config, dram)),
      ns_per_byte_(ns_per_byte(config, dram)) {}

/// From the first request to the last word on the chip.
std::uint64_t Bounds::least_read_cycles(std::uint64_t bytes) const {
  if (bytes == 0) return 0;
  const double memory_ns = read_latency_ns_ + ns_per_byte_ * static_cast<double>(bytes);
  return std::max(bytes / bus_bytes_,
                  kBusLatencyCycles + static_cast<std::uint64_t>(memory_ns / period_ns_));
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
                       weight.per_byte * (bytes(Stream::kWeight) + bytes(Stream::kBias)) -
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

std::uint64_t Bounds::least_stall_cycles(const Prediction& p) const {
  const std::uint64_t computing = p.counters.compute_cycles + p.kept_conflict_cycles;
  const StreamBytes& bytes = p.counters.stream_bytes;
  const std::uint64_t written = bytes[Stream::kOutput];
  const std::uint64_t read = bytes[Stream::kWeight] + bytes[Stream::kBias] + bytes[Stream::kInput];
  const std::uint64_t last_store = least_write_cycles(p.last_store_bytes);
  const std::uint64_t waits = least_read_cycles(p.lone_load_bytes) + last_store;
  // Rounding errors of the figures below are far smaller than this.
  constexpr double kCertain = 1 - 1e-9;
  const std::uint64_t total = std::max(
      {computing + static_cast<std::uint64_t>(kCertain * least_waits_and_conflicts(p, waits)),
       computing + waits, least_read_cycles(read) + p.last_step_cycles + last_store,
       least_read_cycles(std::min(read, bus_bytes_)) + least_write_cycles(written)});
  return total - p.counters.compute_cycles;
}

}  // namespace dcnsim
