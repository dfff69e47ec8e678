// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/timing.h"

#include <cmath>
#include <cstdint>

#include "models/perf/attribution.h"
#include "models/perf/evaluate.h"
#include "platform/compiler/program.h"

namespace dcnsim {

Program mapped(const Machine& machine, const FixedNetwork& topology,
               const std::vector<Descriptor>& layers, MappingCache* mappings, LayerWorks* works) {
  MapperOptions options;
  options.energy = energy_model(machine.cost);
  options.cache = mappings;
  options.works = works;
  return lay_out(topology, machine.config,
                 map_network(topology, layers, machine.config, machine.dram, options));
}

TimingRecord evaluate_timing(const Machine& machine, const Program& program) {
  TimingRecord record;
  record.layers = descriptors(program);
  record.descriptor_address = program.descriptor_address;
  record.counters =
      evaluate(record.layers, record.descriptor_address, machine.config, machine.dram);
  return record;
}

TimingRecord evaluate_timing(const Machine& machine, const FixedNetwork& topology,
                             const std::vector<Descriptor>& layers, MappingCache* mappings,
                             LayerWorks* works) {
  return evaluate_timing(machine, mapped(machine, topology, layers, mappings, works));
}

StreamRecord evaluate_behind(const Machine& machine, const Program& program) {
  std::vector<DescriptorList> lists;
  for (const int set : {0, 1}) {
    lists.push_back({descriptors(program, set), program.list_address(set)});
  }
  return {descriptors(program), evaluate_queue(lists, machine.config, machine.dram).back(),
          program.images};
}

StreamRecord evaluate_stream(const Machine& machine, const FixedNetwork& topology,
                             const std::vector<Descriptor>& layers, const TimingRecord& one,
                             MappingCache* mappings, LayerWorks* works) {
  constexpr int kSets = 2;
  const int batch = machine.config.mapping.batch;
  if (batch == 0) return {};
  const auto laid_out = [&](const std::vector<LayerMapping>& chosen) {
    return evaluate_behind(machine, lay_out(topology, machine.config, chosen, kSets));
  };
  StreamRecord apart = laid_out(mappings_of(one.layers));
  if (batch == 1) return apart;
  MapperOptions options;
  options.energy = energy_model(machine.cost);
  options.cache = mappings;
  options.works = works;
  StreamRecord shared = laid_out(
      map_network(topology, in_batches(layers, batch), machine.config, machine.dram, options));
  return is_faster(shared, apart) ? shared : apart;
}

bool is_faster(const StreamRecord& batches, const StreamRecord& one) {
  const auto cycles = [](const StreamRecord& stream) {
    std::uint64_t sum = 0;
    for (const LayerCounters& layer : stream.counters) sum += layer.cycles;
    return sum;
  };
  return cycles(batches) <= static_cast<std::uint64_t>(batches.images) * cycles(one);
}

std::vector<Descriptor> in_batches(std::vector<Descriptor> layers, int batch) {
  for (Descriptor& layer : layers) layer.batch = batch;
  return layers;
}

std::vector<LayerMapping> mappings_of(const std::vector<Descriptor>& layers) {
  std::vector<LayerMapping> mappings;
  for (const Descriptor& layer : layers) mappings.push_back({layer, {}});
  return mappings;
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
