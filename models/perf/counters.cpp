// SPDX-License-Identifier: Apache-2.0
#include "models/perf/counters.h"

#include <numeric>

namespace dcnsim {
namespace {

template <std::size_t N>
void add(std::array<std::uint64_t, N>& a, const std::array<std::uint64_t, N>& b,
         std::uint64_t times) {
  for (std::size_t i = 0; i < N; ++i) a[i] += b[i] * times;
}

void add(SramAccesses& a, const SramAccesses& b, std::uint64_t times) {
  a.reads += b.reads * times;
  a.writes += b.writes * times;
}

void add(RegisterLoads& a, const RegisterLoads& b, std::uint64_t times) {
  a.edge_activation_bits += b.edge_activation_bits * times;
  a.edge_weight_bits += b.edge_weight_bits * times;
  a.shadow_bits += b.shadow_bits * times;
}

void add(DramEvents& a, const DramEvents& b, std::uint64_t times) {
  a.activates += b.activates * times;
  a.read_bytes += b.read_bytes * times;
  a.write_bytes += b.write_bytes * times;
  a.refreshes += b.refreshes * times;
  a.active_ps += b.active_ps * times;
  a.precharged_ps += b.precharged_ps * times;
}

}  // namespace

DramEvents& operator+=(DramEvents& a, const DramEvents& b) {
  add(a, b, 1);
  return a;
}

DramEvents operator-(const DramEvents& a, const DramEvents& b) {
  return {a.activates - b.activates,     a.read_bytes - b.read_bytes,
          a.write_bytes - b.write_bytes, a.refreshes - b.refreshes,
          a.active_ps - b.active_ps,     a.precharged_ps - b.precharged_ps};
}

std::uint64_t stall_cycles(const LayerCounters& counters) {
  return std::accumulate(counters.stall_cycles.begin(), counters.stall_cycles.end(),
                         std::uint64_t{0});
}

std::uint64_t accounted_cycles(const LayerCounters& counters) {
  return counters.compute_cycles + stall_cycles(counters);
}

void add(LayerCounters& a, const LayerCounters& b, std::uint64_t times) {
  a.cycles += b.cycles * times;
  a.compute_cycles += b.compute_cycles * times;
  a.fill_drain_cycles += b.fill_drain_cycles * times;
  add(a.stall_cycles, b.stall_cycles, times);
  add(a.refresh_cycles, b.refresh_cycles, times);
  add(a.memory_busy_cycles, b.memory_busy_cycles, times);
  a.macs += b.macs * times;
  a.pe_cycles += b.pe_cycles * times;
  a.weight_loads += b.weight_loads * times;
  a.activation_loads += b.activation_loads * times;
  add(a.registers, b.registers, times);
  a.input_codes += b.input_codes * times;
  a.input_zeros += b.input_zeros * times;
  add(a.stream_bytes, b.stream_bytes, times);
  add(a.input_buffer, b.input_buffer, times);
  add(a.weight_buffer, b.weight_buffer, times);
  add(a.output_buffer, b.output_buffer, times);
  add(a.accumulator_buffer, b.accumulator_buffer, times);
  a.requantized += b.requantized * times;
  a.pool_operations += b.pool_operations * times;
  a.additions += b.additions * times;
  a.overflows += b.overflows * times;
  add(a.dram, b.dram, times);
}

LayerCounters& operator+=(LayerCounters& a, const LayerCounters& b) {
  add(a, b, 1);
  return a;
}

}  // namespace dcnsim
