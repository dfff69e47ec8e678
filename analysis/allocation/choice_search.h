// SPDX-License-Identifier: Apache-2.0
// The multiple-choice knapsack behind the integer optimum: one item of every tensor, least value
// within a limit on weight. A dynamic programme over the tensors keeps the non-dominated partial
// sums whose bound (the hull of the tensors still to come) can match the best known solution.
#pragma once

#include <cstddef>
#include <vector>

#include "analysis/allocation/hull.h"

namespace dcnsim {

/// Non-dominated items of every tensor, as non_dominated returns them.
struct ChoiceProblem {
  std::vector<std::vector<Item>> tensors;
  double fixed_value = 0;
  double fixed_weight = 0;
  double limit = 0;  ///< of the weight, at least the least weight there is
};

struct ChoiceResult {
  std::vector<int> choices;  ///< of equal value the least weight, then the smallest choices
  bool is_proven = false;
};

/// The optimum over the floating-point sums taken in the order of the tensors. Gives up after
/// `max_states` partial sums and returns the best solution known by then.
ChoiceResult search_choices(const ChoiceProblem& problem, std::size_t max_states);

}  // namespace dcnsim
