// SPDX-License-Identifier: Apache-2.0
// What only a memory knows of those who work with it: how it spent the time in which they waited,
// and what it did for them. Time in picoseconds.
#pragma once

#include <cstdint>

#include "models/perf/counters.h"

namespace dcnsim {

/// What a memory did in an interval of time, in disjoint parts.
struct DramTime {
  std::uint64_t refresh_ps = 0;  ///< a channel closed its rows and refreshed
  std::uint64_t busy_ps = 0;     ///< otherwise, an access was under way: commands, data, latency
};

class MemoryMeter {
 public:
  virtual ~MemoryMeter() = default;

  /// A job of whoever asks begins at `now_ps`. A memory that is his alone may begin afresh.
  virtual void begin_job(std::uint64_t now_ps) = 0;
  /// How [from_ps, to_ps) was spent, if it is recent; `to_ps` is his present.
  virtual DramTime time_between(std::uint64_t from_ps, std::uint64_t to_ps) = 0;
  /// What was done for him up to `now_ps`, his present, of which differences count. Nothing if the
  /// memory cannot tell him from others.
  virtual DramEvents events_until(std::uint64_t now_ps) = 0;
};

}  // namespace dcnsim
