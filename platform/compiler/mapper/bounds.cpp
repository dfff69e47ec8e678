// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/bounds.h"

#include <algorithm>

#include "models/perf/clock.h"

namespace dcnsim {
namespace {

std::uint64_t bytes_of(const LayerCounters& counters, Stream stream) {
  return counters.stream_bytes[static_cast<std::size_t>(stream)];
}

}  // namespace

Bounds::Bounds(const AcceleratorConfig& config, const DramSpec& dram)
    : bus_bytes_(static_cast<std::uint64_t>(config.dma.bus_bytes)),
      period_ns_(static_cast<double>(Clock(config.clock_mhz).ps(1)) / 1e3),
      read_latency_ns_(dram.cl_ns),
      ns_per_byte_(dram.burst_ns() / (dram.burst_bytes() * config.dram.channels)) {}

/// From the first request to the last word on the chip.
std::uint64_t Bounds::least_read_cycles(std::uint64_t bytes) const {
  if (bytes == 0) return 0;
  const double dram_ns = read_latency_ns_ + ns_per_byte_ * static_cast<double>(bytes);
  return std::max(bytes / bus_bytes_,
                  kBusLatencyCycles + static_cast<std::uint64_t>(dram_ns / period_ns_));
}

/// Memory may take writes without delay.
std::uint64_t Bounds::least_write_cycles(std::uint64_t bytes) const {
  return bytes == 0 ? 0 : std::max(bytes / bus_bytes_, kBusLatencyCycles);
}

std::uint64_t Bounds::least_stall_cycles(const Prediction& p) const {
  const std::uint64_t computing = p.counters.compute_cycles;
  const std::uint64_t written = bytes_of(p.counters, Stream::kOutput);
  const std::uint64_t read = bytes_of(p.counters, Stream::kWeight) +
                             bytes_of(p.counters, Stream::kBias) +
                             bytes_of(p.counters, Stream::kInput);
  const std::uint64_t last_store = least_write_cycles(p.last_store_bytes);
  // The first tiles come before everything, the last output after everything; the last step starts
  // when all has been read; the first output leaves after a read.
  const std::uint64_t total =
      std::max({least_read_cycles(p.lone_load_bytes) + computing + last_store,
                least_read_cycles(read) + p.last_step_cycles + last_store,
                least_read_cycles(std::min(read, bus_bytes_)) + least_write_cycles(written)});
  return total - computing;
}

}  // namespace dcnsim
