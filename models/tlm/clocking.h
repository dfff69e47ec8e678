// SPDX-License-Identifier: Apache-2.0
// The one place where integer clock cycles become SystemC time and back.
#pragma once

#include <cmath>
#include <cstdint>
#include <systemc>

namespace dcnsim {

/// A clock whose edges are the multiples of its period, rounded to whole picoseconds.
class Clocking {
 public:
  explicit Clocking(double mhz) : period_ps_(static_cast<std::uint64_t>(std::llround(1e6 / mhz))) {}

  std::uint64_t period_ps() const { return period_ps_; }
  sc_core::sc_time cycles(std::uint64_t n) const { return to_time(n * period_ps_); }
  /// The first edge at or after `time`, counted in cycles since time zero.
  std::uint64_t edge_at_or_after(const sc_core::sc_time& time) const {
    return (to_ps(time) + period_ps_ - 1) / period_ps_;
  }

  static std::uint64_t to_ps(const sc_core::sc_time& time) { return time.value() / units_per_ps(); }
  static sc_core::sc_time to_time(std::uint64_t ps) {
    return sc_core::sc_time::from_value(ps * units_per_ps());
  }

 private:
  /// In units of the kernel's resolution, which is fixed once time is in use. From integers,
  /// because SystemC's conversion from double costs more than a whole burst otherwise would.
  static std::uint64_t units_per_ps() {
    static const std::uint64_t units = sc_core::sc_time(1, sc_core::SC_PS).value();
    return units;
  }

  std::uint64_t period_ps_;
};

}  // namespace dcnsim
