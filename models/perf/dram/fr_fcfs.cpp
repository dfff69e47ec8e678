// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>

#include "models/perf/dram/scheduler.h"

namespace dcnsim {

std::size_t pick_fr_fcfs(const std::vector<DramCandidate>& candidates) {
  // Whatever overtakes a request also overtakes all older ones: the oldest is overtaken most.
  if (candidates.front().overtaken >= kMostOvertaken) return 0;
  const auto best = std::min_element(
      candidates.begin(), candidates.end(), [](const DramCandidate& a, const DramCandidate& b) {
        return std::tuple(!a.row_hit, a.column) < std::tuple(!b.row_hit, b.column);
      });
  return static_cast<std::size_t>(best - candidates.begin());
}

}  // namespace dcnsim
