// SPDX-License-Identifier: Apache-2.0
// One direction of the DMA's memory port: how many requests may be in flight and when their data
// have passed. A bus word passes in a cycle; data pass in the order in which the memory is done.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dcnsim {

class MemoryPort {
 public:
  MemoryPort(int bus_bytes, int outstanding)
      : bus_bytes_(static_cast<std::uint32_t>(bus_bytes)),
        outstanding_(static_cast<std::size_t>(outstanding)),
        passing_(outstanding_) {}

  void reset() {
    in_flight_ = count_ = 0;
    free_cycle_ = 0;
  }

  bool has_room() const { return in_flight_ < outstanding_; }
  bool idle() const { return in_flight_ == 0; }
  const std::size_t& in_flight() const { return in_flight_; }
  void request() { ++in_flight_; }

  /// The memory is done with burst `tag` of so many bytes, requested in cycle `requested`, in cycle
  /// `done`, which has not passed: told in whatever order, data pass in that of `done`, and of
  /// `requested` where equal.
  void respond(std::uint32_t tag, std::uint32_t bytes, std::uint64_t requested,
               std::uint64_t done) {
    std::size_t at = count_++;
    for (; at > 0 && passing(at - 1).follows(done, requested); --at) passing(at) = passing(at - 1);
    passing(at) = {0, done, requested, bytes / bus_bytes_, tag};
    std::uint64_t free = at == 0 ? free_cycle_ : passing(at - 1).cycle;
    for (; at < count_; ++at) {
      Passing& p = passing(at);
      p.cycle = free = std::max(p.done, std::max(p.requested, free) + p.words);
    }
  }

  /// Cycle in which the next burst has passed; only if one is passing.
  bool any_passing() const { return count_ > 0; }
  std::uint64_t next_cycle() const { return passing_[first_].cycle; }
  /// Takes that burst away and returns its tag.
  std::uint32_t retire() {
    const Passing& next = passing_[first_];
    free_cycle_ = next.cycle;
    if (++first_ == passing_.size()) first_ = 0;
    --count_;
    --in_flight_;
    return next.tag;
  }

 private:
  struct Passing {
    std::uint64_t cycle;  ///< in which it has passed
    std::uint64_t done, requested;
    std::uint32_t words, tag;
    bool follows(std::uint64_t other_done, std::uint64_t other_requested) const {
      return done != other_done ? done > other_done : requested > other_requested;
    }
  };
  /// In the order of their cycles.
  Passing& passing(std::size_t i) {
    const std::size_t at = first_ + i;
    return passing_[at < passing_.size() ? at : at - passing_.size()];
  }

  std::uint32_t bus_bytes_;
  std::size_t outstanding_;
  std::size_t in_flight_ = 0;
  std::uint64_t free_cycle_ = 0;       ///< in which the burst taken last had passed
  std::vector<Passing> passing_;       ///< a ring
  std::size_t first_ = 0, count_ = 0;  ///< of those in it
};

}  // namespace dcnsim
