// SPDX-License-Identifier: Apache-2.0
// The layer in execution, shared read-only by the processes that load, compute and store.
#pragma once

#include <vector>

#include "models/arch/descriptor.h"
#include "models/perf/schedule.h"

namespace dcnsim {

struct LayerJob {
  Descriptor descriptor;
  std::vector<Step> steps;
};

}  // namespace dcnsim
