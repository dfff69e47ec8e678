// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/timing.h"

#include <cmath>
#include <cstdint>

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
  record.counters =
      evaluate(record.layers, program.descriptor_address, machine.config, machine.dram);
  return record;
}

LayerCounters with_expected_zeros(LayerCounters counters, double zero_fraction) {
  counters.input_zeros = static_cast<std::uint64_t>(
      std::llround(zero_fraction * static_cast<double>(counters.input_codes)));
  return counters;
}

}  // namespace dcnsim
