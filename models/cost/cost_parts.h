// SPDX-License-Identifier: Apache-2.0
// What a CostModel is made of; inside models/cost only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"
#include "models/arch/dram_spec.h"
#include "models/cost/breakdown.h"
#include "models/cost/control_cost.h"
#include "models/cost/cost_model.h"
#include "models/cost/feeder_cost.h"
#include "models/cost/figure.h"
#include "models/cost/pe_cost.h"
#include "models/cost/post_cost.h"
#include "models/cost/price_tables.h"
#include "models/cost/register_cost.h"
#include "models/cost/sram_cost.h"
#include "models/perf/array_registers.h"
#include "models/perf/window_feeder.h"

namespace dcnsim {

using EnergyFigures = EnumArray<EnergyPart, Figure, kEnergyParts>;
using AreaFigures = EnumArray<AreaPart, Figure, kAreaParts>;

struct CostParts {
  CostParts(const PriceTables& tables, const AcceleratorConfig& accelerator);

  AcceleratorConfig config;
  std::unique_ptr<PeCost> pe;
  PostCost post;
  RegisterCost registers;
  ArrayRegisters array_registers;  ///< outside the PEs
  FeederCost feeder;
  WindowFeeder window_feeder;
  ControlCost control;
  SramCost sram;
  BufferCost input, weight, output;  ///< the scratchpad's each time, if they share one
  BufferCost accumulator;            ///< all zero if the machine has none
  DramSpec dram;
  Extrapolations dram_by;
  std::string dram_sha256, dram_against;  ///< of the table; what its error bar was drawn against
  AreaFigures area_um2;                   ///< of what every machine has
  Figure leakage_mw;                      ///< likewise
  CriticalPath critical_path;

  double period_ns() const { return 1e3 / config.clock_mhz; }
  bool has_feeder() const { return window_feeder.lanes > 0; }
  bool has_accumulator_buffer() const { return config.accumulator_buffer_bytes > 0; }
  /// What CostModel::layer_energy_pj() sums up. A unit that no event asks for is not looked up.
  EnergyFigures energy_pj(const Descriptor& layer, const LayerCounters& counters) const;
  /// With the units that only these layers need.
  AreaFigures area_for(const std::vector<Descriptor>& layers) const;
  /// The memories of codes that functions are looked up in, one a column.
  BufferCost tables() const;

 private:
  /// Tables, if the layer looks codes up, multipliers, if it multiplies maps, or comparison trees
  /// and the registers of their thresholds, if it counts: else nothing.
  struct Extra {
    Figure area_um2, leakage_mw;
  };
  Extra extra_for(const Descriptor& layer) const;
  void add_units();
  void find_critical_path();
  void require_clock() const;
  void charge_array(const Descriptor& d, const LayerCounters& counters, EnergyFigures& pj) const;
  void charge_post(const Descriptor& d, const LayerCounters& counters, EnergyFigures& pj) const;
  void charge_table(const Descriptor& d, const LayerCounters& counters, EnergyFigures& pj) const;
  void charge_thresholds(const Descriptor& d, const LayerCounters& counters,
                         EnergyFigures& pj) const;
  void charge_control(const LayerCounters& counters, EnergyFigures& pj) const;
  void charge_memory(const LayerCounters& counters, EnergyFigures& pj) const;
  double logic_pj_per_fj() const;
  MeasuredUnit pool_unit(const Descriptor& layer) const;
};

inline bool multiplies_maps(const Descriptor& layer) {
  return layer.kind == LayerKind::kAdd && multiplies(layer.pair);
}

/// One of each event that a layer may count.
LayerCounters one_of_each(const Descriptor& layer);

/// Of the machine's area and leakage, and of the energy of these layers.
std::vector<Provenance> provenance_of(const CostParts& parts,
                                      const std::vector<Descriptor>& layers);

}  // namespace dcnsim
