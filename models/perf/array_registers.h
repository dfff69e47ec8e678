// SPDX-License-Identifier: Apache-2.0
// Registers of the array that are not in its PEs: at its edges the operands fetched a step ahead
// and the delay lines of the skew, beside the PEs the shadows of their weights (weight-stationary)
// or sums (output-stationary). How many there are and how often they are loaded is derived in
// array_cycles.md; the Verilog arrays of tests/rtl have the same.
#pragma once

#include <cstdint>

#include "models/arch/accelerator_config.h"
#include "models/perf/array_cycles.h"
#include "models/perf/counters.h"

namespace dcnsim {

struct ArrayRegisters {
  std::uint64_t edge_bits = 0;
  std::uint64_t shadow_bits = 0;
};

ArrayRegisters array_registers(const AcceleratorConfig& config);

/// Adds the loads of one step of a schedule: registers that hold nothing new are not clocked.
void count_register_loads(const AcceleratorConfig& config, const ArrayWork& work,
                          RegisterLoads& loads);

}  // namespace dcnsim
