// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/results.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

constexpr std::size_t kLongestPath = 4096;

bool violates(const Constraint& constraint, const Figures& figures) {
  const auto amount = value(figures, constraint.metric);
  return !amount || (constraint.at_most && *amount > *constraint.at_most) ||
         (constraint.at_least && *amount < *constraint.at_least);
}

/// Paths are as the sweep file has them.
std::optional<std::string> shown(const std::optional<std::string>& text) {
  return text ? std::optional(printable(*text, kLongestPath)) : std::nullopt;
}

}  // namespace

SweepSpec stored_spec(SweepStore& store) {
  const std::string file = printable(store.fact("file"), kLongestPath);
  const bool is_fixed = store.facts().count(kFixedFact) > 0;
  return parse_sweep(store.fact("sweep"), file,
                     {user_file, user_file, {}, {}, [&](const InputPath&) { return is_fixed; }});
}

std::string_view to_string(PointState state) {
  constexpr std::string_view names[] = {"missing", "failed", "done"};
  return names[static_cast<std::size_t>(state)];
}

SweepResults::SweepResults(SweepStore& store, const std::optional<Judgement>& instead)
    : spec_(stored_spec(store)),
      space_(spec_),
      judgement_(instead.value_or(Judgement{spec_.objectives, spec_.constraints})),
      points_(space_.size()) {
  store.for_each_point([&](const StoredPoint& stored) {
    if (stored.id >= points_.size()) {
      throw std::runtime_error(store.path() + ": is damaged: point " + std::to_string(stored.id) +
                               " of " + std::to_string(points_.size()));
    }
    PointResult& point = points_[stored.id];
    point.state = stored.failed() ? PointState::kFailed : PointState::kDone;
    point.reason = stored.reason;
    point.figures = stored.figures;
  });
  judge();
}

ObjectiveValues SweepResults::costs(const Figures& figures) const {
  ObjectiveValues result{};
  for (std::size_t i = 0; i < judgement_.objectives.size(); ++i) {
    const Metric metric = judgement_.objectives[i];
    const double amount = value(figures, metric).value_or(0);
    result[i] = info(metric).higher_is_better ? -amount : amount;
  }
  return result;
}

void SweepResults::judge() {
  std::vector<std::uint64_t> feasible;
  std::vector<ObjectiveValues> candidates;
  for (std::uint64_t id = 0; id < points_.size(); ++id) {
    PointResult& point = points_[id];
    if (point.state != PointState::kDone) continue;
    for (const Constraint& constraint : judgement_.constraints) {
      if (violates(constraint, point.figures)) point.violates.push_back(constraint.metric);
    }
    if (!point.feasible()) continue;
    feasible.push_back(id);
    candidates.push_back(costs(point.figures));
  }
  const auto dominated_by = dominators(candidates);
  for (std::size_t i = 0; i < feasible.size(); ++i) {
    PointResult& point = points_[feasible[i]];
    point.on_front = !dominated_by[i];
    if (dominated_by[i]) point.dominated_by = feasible[*dominated_by[i]];
  }
}

std::uint64_t SweepResults::count(PointState state) const {
  return static_cast<std::uint64_t>(
      std::count_if(points_.begin(), points_.end(),
                    [&](const PointResult& point) { return point.state == state; }));
}

std::vector<Metric> SweepResults::metrics() const {
  std::vector<Metric> result;
  for (std::size_t i = 0; i < kMetrics; ++i) {
    const auto metric = static_cast<Metric>(i);
    if (spec_.why_unknown(metric).empty()) result.push_back(metric);
  }
  return result;
}

std::vector<std::uint64_t> SweepResults::front() const {
  std::vector<std::uint64_t> ids;
  for (std::uint64_t id = 0; id < points_.size(); ++id) {
    if (points_[id].on_front) ids.push_back(id);
  }
  std::stable_sort(ids.begin(), ids.end(), [&](std::uint64_t a, std::uint64_t b) {
    return costs(points_[a].figures) < costs(points_[b].figures);
  });
  return ids;
}

std::optional<std::uint64_t> SweepResults::best() const {
  const std::vector<std::uint64_t> ids = front();
  return ids.empty() ? std::nullopt : std::optional(ids.front());
}

std::vector<Axis> SweepResults::axes() const {
  std::vector<Axis> axes{{"network", {"network"}, {}}, {"allocation", {"allocation"}, {}}};
  for (const std::string& network : spec_.networks) axes[0].values.push_back({network});
  for (const AllocationRequest& allocation : spec_.allocations) {
    axes[1].values.push_back({allocation.label});
  }
  axes.insert(axes.end(), spec_.axes.begin(), spec_.axes.end());
  for (Axis& axis : axes) {
    for (auto& position : axis.values) {
      for (auto& text : position) text = shown(text);
    }
  }
  return axes;
}

std::vector<AxisEffect> SweepResults::effects(Metric metric) const {
  struct Sum {
    double amount = 0, count = 0;
  };
  const std::vector<Axis> all = axes();
  std::vector<std::vector<Sum>> sums;
  for (const Axis& axis : all) sums.emplace_back(axis.values.size());
  double total = 0, count = 0;
  const auto each = [&](const auto& visit) {
    for (std::uint64_t id = 0; id < points_.size(); ++id) {
      if (points_[id].state != PointState::kDone) continue;
      visit(id, value(points_[id].figures, metric).value_or(0));
    }
  };
  each([&](std::uint64_t id, double amount) {
    const PointIndex index = space_.at(id);
    for (std::size_t a = 0; a < all.size(); ++a) {
      const std::size_t at = a == 0   ? index.network
                             : a == 1 ? index.allocation
                                      : space_.position(index.hardware, a - 2);
      sums[a][at].amount += amount;
      sums[a][at].count += 1;
    }
    total += amount;
    count += 1;
  });
  const double mean = count == 0 ? 0 : total / count;
  double variance = 0;
  each([&](std::uint64_t, double amount) { variance += (amount - mean) * (amount - mean); });

  std::vector<AxisEffect> effects;
  for (std::size_t a = 0; a < all.size(); ++a) {
    if (all[a].values.size() < 2) continue;
    AxisEffect effect{all[a].name, 0, {}};
    double explained = 0;
    for (const Sum& sum : sums[a]) {
      if (sum.count == 0) {
        effect.means.emplace_back();
        continue;
      }
      const double at = sum.amount / sum.count;
      effect.means.emplace_back(at);
      explained += sum.count * (at - mean) * (at - mean);
    }
    effect.share = variance == 0 ? 0 : explained / variance;
    effects.push_back(std::move(effect));
  }
  return effects;
}

std::vector<std::pair<std::string, std::optional<std::string>>> SweepResults::settings(
    std::uint64_t id) const {
  const PointIndex index = space_.at(id);
  std::vector<std::pair<std::string, std::optional<std::string>>> result{
      {"network", spec_.networks[index.network]},
      {"allocation", spec_.allocations[index.allocation].label}};
  const auto hardware = space_.settings(index.hardware);
  result.insert(result.end(), hardware.begin(), hardware.end());
  for (auto& setting : result) setting.second = shown(setting.second);
  return result;
}

}  // namespace dcnsim
