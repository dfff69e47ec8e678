// SPDX-License-Identifier: Apache-2.0
// An accelerator with its memory and its prices, and what networks cost on it by simulation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/evaluation/accuracy.h"
#include "analysis/evaluation/input_file.h"
#include "analysis/evaluation/layer_cost.h"
#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "models/base/file/file_claims.h"
#include "models/cost/cost_model.h"
#include "platform/compiler/mapper/search_cache.h"
#include "workloads/network.h"

namespace dcnsim {

struct EnergyModel;

struct Machine {
  AcceleratorConfig config;
  DramSpec dram;
  CostModel cost;
  std::shared_ptr<MappingCache> mappings;  ///< where the mapper's searches are kept; may be null
  PriceTables tables;                      ///< the shipped ones

  double clock_period_s() const;
};

/// With the memory and the prices that the configuration names, and mappings kept in a folder ("":
/// nowhere). Throws std::runtime_error, what CostModel and load_dram_spec throw, with the place in
/// the `file` that the configuration is from ("": none).
Machine make_machine(AcceleratorConfig config, const PriceTables& shipped,
                     const std::string& mapping_cache_folder = "", const std::string& file = "");

/// The same for a file. Throws what load_accelerator throws as well.
Machine load_machine(const std::string& accelerator_path, const std::string& tables_dir,
                     const std::string& mapping_cache_folder = "");

/// The files that load_machine() reads. Throws what load_accelerator throws.
void claim_machine(FileClaims& claims, const std::string& accelerator_path,
                   const std::string& tables_dir);

/// A table of the machine: in the folder that its configuration names, else in `shipped`.
InputPath cost_table(const InputPath& shipped, const AcceleratorConfig& config,
                     const std::string& file);

/// What the mapper minimizes for Objective::kEnergy; `cost` stays.
EnergyModel energy_model(const CostModel& cost);

/// A network to be priced, with the zero codes (0..1) to expect in each layer's input.
struct Candidate {
  FixedNetwork network;
  std::vector<double> zero_fractions;
};

/// Maps each of `count` networks and prices one inference by evaluate_timing(): cycles and events
/// do not depend on the data, and the zeros are the expected ones. `make(index)` runs in a worker
/// process.
/// Throws std::runtime_error: a network that does not fit the machine, widths without a price.
std::vector<std::vector<LayerCost>> simulate_costs(
    const Machine& machine, std::size_t count,
    const std::function<Candidate(std::size_t index)>& make, std::size_t jobs,
    const OnProgress& progress = {});

}  // namespace dcnsim
