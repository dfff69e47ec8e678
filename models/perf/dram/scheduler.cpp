// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/scheduler.h"

namespace dcnsim {

std::size_t pick(DramScheduler scheduler, const WaitingBursts& waiting) {
  switch (scheduler) {
    case DramScheduler::kFrFcfs:
      return pick_fr_fcfs(waiting);
    case DramScheduler::kFcfs:
      return pick_fcfs(waiting);
  }
  return 0;
}

}  // namespace dcnsim
