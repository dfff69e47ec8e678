// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/timing.h"

#include <cmath>
#include <cstdint>

#include "models/perf/attribution.h"
#include "models/perf/evaluate.h"
#include "platform/compiler/program.h"

namespace dcnsim {

TimingRecord evaluate_timing(const Machine& machine, const FixedNetwork& topology,
                             const std::vector<Descriptor>& layers, MappingCache* mappings) {
  MapperOptions options;
  options.energy = energy_model(machine.cost);
  options.cache = mappings;
  const Program program =
      lay_out(topology, machine.config,
              map_network(topology, layers, machine.config, machine.dram, options));
  TimingRecord record;
  record.layers = descriptors(program);
  record.descriptor_address = program.descriptor_address;
  record.counters =
      evaluate(record.layers, record.descriptor_address, machine.config, machine.dram);
  return record;
}

std::vector<StallCycles> waits_behind_ideal_memory(const std::vector<Descriptor>& layers,
                                                   std::uint64_t descriptor_address,
                                                   const Machine& machine) {
  AcceleratorConfig config = machine.config;
  config.memory = MemoryKind::kIdeal;
  config.ideal = {};
  std::vector<StallCycles> waits;
  for (const LayerCounters& layer : evaluate(layers, descriptor_address, config, machine.dram)) {
    waits.push_back(layer.stall_cycles);
  }
  return waits;
}

std::vector<LayerCounters> with_memory_shares(std::vector<LayerCounters> counters,
                                              const std::vector<Descriptor>& layers,
                                              std::uint64_t descriptor_address,
                                              const Machine& machine) {
  const std::vector<StallCycles> waits =
      waits_behind_ideal_memory(layers, descriptor_address, machine);
  for (std::size_t i = 0; i < counters.size(); ++i) {
    counters[i] = with_memory_share(counters[i], waits.at(i));
  }
  return counters;
}

LayerCounters with_expected_zeros(LayerCounters counters, double zero_fraction) {
  counters.input_zeros = static_cast<std::uint64_t>(
      std::llround(zero_fraction * static_cast<double>(counters.input_codes)));
  return counters;
}

}  // namespace dcnsim
