// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/scheduler.h"

namespace dcnsim {

std::size_t pick_fr_fcfs(const WaitingBursts& waiting) {
  // Whatever overtakes a request also overtakes all older ones: the oldest is overtaken most.
  if (waiting.overtaken(0) >= kMostOvertaken) return 0;
  std::size_t best = waiting.size();
  for (const bool row_hit : {true, false}) {
    std::uint64_t column = UINT64_MAX;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (waiting.row_hit(i) != row_hit) continue;
      const std::uint64_t own = waiting.column(i);
      if (own < column) {
        column = own;
        best = i;
      }
      if (own <= waiting.soonest_column()) break;  // nobody younger is sooner
    }
    if (best < waiting.size()) return best;
  }
  return 0;
}

}  // namespace dcnsim
