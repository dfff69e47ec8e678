// SPDX-License-Identifier: Apache-2.0
// Which of the bursts that wait at a channel is served next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/arch/accelerator_config.h"

namespace dcnsim {

/// The next burst of a waiting request.
struct DramCandidate {
  bool row_hit = false;         ///< its row is open
  std::uint64_t column = 0;     ///< cycle its column command could have
  std::uint64_t overtaken = 0;  ///< bursts of younger requests served while it waited
};

/// Index of the candidate to serve; they stand in order of age and are not empty.
std::size_t pick(DramScheduler scheduler, const std::vector<DramCandidate>& candidates);

// The choices. A new one is a file with such a function, a name in DramScheduler and a line in
// pick().

/// First come, first served.
std::size_t pick_fcfs(const std::vector<DramCandidate>& candidates);

/// First ready, first come, first served (Rixner et al., ISCA 2000): open rows first, among them
/// whoever can move data soonest (which keeps reads and writes together), then the oldest. A
/// request that kMostOvertaken bursts have overtaken comes before all others.
std::size_t pick_fr_fcfs(const std::vector<DramCandidate>& candidates);
inline constexpr std::uint64_t kMostOvertaken = 64;

}  // namespace dcnsim
