// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/scheduler.h"

namespace dcnsim {

std::size_t pick_fcfs(const WaitingBursts&) { return 0; }

}  // namespace dcnsim
