// SPDX-License-Identifier: Apache-2.0
// Idle cycles in front of reads that wait for their rows to open. Reads of open rows that come
// later may go there, as a controller that has both would let them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace dcnsim {

class ColumnGaps {
 public:
  /// First cycles in which a column command may act, and no longer may.
  struct Gap {
    std::uint64_t begin = 0, end = 0;
  };

  void clear() { *this = {}; }

  /// Behind all that are known; the oldest is forgotten.
  void add(const Gap& gap) {
    gaps_[oldest_] = gap;
    oldest_ = (oldest_ + 1) % gaps_.size();
    latest_end_ = gap.end;
  }

  bool any_after(std::uint64_t cycle) const { return cycle < latest_end_; }

  /// The first gap, the oldest first, for which `cycle_in(gap)` is within it, shortened to what
  /// follows `spacing` cycles later; returns that cycle, or 0.
  template <typename CycleIn>
  std::uint64_t take(std::uint64_t spacing, CycleIn&& cycle_in) {
    for (std::size_t i = 0; i < gaps_.size(); ++i) {
      Gap& gap = gaps_[(oldest_ + i) % gaps_.size()];
      if (gap.begin >= gap.end) continue;
      const std::uint64_t cycle = cycle_in(gap);
      if (cycle >= gap.end) continue;
      gap.begin = cycle + spacing;
      return cycle;
    }
    return 0;
  }

 private:
  std::array<Gap, 4> gaps_{};  ///< in turn
  std::size_t oldest_ = 0;
  std::uint64_t latest_end_ = 0;
};

}  // namespace dcnsim
