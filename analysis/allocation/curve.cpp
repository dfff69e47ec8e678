// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/curve.h"

#include <algorithm>
#include <cmath>

namespace dcnsim {

std::vector<std::vector<int>> rule_allocations(const AllocationSpace& space,
                                               const NoiseTables& noise,
                                               const AllocateForNoise& allocate) {
  std::vector<double> limits;
  for (int bits = kCurveLowest; bits <= kCurveHighest; ++bits) {
    const double limit = predicted_output_noise(space, noise, equal_widths(space, bits));
    if (!limits.empty()) limits.push_back(std::sqrt(limits.back() * limit));
    limits.push_back(limit);
  }
  std::vector<std::vector<int>> allocations;
  for (const double limit : limits) {
    std::vector<int> widths = allocate(limit);
    if (std::find(allocations.begin(), allocations.end(), widths) == allocations.end()) {
      allocations.push_back(std::move(widths));
    }
  }
  return allocations;
}

std::optional<double> cost_at_accuracy(std::vector<std::pair<double, double>> points,
                                       double accuracy) {
  std::sort(points.begin(), points.end());
  std::optional<std::pair<double, double>> below;
  for (const auto& [cost, reached] : points) {
    if (reached >= accuracy) {
      if (!below) return cost;
      const double part = (accuracy - below->second) / (reached - below->second);
      return below->first + part * (cost - below->first);
    }
    if (!below || reached > below->second) below = {cost, reached};
  }
  return {};
}

std::vector<std::string> rules_of(const std::vector<CurvePoint>& curve) {
  std::vector<std::string> rules;
  for (const CurvePoint& point : curve) {
    if (std::find(rules.begin(), rules.end(), point.rule) == rules.end()) {
      rules.push_back(point.rule);
    }
  }
  return rules;
}

std::vector<Saving> savings(const std::vector<CurvePoint>& curve,
                            const std::vector<double>& accuracies,
                            const std::function<double(const CurvePoint&)>& cost) {
  const auto cost_of_rule = [&](const std::string& rule, double accuracy) {
    std::vector<std::pair<double, double>> points;
    for (const CurvePoint& point : curve) {
      if (point.rule == rule) points.emplace_back(cost(point), point.top1);
    }
    return cost_at_accuracy(std::move(points), accuracy);
  };
  std::vector<Saving> result;
  for (const double accuracy : accuracies) {
    for (const std::string& rule : rules_of(curve)) {
      if (rule == kEqualRule) continue;
      result.push_back(
          {rule, accuracy, cost_of_rule(kEqualRule, accuracy), cost_of_rule(rule, accuracy)});
    }
  }
  return result;
}

}  // namespace dcnsim
