// SPDX-License-Identifier: Apache-2.0
// The preset small_edge as a machine, and what keeps its layers' costs from being independent.
// DCNSIM_SOURCE_DIR must be defined.
#pragma once

#include <string>

#include "analysis/evaluation/machine.h"

namespace dcnsim {

inline Machine small_edge() {
  const std::string models = DCNSIM_SOURCE_DIR "/models/";
  return load_machine(models + "arch/presets/small_edge.yaml", models + "cost/tables");
}

/// A refresh strikes whatever layer runs at its time, which moves with all that ran before. A
/// network that takes about one refresh interval would show little else.
inline Machine small_edge_without_refresh() {
  Machine machine = small_edge();
  machine.dram.trefi_ns = 1e6;
  return machine;
}

/// Layers share the memory's open rows, and sizes of weights move the addresses of all that comes
/// behind them: a layer may open a row more or less than it does elsewhere. pJ and cycles of that.
inline double row_energy_pj(const Machine& machine) { return *machine.dram.act_pre_pj; }
inline double row_cycles(const Machine& machine) {
  return (machine.dram.trp_ns + machine.dram.trcd_ns) * 1e-9 / machine.clock_period_s();
}

}  // namespace dcnsim
