// SPDX-License-Identifier: Apache-2.0
// Integrates the time in which at least one bank of a channel has a row open. Banks may be reported
// out of order, as long as nothing is reported before the time settled last.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace dcnsim {

class OpenTime {
 public:
  void reset(std::uint64_t now_ps) {
    pending_.clear();
    open_ = 0;
    active_ps_ = 0;
    settled_ps_ = now_ps;
  }
  void opens(std::uint64_t at_ps) { insert({std::max(at_ps, settled_ps_), +1}); }
  void closes(std::uint64_t at_ps) { insert({std::max(at_ps, settled_ps_), -1}); }

  /// Nothing will be reported before `now_ps`: integrates up to there if enough has come together.
  void pass(std::uint64_t now_ps) {
    if (pending_.size() >= kPending) settle(now_ps);
  }

  /// Integrates up to `now_ps`.
  void settle(std::uint64_t now_ps) {
    std::size_t done = 0;
    for (; done < pending_.size() && pending_[done].at_ps <= now_ps; ++done) {
      advance(pending_[done].at_ps);
      open_ += pending_[done].change;
    }
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(done));
    if (now_ps > settled_ps_) advance(now_ps);
  }

  std::uint64_t settled_ps() const { return settled_ps_; }
  /// Up to then.
  std::uint64_t active_ps() const { return active_ps_; }

 private:
  static constexpr std::size_t kPending = 32;
  struct Change {
    std::uint64_t at_ps;
    int change;
  };
  void advance(std::uint64_t to_ps) {
    if (open_ > 0) active_ps_ += to_ps - settled_ps_;
    settled_ps_ = to_ps;
  }
  void insert(Change change) {
    const auto later =
        std::upper_bound(pending_.begin(), pending_.end(), change,
                         [](const Change& a, const Change& b) { return a.at_ps < b.at_ps; });
    pending_.insert(later, change);
  }

  std::vector<Change> pending_;  ///< by time
  int open_ = 0;                 ///< banks
  std::uint64_t settled_ps_ = 0;
  std::uint64_t active_ps_ = 0;
};

}  // namespace dcnsim
