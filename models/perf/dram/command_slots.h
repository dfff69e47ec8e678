// SPDX-License-Identifier: Apache-2.0
// A command bus. A command occupies some clock cycles, the last of which names it: there it acts.
// Row commands of later bursts are placed between column commands that were placed before them, so
// recent cycles are remembered.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace dcnsim {

class CommandSlots {
 public:
  static constexpr std::size_t kRemembered = 256;  ///< cycles up to the latest command

  /// Occupies `length` cycles within `within`, at most 64: as many, unless others may come between
  /// them.
  struct Command {
    std::uint64_t length, within;
  };

  void reset() {
    taken_.fill(0);
    latest_ = 0;
  }

  /// First cycle from `cycle` on in which a command can end that begins no earlier than `begin`,
  /// which must be among those remembered.
  std::uint64_t free_from(std::uint64_t begin, std::uint64_t cycle, const Command& command) const {
    while (!fits(begin, cycle, command)) ++cycle;
    return cycle;
  }

  /// First cycle of a command that ends in `cycle`, its others being the latest free ones.
  std::uint64_t begin_of(std::uint64_t cycle, const Command& command) const {
    std::uint64_t before = taken_up_to(cycle);
    if (before << 1 >> (64 - command.length) >> 1 == 0) return cycle + 1 - command.length;
    std::uint64_t first = cycle;
    for (std::uint64_t left = command.length - 1; left > 0; --first) {
      before <<= 1;
      left -= (before & kLast) == 0;
    }
    return first;
  }

  /// A command that begins in `first` and ends in `cycle`, its other cycles being the last before.
  void take(std::uint64_t first, std::uint64_t cycle, const Command& command) {
    advance(cycle);
    occupy(first, 1);
    occupy(cycle + 2 - command.length, command.length - 1);
  }

  /// `count` commands, which end `step` cycles apart.
  void take_run(std::uint64_t first, std::uint64_t step, std::uint64_t count,
                const Command& command) {
    const std::uint64_t kept = std::min<std::uint64_t>(count, (kRemembered - 1) / step + 1);
    if (kept < 4 || (step & (step - 1)) != 0) {
      for (std::uint64_t i = count - kept; i < count; ++i) take_whole(first + i * step, command);
      return;
    }
    // The same bits in every word.
    const std::uint64_t end = first + (count - 1) * step + 1;
    const std::uint64_t begin = end - (kept - 1) * step - command.length;
    advance(end - 1);
    std::uint64_t cycles = (std::uint64_t{1} << command.length) - 1;
    for (std::uint64_t i = step; i < 64; i *= 2) cycles |= cycles << i;
    const std::uint64_t phase = begin & (step - 1);
    if (phase > 0) cycles = cycles << phase | cycles >> (64 - phase);
    for (std::uint64_t word = begin / 64; word <= (end - 1) / 64; ++word) {
      std::uint64_t bits = cycles;
      if (word == begin / 64) bits &= ~std::uint64_t{0} << begin % 64;
      if (word == (end - 1) / 64) bits &= ~std::uint64_t{0} >> (63 - (end - 1) % 64);
      taken_[word % kWords] |= bits;
    }
  }

  /// A command in cycles that follow each other, up to `cycle`.
  void take_whole(std::uint64_t cycle, const Command& command) {
    advance(cycle);
    occupy(cycle + 1 - command.length, command.length);
  }

 private:
  static constexpr std::uint64_t kWords = 2 * kRemembered / 64;
  static constexpr std::uint64_t kLast = std::uint64_t{1} << 63;

  void advance(std::uint64_t cycle) {
    if (cycle <= latest_) return;
    const std::uint64_t word = cycle / 64;
    std::uint64_t i = std::max(latest_ / 64 + 1, word - std::min(word, kWords - 1));
    for (; i <= word; ++i) taken_[i % kWords] = 0;
    latest_ = cycle;
  }
  void occupy(std::uint64_t first, std::uint64_t length) {
    if (latest_ >= first + kRemembered) return;
    const std::uint64_t cycles = (std::uint64_t{1} << length) - 1;
    const std::uint64_t word = first / 64, bit = first % 64;
    taken_[word % kWords] |= cycles << bit;
    if (bit + length > 64) taken_[(word + 1) % kWords] |= cycles >> (64 - bit);
  }
  /// The last bit is `cycle`'s.
  std::uint64_t taken_up_to(std::uint64_t cycle) const {
    const std::uint64_t end = std::min(cycle, latest_);
    if (cycle - end >= 64) return 0;
    const std::uint64_t word = end / 64, bit = end % 64;
    std::uint64_t taken = taken_[word % kWords] << (63 - bit);
    if (bit < 63) taken |= taken_[(word + kWords - 1) % kWords] >> (bit + 1);
    return taken >> (cycle - end);
  }
  bool fits(std::uint64_t begin, std::uint64_t cycle, const Command& command) const {
    const std::uint64_t taken = taken_up_to(cycle);
    if ((taken & kLast) != 0 || begin > cycle) return false;
    const std::uint64_t cycles = std::min({command.within, cycle - begin + 1, std::uint64_t{64}});
    std::uint64_t free = ~taken >> (64 - cycles);
    for (std::uint64_t i = 1; i < command.length; ++i) free &= free - 1;
    return free != 0;
  }

  std::array<std::uint64_t, kWords> taken_{};  ///< a bit a cycle, in turn
  std::uint64_t latest_ = 0;
};

}  // namespace dcnsim
