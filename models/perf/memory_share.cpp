// SPDX-License-Identifier: Apache-2.0
#include "models/perf/memory_share.h"

#include <algorithm>

namespace dcnsim {

void MemoryShare::begin_job(std::uint64_t cycle) {
  meter_.begin_job(clock_.ps(cycle));
  before_ = meter_.events_until(clock_.ps(cycle));
}

void MemoryShare::waited(Stall cause, std::uint64_t from, std::uint64_t to,
                         LayerCounters& counters) {
  const DramTime time = meter_.time_between(clock_.ps(from), clock_.ps(to));
  const std::uint64_t refresh = std::min(to - from, time.refresh_ps / clock_.period_ps());
  counters.refresh_cycles[cause] += refresh;
  counters.memory_busy_cycles[cause] +=
      std::min(to - from - refresh, time.busy_ps / clock_.period_ps());
}

void MemoryShare::end_layer(std::uint64_t cycle, LayerCounters& counters) {
  const DramEvents now = meter_.events_until(clock_.ps(cycle));
  counters.dram = now - before_;
  before_ = now;
}

}  // namespace dcnsim
