// SPDX-License-Identifier: Apache-2.0
// The PE array of array_cycles.md, clock cycle by clock cycle: buffers fetch operands, PEs
// multiply, sums leave. Every event is counted where it happens.
#pragma once

#include "models/arch/accelerator_config.h"
#include "tests/oracle/machine/tally.h"

namespace dcnsim::oracle {

/// What a step of a convolution asks for.
struct ArrayTask {
  int pixels = 1, channels = 1, reduction = 1;  ///< channels of each group
  int groups = 1;
  int position = 0;  ///< steps of the reduction that a kernel position has; 0: it does not matter
  int weight_bits = 8, activation_bits = 8;
  int parameter_bits = 0;  ///< of a channel, for the requantizer
  bool first_chunk = true, last_chunk = true;
  bool sums_stay = false;  ///< between chunks, in the PEs of an output-stationary array
};

struct ArrayTime {
  Int cycles = 0;
  Int fill_drain = 0;
  Int passes = 0;
};

ArrayTime run_array(const AcceleratorConfig& machine, const ArrayTask& task, Tally& tally);

}  // namespace dcnsim::oracle
