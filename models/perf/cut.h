// SPDX-License-Identifier: Apache-2.0
// A loop cut into pieces, of which only the last may be smaller: what the closed formulas of the
// array sum over.
#pragma once

#include <cstdint>

#include "models/base/integer.h"

namespace dcnsim {

/// `extent` cut into `count` pieces of `full`, of which the last may be smaller.
struct Cut {
  std::uint64_t count;
  int full;  ///< of every piece but the last
  int last;

  Cut(int extent, int at_most) : count(u64(ceil_div(extent, at_most))), full(at_most) {
    last = extent - static_cast<int>(count - 1) * at_most;
  }
  int first() const { return count > 1 ? full : last; }

  /// Sum of f(size) over the pieces.
  template <typename F>
  std::uint64_t sum(F f) const {
    return (count - 1) * f(full) + f(last);
  }
};

/// The same cut `times` times, one after the other.
struct RepeatedCut {
  std::uint64_t times;
  Cut cut;

  std::uint64_t count() const { return times * cut.count; }
  /// Sum of f(size) over all pieces.
  template <typename F>
  std::uint64_t sum(F f) const {
    return times * cut.sum(f);
  }
  /// Sum of f(size, size of the next) over all pieces but the last.
  template <typename F>
  std::uint64_t sum_of_pairs(F f) const {
    std::uint64_t sum = (times - 1) * f(cut.last, cut.first());
    if (cut.count > 1) sum += times * f(cut.full, cut.last);
    if (cut.count > 2) sum += times * (cut.count - 2) * f(cut.full, cut.full);
    return sum;
  }
};

}  // namespace dcnsim
