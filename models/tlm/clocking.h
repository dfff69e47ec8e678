// SPDX-License-Identifier: Apache-2.0
// The one place where clock cycles and picoseconds become SystemC time and back.
#pragma once

#include <cstdint>
#include <systemc>

#include "models/perf/clock.h"

namespace dcnsim {

class Clocking : public Clock {
 public:
  using Clock::Clock;
  using Clock::edge_at_or_after;

  sc_core::sc_time cycles(std::uint64_t n) const { return to_time(ps(n)); }
  std::uint64_t edge_at_or_after(const sc_core::sc_time& time) const {
    return edge_at_or_after(to_ps(time));
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
};

}  // namespace dcnsim
