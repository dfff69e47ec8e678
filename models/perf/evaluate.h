// SPDX-License-Identifier: Apache-2.0
// What layers cost in time, traffic and events, without values and without SystemC: a Pipeline
// against a DRAM model. The SystemC system with loosely timed memory gives the same counters.
#pragma once

#include <cstdint>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"
#include "models/arch/dram_spec.h"
#include "models/perf/counters.h"

namespace dcnsim {

/// Executes the descriptors, which lie one behind the other from `descriptor_address` on, from an
/// idle machine and a DRAM with closed rows. Zeros and overflows, which depend on the data, are not
/// counted. `config` is validated, every descriptor valid and legal on it.
std::vector<LayerCounters> evaluate(const std::vector<Descriptor>& layers,
                                    std::uint64_t descriptor_address,
                                    const AcceleratorConfig& config, const DramSpec& dram);

/// Cycles to decode a descriptor and set up the address generators: one bus word of it a cycle.
std::uint64_t decode_cycles(const DmaConfig& dma);

}  // namespace dcnsim
