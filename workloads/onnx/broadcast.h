// SPDX-License-Identifier: Apache-2.0
// Parameters of a tensor's elements without one for each: one for all, or one a channel.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace dcnsim {

/// A number for every element of a tensor: the first for the first `run` of them, then the next,
/// and behind the last the first again.
struct Broadcast {
  std::vector<double> numbers;
  std::size_t run = 1;

  bool empty() const { return numbers.empty(); }
  double operator[](std::size_t element) const { return numbers[element / run % numbers.size()]; }
  /// The first element behind `element` that may have another number.
  std::size_t end_of_run(std::size_t element) const {
    return numbers.size() == 1 ? std::numeric_limits<std::size_t>::max()
                               : (element / run + 1) * run;
  }
  bool are_equal() const {
    return std::all_of(numbers.begin(), numbers.end(),
                       [this](double number) { return number == numbers.front(); });
  }
};

}  // namespace dcnsim
