// SPDX-License-Identifier: Apache-2.0
// The command bus of a channel: one command a memory clock cycle. Row commands of later bursts are
// placed between column commands that were placed before them, so recent cycles are remembered.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstdint>

namespace dcnsim {

class CommandSlots {
 public:
  static constexpr std::size_t kRemembered = 128;  ///< cycles up to the latest command

  void reset() {
    taken_.reset();
    latest_ = 0;
  }

  /// First cycle from `cycle` on without a command. `cycle` must be among those remembered.
  std::uint64_t free_from(std::uint64_t cycle) const {
    while (cycle <= latest_ && taken_[latest_ - cycle]) ++cycle;
    return cycle;
  }

  void take(std::uint64_t cycle) {
    if (cycle > latest_) {
      taken_ <<= std::min<std::uint64_t>(cycle - latest_, kRemembered);
      latest_ = cycle;
    }
    if (latest_ - cycle < kRemembered) taken_.set(latest_ - cycle);
  }

  /// Takes `count` cycles behind the latest command, `step` apart.
  void take_run(std::uint64_t first, std::uint64_t step, std::uint64_t count) {
    take(first + (count - 1) * step);
    const std::uint64_t kept = std::min<std::uint64_t>(count, (kRemembered - 1) / step + 1);
    for (std::uint64_t i = 1; i < kept; ++i) taken_.set(i * step);
  }

 private:
  std::bitset<kRemembered> taken_;  ///< bit i: cycle latest_ - i
  std::uint64_t latest_ = 0;
};

}  // namespace dcnsim
