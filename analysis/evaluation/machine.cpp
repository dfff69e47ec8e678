// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/machine.h"

#include <cmath>

#include "models/arch/accelerator_yaml.h"
#include "models/base/process/work_pool.h"
#include "models/perf/clock.h"
#include "models/perf/evaluate.h"
#include "platform/compiler/mapper/mapping_memory.h"
#include "platform/compiler/program.h"

namespace dcnsim {

double Machine::clock_period_s() const {
  return static_cast<double>(Clock(config.clock_mhz).period_ps()) * 1e-12;
}

Machine make_machine(AcceleratorConfig config, const std::string& tables_dir) {
  DramSpec dram = load_dram_spec(tables_folder(tables_dir, config), config.dram.preset);
  CostModel cost(tables_dir, config);
  return {std::move(config), std::move(dram), std::move(cost), nullptr};
}

Machine load_machine(const std::string& accelerator_path, const std::string& tables_dir) {
  return make_machine(load_accelerator(accelerator_path), tables_dir);
}

EnergyModel energy_model(const CostModel& cost) {
  std::string identity;
  for (const Provenance& table : cost.provenance()) identity += table.sha256 + '\n';
  return {[&cost](const Descriptor& layer, const LayerCounters& counters) {
            return cost.layer_energy_pj(layer, counters).total();
          },
          identity};
}

std::vector<std::vector<LayerCost>> simulate_costs(
    const Machine& machine, std::size_t count,
    const std::function<Candidate(std::size_t index)>& make, std::size_t jobs,
    const OnProgress& progress) {
  WorkPool pool;
  pool.items = count;
  pool.jobs = jobs;
  pool.prepare = [&]() -> Worker {
    auto mappings = std::make_shared<MappingMemory>(machine.mappings.get());
    return [&machine, &make, mappings](std::size_t index) {
      const auto [network, zero_fractions] = make(index);
      MapperOptions options;
      options.energy = energy_model(machine.cost);
      options.cache = mappings.get();
      const Program program = compile(network, machine.config, machine.dram, options);
      std::vector<LayerCounters> layers =
          evaluate(descriptors(program), program.descriptor_address, machine.config, machine.dram);
      std::vector<LayerCost> costs;
      for (std::size_t i = 0; i < layers.size(); ++i) {
        LayerCounters& counters = layers[i];
        counters.input_zeros = static_cast<std::uint64_t>(
            std::llround(zero_fractions.at(i) * static_cast<double>(counters.input_codes)));
        costs.push_back(
            {counters.cycles,
             machine.cost.layer_energy_pj(program.layers[i].descriptor, counters).total()});
      }
      return to_bytes(costs);
    };
  };
  std::size_t done = 0;
  pool.on_result = [&](std::size_t, const std::string&) {
    if (progress) progress(++done);
  };
  std::vector<std::vector<LayerCost>> costs;
  for (const std::string& result : results_of(pool)) costs.push_back(from_bytes<LayerCost>(result));
  return costs;
}

LayerCost total(const std::vector<LayerCost>& layers) {
  LayerCost sum;
  for (const LayerCost& layer : layers) {
    sum.cycles += layer.cycles;
    sum.energy_pj += layer.energy_pj;
  }
  return sum;
}

}  // namespace dcnsim
