// SPDX-License-Identifier: Apache-2.0
// The points of a run: all of a sweep or a shard of it, less those that its store has.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "analysis/sweep/design_space.h"
#include "analysis/sweep/hardware_survey.h"
#include "analysis/sweep/shard.h"
#include "analysis/sweep/store.h"
#include "analysis/sweep/sweep_inputs.h"

namespace dcnsim {

struct SweepTask {
  PointRange range;
  std::vector<std::uint64_t> missing;  ///< points of the range to evaluate

  std::uint64_t points() const { return range.end - range.first; }
  std::uint64_t found() const { return points() - missing.size(); }
};

/// `store` may be null: then nothing is known.
SweepTask find_task(const DesignSpace& space, const SweepInputs& inputs,
                    const std::optional<Shard>& shard, SweepStore* store);

/// Networks with their allocations, as DesignSpace::pair numbers them, that points need: those
/// whose machine is impossible need none.
std::set<std::size_t> pairs_of(const std::vector<std::uint64_t>& points, const DesignSpace& space,
                               const HardwareSurvey& hardware);

}  // namespace dcnsim
