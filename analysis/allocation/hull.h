// SPDX-License-Identifier: Apache-2.0
// What marginal analysis rests on: the choices of one tensor that can be part of an optimum, and
// the steps along their lower convex hull. "Value" is what is minimised, "weight" what is limited:
// cost and noise, or noise and cost.
#pragma once

#include <cstddef>
#include <vector>

namespace dcnsim {

struct Item {
  int choice = 0;  ///< position in the tensor's tables
  double value = 0;
  double weight = 0;
};

/// The items that no other item equals or beats in both value and weight (of equals the first
/// choice stays), by rising value and falling weight.
std::vector<Item> non_dominated(std::vector<Item> items);

/// One move along the hull of one tensor: value rises, weight falls.
struct HullStep {
  std::size_t tensor = 0;
  Item to;
  double value_rise = 0;
  double weight_fall = 0;
  double efficiency = 0;  ///< weight_fall / value_rise
};

/// The steps from each tensor's first non-dominated item to its last, collinear items included, the
/// most efficient first; equally efficient ones by tensor, then along the hull. The steps of one
/// tensor always stay in their order. `tensors` holds what non_dominated returned.
std::vector<HullStep> hull_steps(const std::vector<std::vector<Item>>& tensors);

}  // namespace dcnsim
