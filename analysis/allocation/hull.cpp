// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/hull.h"

#include <algorithm>
#include <tuple>

namespace dcnsim {
namespace {

HullStep step_between(std::size_t tensor, const Item& from, const Item& to) {
  const double rise = to.value - from.value;
  const double fall = from.weight - to.weight;
  return {tensor, to, rise, fall, fall / rise};
}

/// The efficiencies that are compared here are the ones sorted by later: rounding cannot bring the
/// steps of a tensor out of order.
std::vector<HullStep> steps_of(std::size_t tensor, const std::vector<Item>& items) {
  std::vector<HullStep> steps;
  for (std::size_t k = 1; k < items.size(); ++k) {
    HullStep step = step_between(tensor, items[k - 1], items[k]);
    while (!steps.empty() && steps.back().efficiency < step.efficiency) {
      steps.pop_back();
      step = step_between(tensor, steps.empty() ? items.front() : steps.back().to, items[k]);
    }
    steps.push_back(step);
  }
  return steps;
}

}  // namespace

std::vector<Item> non_dominated(std::vector<Item> items) {
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return std::tie(a.value, a.weight, a.choice) < std::tie(b.value, b.weight, b.choice);
  });
  std::vector<Item> kept;
  for (const Item& item : items) {
    if (kept.empty() || item.weight < kept.back().weight) kept.push_back(item);
  }
  return kept;
}

std::vector<HullStep> hull_steps(const std::vector<std::vector<Item>>& tensors) {
  std::vector<HullStep> all;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::vector<HullStep> steps = steps_of(i, tensors[i]);
    all.insert(all.end(), steps.begin(), steps.end());
  }
  std::stable_sort(all.begin(), all.end(), [](const HullStep& a, const HullStep& b) {
    return a.efficiency > b.efficiency;
  });
  return all;
}

}  // namespace dcnsim
