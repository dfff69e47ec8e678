// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/pareto.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace dcnsim {
namespace {

double distance(const Costs& better, const Costs& worse) {
  double sum = 0;
  for (std::size_t i = 0; i < worse.size(); ++i) {
    const double scale = std::max(std::abs(worse[i]), std::numeric_limits<double>::min());
    sum += (worse[i] - better[i]) / scale;
  }
  return sum;
}

}  // namespace

bool dominates(const Costs& a, const Costs& b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    better |= a[i] < b[i];
  }
  return better;
}

std::vector<std::optional<std::size_t>> dominators(const std::vector<Costs>& candidates) {
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return candidates[a] < candidates[b]; });
  // Only what comes earlier in this order can dominate, and mostly the latest on the front does.
  std::vector<std::size_t> front, dominated;
  for (const std::size_t i : order) {
    const bool is_dominated = std::any_of(front.rbegin(), front.rend(), [&](std::size_t f) {
      return dominates(candidates[f], candidates[i]);
    });
    (is_dominated ? dominated : front).push_back(i);
  }
  std::sort(front.begin(), front.end());
  std::vector<std::optional<std::size_t>> result(candidates.size());
  for (const std::size_t i : dominated) {
    double nearest = std::numeric_limits<double>::infinity();
    for (const std::size_t f : front) {
      if (!dominates(candidates[f], candidates[i])) continue;
      const double d = distance(candidates[f], candidates[i]);
      if (result[i] && d >= nearest) continue;
      nearest = d;
      result[i] = f;
    }
  }
  return result;
}

}  // namespace dcnsim
