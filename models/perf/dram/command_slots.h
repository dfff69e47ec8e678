// SPDX-License-Identifier: Apache-2.0
// A command bus. A command occupies some clock cycles, the last of which names it: there it acts.
// Row commands of later bursts are placed between column commands that were placed before them, so
// recent cycles are remembered.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstdint>

namespace dcnsim {

class CommandSlots {
 public:
  static constexpr std::size_t kRemembered = 256;  ///< cycles up to the latest command

  /// Occupies `length` cycles within `within`: as many, unless others may come between them.
  struct Command {
    std::uint64_t length, within;
  };

  void reset() {
    taken_.reset();
    latest_ = 0;
  }

  /// First cycle from `cycle` on in which a command can end that begins no earlier than `begin`,
  /// which must be among those remembered.
  std::uint64_t free_from(std::uint64_t begin, std::uint64_t cycle, const Command& command) const {
    while (taken(cycle) || !fits(begin, cycle, command)) ++cycle;
    return cycle;
  }

  /// First cycle of a command that ends in `cycle`, its others being the latest free ones.
  std::uint64_t begin_of(std::uint64_t cycle, const Command& command) const {
    std::uint64_t first = cycle;
    for (std::uint64_t left = command.length - 1; left > 0; left -= !taken(first)) --first;
    return first;
  }

  /// A command that begins in `first` and ends in `cycle`, its other cycles being the last before.
  void take(std::uint64_t first, std::uint64_t cycle, const Command& command) {
    if (cycle > latest_) {
      taken_ <<= std::min<std::uint64_t>(cycle - latest_, kRemembered);
      latest_ = cycle;
    }
    occupy(first);
    for (std::uint64_t i = 0; i + 1 < command.length; ++i) occupy(cycle - i);
  }

  /// `count` commands behind the latest, which end `step` cycles apart.
  void take_run(std::uint64_t first, std::uint64_t step, std::uint64_t count,
                const Command& command) {
    const std::uint64_t last = first + (count - 1) * step;
    const std::uint64_t kept = std::min<std::uint64_t>(count, (kRemembered - 1) / step + 1);
    for (std::uint64_t i = 0; i < kept; ++i) take_whole(last - i * step, command);
  }

  /// A command in cycles that follow each other, up to `cycle`.
  void take_whole(std::uint64_t cycle, const Command& command) {
    take(cycle + 1 - command.length, cycle, command);
  }

 private:
  void occupy(std::uint64_t cycle) {
    if (latest_ - cycle < kRemembered) taken_.set(latest_ - cycle);
  }
  bool taken(std::uint64_t cycle) const {
    return cycle <= latest_ && latest_ - cycle < kRemembered && taken_[latest_ - cycle];
  }
  bool fits(std::uint64_t begin, std::uint64_t cycle, const Command& command) const {
    const std::uint64_t lowest = std::max(begin, cycle + 1 - std::min(cycle + 1, command.within));
    std::uint64_t free = 0;
    for (std::uint64_t at = cycle + 1; at > lowest && free < command.length; --at) {
      free += !taken(at - 1);
    }
    return free == command.length;
  }

  std::bitset<kRemembered> taken_;  ///< bit i: cycle latest_ - i
  std::uint64_t latest_ = 0;
};

}  // namespace dcnsim
