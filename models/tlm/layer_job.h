// SPDX-License-Identifier: Apache-2.0
// The layer in execution, shared read-only by the processes that load, compute and store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"
#include "models/perf/schedule.h"

namespace dcnsim {

struct LayerJob {
  Descriptor descriptor;
  std::vector<Step> steps;
};

/// Slots of a buffer for one layer: halves of a double buffer are used in turn unless one tile may
/// have all of it (BufferNeed).
inline std::size_t slots(const BufferConfig& buffer, std::int64_t available_to_a_tile) {
  return buffer.double_buffered && available_to_a_tile < buffer.capacity_bytes ? 2 : 1;
}

}  // namespace dcnsim
