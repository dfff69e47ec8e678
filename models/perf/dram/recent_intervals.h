// SPDX-License-Identifier: Apache-2.0
// The latest disjoint time intervals of one kind, in bounded memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dcnsim {

struct Interval {
  std::uint64_t from_ps, to_ps;
};

class RecentIntervals {
 public:
  static constexpr std::size_t kKept = 1024;

  void clear() { intervals_.clear(); }

  /// Joins intervals that touch. No interval may be added that lies wholly before a known one.
  void add(std::uint64_t from_ps, std::uint64_t to_ps) {
    // Most only make the last one longer.
    if (!intervals_.empty() && intervals_.back().from_ps <= from_ps &&
        from_ps <= intervals_.back().to_ps) {
      intervals_.back().to_ps = std::max(to_ps, intervals_.back().to_ps);
      return;
    }
    while (!intervals_.empty() && intervals_.back().to_ps >= from_ps) {
      from_ps = std::min(from_ps, intervals_.back().from_ps);
      to_ps = std::max(to_ps, intervals_.back().to_ps);
      intervals_.pop_back();
    }
    intervals_.push_back({from_ps, to_ps});
    if (intervals_.size() == 2 * kKept) intervals_.erase(intervals_.begin(), first_kept());
  }

  /// Calls visit(Interval) for the parts within [from_ps, to_ps), in order.
  template <typename Visitor>
  void visit(std::uint64_t from_ps, std::uint64_t to_ps, Visitor&& visit) const {
    auto at = std::partition_point(first_kept(), intervals_.end(),
                                   [&](const Interval& i) { return i.to_ps <= from_ps; });
    for (; at != intervals_.end() && at->from_ps < to_ps; ++at) {
      visit(Interval{std::max(at->from_ps, from_ps), std::min(at->to_ps, to_ps)});
    }
  }

 private:
  std::vector<Interval>::const_iterator first_kept() const {
    return intervals_.size() > kKept ? intervals_.end() - kKept : intervals_.begin();
  }

  std::vector<Interval> intervals_;  ///< the latest kKept and older ones
};

}  // namespace dcnsim
