// SPDX-License-Identifier: Apache-2.0
// One direction of the DMA's memory port: how many requests may be in flight and when their data
// have passed. A bus word passes in a cycle; data pass in the order in which the memory is done.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>

#include "models/perf/tile_stream.h"

namespace dcnsim {

class MemoryPort {
 public:
  MemoryPort(int bus_bytes, int outstanding)
      : bus_bytes_(static_cast<std::uint64_t>(bus_bytes)),
        outstanding_(static_cast<std::size_t>(outstanding)) {}

  void reset() {
    in_flight_ = 0;
    free_cycle_ = 0;
    passing_.clear();
  }

  bool has_room() const { return in_flight_ < outstanding_; }
  bool idle() const { return in_flight_ == 0; }
  const std::size_t& in_flight() const { return in_flight_; }
  void request() { ++in_flight_; }

  /// The memory is done with `burst`, requested in cycle `requested`, in cycle `done`, which has
  /// not passed: told in whatever order, data pass in that of `done`, and of `requested` where
  /// equal.
  void respond(const Burst& burst, std::uint64_t requested, std::uint64_t done) {
    auto at = passing_.end();
    while (at != passing_.begin() && std::prev(at)->follows(done, requested)) --at;
    at = passing_.insert(at, {0, done, requested, burst});
    std::uint64_t free = at == passing_.begin() ? free_cycle_ : std::prev(at)->cycle;
    for (; at != passing_.end(); ++at) {
      at->cycle = free =
          std::max(at->done, std::max(at->requested, free) + at->burst.bytes / bus_bytes_);
    }
  }

  /// Cycle in which the next burst has passed; only if one is passing.
  bool any_passing() const { return !passing_.empty(); }
  std::uint64_t next_cycle() const { return passing_.front().cycle; }
  /// Takes that burst away.
  Burst retire() {
    const Burst burst = passing_.front().burst;
    free_cycle_ = passing_.front().cycle;
    passing_.pop_front();
    --in_flight_;
    return burst;
  }

 private:
  struct Passing {
    std::uint64_t cycle;  ///< in which it has passed
    std::uint64_t done, requested;
    Burst burst;
    bool follows(std::uint64_t other_done, std::uint64_t other_requested) const {
      return done != other_done ? done > other_done : requested > other_requested;
    }
  };
  std::uint64_t bus_bytes_;
  std::size_t outstanding_;
  std::size_t in_flight_ = 0;
  std::uint64_t free_cycle_ = 0;  ///< in which the burst taken last had passed
  std::deque<Passing> passing_;   ///< in the order of their cycles
};

}  // namespace dcnsim
