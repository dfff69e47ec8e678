// SPDX-License-Identifier: Apache-2.0
// The share of a layer's counters that its memory knows: in which cycles of waiting it refreshed or
// was at work, and its events.
#pragma once

#include <cstdint>

#include "models/perf/clock.h"
#include "models/perf/counters.h"
#include "models/perf/memory_meter.h"

namespace dcnsim {

/// Asks for one job after the other, in the clock cycles of who runs them.
class MemoryShare {
 public:
  /// `meter` stays.
  MemoryShare(MemoryMeter& meter, const Clock& clock) : meter_(meter), clock_(clock) {}

  void begin_job(std::uint64_t cycle);
  /// Cycles [from, to) of a layer were charged to `cause`. Parts of a cycle stay with the cause.
  void waited(Stall cause, std::uint64_t from, std::uint64_t to, LayerCounters& counters);
  /// A layer ends with `cycle`, and the next one, if any, begins.
  void end_layer(std::uint64_t cycle, LayerCounters& counters);

 private:
  MemoryMeter& meter_;
  const Clock clock_;
  DramEvents before_;  ///< the present layer
};

}  // namespace dcnsim
