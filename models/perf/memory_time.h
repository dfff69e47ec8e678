// SPDX-License-Identifier: Apache-2.0
// Whose fault a wait is: the array lacked something while the memory refreshed, or was at work.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/perf/clock.h"
#include "models/perf/counters.h"
#include "models/perf/dram/device.h"

namespace dcnsim {

/// Of `cycles` charged to `cause`, in which the memory spent `time`. Parts of a cycle stay with the
/// cause.
inline void charge_memory(const DramTime& time, const Clock& clock, Stall cause,
                          std::uint64_t cycles, LayerCounters& counters) {
  const auto at = static_cast<std::size_t>(cause);
  const std::uint64_t refresh = std::min(cycles, time.refresh_ps / clock.period_ps());
  counters.refresh_cycles[at] += refresh;
  counters.memory_busy_cycles[at] += std::min(cycles - refresh, time.busy_ps / clock.period_ps());
}

}  // namespace dcnsim
