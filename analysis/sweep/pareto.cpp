// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/pareto.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace dcnsim {
namespace {

double distance(const ObjectiveValues& better, const ObjectiveValues& worse) {
  double sum = 0;
  for (std::size_t i = 0; i < worse.size(); ++i) {
    const double scale = std::max(std::abs(worse[i]), std::numeric_limits<double>::min());
    sum += (worse[i] - better[i]) / scale;
  }
  return sum;
}

std::optional<std::size_t> nearest_dominator(const std::vector<ObjectiveValues>& candidates,
                                             const std::vector<std::size_t>& front, std::size_t i) {
  std::optional<std::size_t> nearest;
  double least = std::numeric_limits<double>::infinity();
  for (const std::size_t f : front) {
    if (!dominates(candidates[f], candidates[i])) continue;
    const double d = distance(candidates[f], candidates[i]);
    if (nearest && (d > least || (d == least && f > *nearest))) continue;
    least = d;
    nearest = f;
  }
  return nearest;
}

}  // namespace

bool dominates(const ObjectiveValues& a, const ObjectiveValues& b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    better |= a[i] < b[i];
  }
  return better;
}

std::vector<std::optional<std::size_t>> dominators(const std::vector<ObjectiveValues>& candidates) {
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return candidates[a] < candidates[b]; });
  // Only what comes earlier in this order can dominate. Equal candidates are neighbours and fare
  // alike, so the front has one of each.
  std::vector<std::optional<std::size_t>> result(candidates.size());
  std::vector<std::size_t> front;
  for (std::size_t at = 0; at < order.size(); ++at) {
    const std::size_t i = order[at];
    if (at > 0 && candidates[order[at - 1]] == candidates[i]) {
      result[i] = result[order[at - 1]];
      continue;
    }
    result[i] = nearest_dominator(candidates, front, i);
    if (!result[i]) front.push_back(i);
  }
  return result;
}

}  // namespace dcnsim
