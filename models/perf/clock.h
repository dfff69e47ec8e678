// SPDX-License-Identifier: Apache-2.0
// The one place where integer clock cycles become picoseconds and back.
#pragma once

#include <cmath>
#include <cstdint>

namespace dcnsim {

/// A clock whose edges are the multiples of its period, rounded to whole picoseconds.
class Clock {
 public:
  explicit Clock(double mhz) : period_ps_(static_cast<std::uint64_t>(std::llround(1e6 / mhz))) {}

  std::uint64_t period_ps() const { return period_ps_; }
  std::uint64_t ps(std::uint64_t cycles) const { return cycles * period_ps_; }
  /// The first edge at or after `time_ps`, counted in cycles since time zero.
  std::uint64_t edge_at_or_after(std::uint64_t time_ps) const {
    return (time_ps + period_ps_ - 1) / period_ps_;
  }

 private:
  std::uint64_t period_ps_;
};

}  // namespace dcnsim
