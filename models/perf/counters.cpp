// SPDX-License-Identifier: Apache-2.0
#include "models/perf/counters.h"

#include <numeric>

namespace dcnsim {
namespace {

template <std::size_t N>
void add(std::array<std::uint64_t, N>& a, const std::array<std::uint64_t, N>& b) {
  for (std::size_t i = 0; i < N; ++i) a[i] += b[i];
}

void add(SramAccesses& a, const SramAccesses& b) {
  a.reads += b.reads;
  a.writes += b.writes;
}

void add(RegisterLoads& a, const RegisterLoads& b) {
  a.edge_activation_bits += b.edge_activation_bits;
  a.edge_weight_bits += b.edge_weight_bits;
  a.shadow_bits += b.shadow_bits;
}

}  // namespace

DramEvents& operator+=(DramEvents& a, const DramEvents& b) {
  a.activates += b.activates;
  a.read_bytes += b.read_bytes;
  a.write_bytes += b.write_bytes;
  a.refreshes += b.refreshes;
  a.active_ps += b.active_ps;
  a.precharged_ps += b.precharged_ps;
  return a;
}

DramEvents operator-(const DramEvents& a, const DramEvents& b) {
  return {a.activates - b.activates,     a.read_bytes - b.read_bytes,
          a.write_bytes - b.write_bytes, a.refreshes - b.refreshes,
          a.active_ps - b.active_ps,     a.precharged_ps - b.precharged_ps};
}

std::uint64_t accounted_cycles(const LayerCounters& counters) {
  return std::accumulate(counters.stall_cycles.begin(), counters.stall_cycles.end(),
                         counters.compute_cycles);
}

LayerCounters& operator+=(LayerCounters& a, const LayerCounters& b) {
  a.cycles += b.cycles;
  a.compute_cycles += b.compute_cycles;
  a.fill_drain_cycles += b.fill_drain_cycles;
  add(a.stall_cycles, b.stall_cycles);
  add(a.refresh_cycles, b.refresh_cycles);
  add(a.memory_busy_cycles, b.memory_busy_cycles);
  a.macs += b.macs;
  a.pe_cycles += b.pe_cycles;
  a.weight_loads += b.weight_loads;
  a.activation_loads += b.activation_loads;
  add(a.registers, b.registers);
  a.input_codes += b.input_codes;
  a.input_zeros += b.input_zeros;
  add(a.stream_bytes, b.stream_bytes);
  add(a.input_buffer, b.input_buffer);
  add(a.weight_buffer, b.weight_buffer);
  add(a.output_buffer, b.output_buffer);
  add(a.accumulator_buffer, b.accumulator_buffer);
  a.requantized += b.requantized;
  a.pool_operations += b.pool_operations;
  a.additions += b.additions;
  a.overflows += b.overflows;
  a.dram += b.dram;
  return a;
}

}  // namespace dcnsim
