// SPDX-License-Identifier: Apache-2.0
// The points of a store judged: which meet the constraints, which are on the front, what the axes
// do to a metric.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/sweep/design_space.h"
#include "analysis/sweep/pareto.h"
#include "analysis/sweep/store.h"
#include "analysis/sweep/sweep_spec.h"

namespace dcnsim {

/// The sweep file as a store has it; no file it names is looked for. Throws what SweepStore and
/// parse_sweep throw.
SweepSpec stored_spec(SweepStore& store);

enum class PointState : std::uint8_t { kMissing, kFailed, kDone };
std::string_view to_string(PointState state);  ///< "missing", "failed", "done"

struct PointResult {
  PointState state = PointState::kMissing;
  std::string reason;
  Figures figures;
  std::vector<Metric> violates;
  bool on_front = false;
  std::optional<std::uint64_t> dominated_by;

  bool feasible() const { return state == PointState::kDone && violates.empty(); }
};

/// What one axis does to a metric.
struct AxisEffect {
  std::string axis;
  double share = 0;  ///< 0..1: of the metric's variance, that of the means over the axis
  std::vector<std::optional<double>> means;  ///< of the metric at each position
};

/// What to look for instead of what the sweep file says.
struct Judgement {
  std::vector<Metric> objectives;
  std::vector<Constraint> constraints;
};

class SweepResults {
 public:
  /// Reads every point but its layers. Throws what SweepStore and parse_sweep throw.
  explicit SweepResults(SweepStore& store, const std::optional<Judgement>& instead = {});
  SweepResults(const SweepResults&) = delete;
  SweepResults& operator=(const SweepResults&) = delete;

  const SweepSpec& spec() const { return spec_; }
  const DesignSpace& space() const { return space_; }
  const Judgement& judgement() const { return judgement_; }
  const std::vector<PointResult>& points() const { return points_; }
  std::uint64_t count(PointState state) const;
  /// Metrics that the points have.
  std::vector<Metric> metrics() const;

  /// By the first objective, of equal ones by the second, and so on.
  std::vector<std::uint64_t> front() const;
  std::optional<std::uint64_t> best() const;

  /// Of every axis with more than one position, network and allocation among them.
  std::vector<AxisEffect> effects(Metric metric) const;

  /// Names and values of a point: network, allocation, every setting.
  std::vector<std::pair<std::string, std::optional<std::string>>> settings(std::uint64_t id) const;

  /// Axes as settings() has them: network and allocation first.
  std::vector<Axis> axes() const;

 private:
  void judge();
  ObjectiveValues costs(const Figures& figures) const;

  const SweepSpec spec_;
  const DesignSpace space_;
  const Judgement judgement_;
  std::vector<PointResult> points_;
};

}  // namespace dcnsim
