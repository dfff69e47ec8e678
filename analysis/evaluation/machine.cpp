// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/machine.h"

#include <exception>
#include <stdexcept>
#include <utility>

#include "analysis/evaluation/mapping_cache.h"
#include "analysis/evaluation/timing.h"
#include "models/arch/accelerator_yaml.h"
#include "models/base/process/work_pool.h"
#include "models/perf/clock.h"
#include "platform/compiler/describe.h"
#include "platform/compiler/mapper/mapper.h"
#include "platform/compiler/mapper/mapping.h"
#include "platform/compiler/mapper/mapping_memory.h"

namespace dcnsim {

double Machine::clock_period_s() const {
  return static_cast<double>(Clock(config.clock_mhz).period_ps()) * 1e-12;
}

Machine make_machine(AcceleratorConfig config, const PriceTables& shipped,
                     const std::string& mapping_cache_folder, const std::string& file) {
  if (!file.empty()) {
    try {
      return make_machine(std::move(config), shipped, mapping_cache_folder);
    } catch (const std::exception& problem) {
      throw std::runtime_error(in_accelerator_file(file, problem.what()));
    }
  }
  const PriceTables tables = tables_of(shipped, config);
  DramSpec dram = load_dram_spec(tables, config.dram.preset);
  CostModel cost(tables, config);
  std::shared_ptr<MappingCache> mappings =
      mapping_cache(mapping_cache_folder, config, cost, shipped.folder());
  return {std::move(config), std::move(dram), std::move(cost), std::move(mappings), shipped};
}

Machine load_machine(const std::string& accelerator_path, const std::string& tables_dir,
                     const std::string& mapping_cache_folder) {
  return make_machine(load_accelerator(accelerator_path), tables_dir, mapping_cache_folder,
                      accelerator_path);
}

void claim_machine(FileClaims& claims, const std::string& accelerator_path,
                   const std::string& tables_dir) {
  claims.reads("accelerator", accelerator_path);
  claims.reads_folder("cost tables", tables_folder(tables_dir, load_accelerator(accelerator_path)),
                      ".csv");
}

InputPath cost_table(const InputPath& shipped, const AcceleratorConfig& config,
                     const std::string& file) {
  return (config.cost.tables.empty() ? shipped : user_file(config.cost.tables)).file(file);
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
      const TimingRecord timing = evaluate_timing(
          machine, network, describe(network, machine.config.accumulator), mappings.get());
      std::vector<LayerCost> costs;
      for (std::size_t i = 0; i < timing.layers.size(); ++i) {
        const LayerCounters counters =
            with_expected_zeros(timing.counters[i], zero_fractions.at(i));
        costs.push_back(
            {counters.cycles, machine.cost.layer_energy_pj(timing.layers[i], counters).total()});
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
