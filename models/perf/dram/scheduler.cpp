// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/scheduler.h"

namespace dcnsim {

std::size_t pick(DramScheduler scheduler, const std::vector<DramCandidate>& candidates) {
  switch (scheduler) {
    case DramScheduler::kFrFcfs:
      return pick_fr_fcfs(candidates);
    case DramScheduler::kFcfs:
      return pick_fcfs(candidates);
  }
  return 0;
}

}  // namespace dcnsim
