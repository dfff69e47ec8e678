// SPDX-License-Identifier: Apache-2.0
// The machine in front of the world's memories, and how fast these are. DCNSIM_SOURCE_DIR must be
// defined.
#pragma once

#include "models/arch/accelerator_yaml.h"
#include "tests/tlm/world/memory.h"

namespace dcnsim::world {

inline AcceleratorConfig machine() {
  return load_accelerator(DCNSIM_SOURCE_DIR "/models/arch/presets/small_edge.yaml");
}
inline sc_core::sc_time clock_period() { return {5, sc_core::SC_NS}; }

/// Slow enough that accepting a request decides how long a job takes.
inline Timing slow() { return {{500, sc_core::SC_NS}, {100, sc_core::SC_NS}}; }
/// Fast enough for a job at every clock edge, slow enough that a reset strikes whatever happens.
inline Timing quick() { return {{12, sc_core::SC_NS}, {43, sc_core::SC_NS}}; }

}  // namespace dcnsim::world
