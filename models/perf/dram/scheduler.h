// SPDX-License-Identifier: Apache-2.0
// Which of the bursts that wait at a channel is served next.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/arch/accelerator_config.h"

namespace dcnsim {

/// The next burst of each waiting request, oldest request first; at least one.
class WaitingBursts {
 public:
  virtual ~WaitingBursts() = default;
  virtual std::size_t size() const = 0;
  /// True if the burst's row is open.
  virtual bool row_hit(std::size_t i) const = 0;
  /// Cycle that its column command could have.
  virtual std::uint64_t column(std::size_t i) const = 0;
  /// Bursts of younger requests served while it waited.
  virtual std::uint64_t overtaken(std::size_t i) const = 0;
  /// No column command can be sooner.
  virtual std::uint64_t soonest_column() const = 0;
};

/// Index of the burst to serve.
std::size_t pick(DramScheduler scheduler, const WaitingBursts& waiting);

// The choices. A new one is a file with such a function, a name in DramScheduler and a line in
// pick().

/// First come, first served.
std::size_t pick_fcfs(const WaitingBursts& waiting);

/// First ready, first come, first served (Rixner et al., ISCA 2000): open rows first, among them
/// whoever can move data soonest (which keeps reads and writes together), then the oldest. A
/// request that kMostOvertaken bursts have overtaken comes before all others.
std::size_t pick_fr_fcfs(const WaitingBursts& waiting);
inline constexpr std::uint64_t kMostOvertaken = 64;

}  // namespace dcnsim
