// SPDX-License-Identifier: Apache-2.0
// What the naive machine counts, one at a time.
#pragma once

#include <map>
#include <string>

#include "tests/oracle/machine/memory_runs.h"

namespace dcnsim::oracle {

struct Accesses {
  Int reads = 0, writes = 0;
};

struct Tally {
  Int cycles = 0, compute_cycles = 0, fill_drain_cycles = 0, overhead_cycles = 0;
  Int waits_descriptor = 0, waits_weight = 0, waits_input = 0, waits_output = 0, conflicts = 0;
  Int macs = 0, pe_cycles = 0, weight_loads = 0, activation_loads = 0;
  Int edge_activation_bits = 0, edge_weight_bits = 0, shadow_bits = 0;
  Int feeder_bits = 0;
  Int input_codes = 0;
  Int bytes[6] = {};  ///< by Stream
  Accesses input_buffer, weight_buffer, output_buffer, accumulator_buffer;
  Int requantized = 0, pool_operations = 0, additions = 0;
};

/// By the names that results have.
std::map<std::string, Int> by_name(const Tally& tally);

}  // namespace dcnsim::oracle
