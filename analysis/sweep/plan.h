// SPDX-License-Identifier: Apache-2.0
// What a run of a sweep would have to do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/sweep/engine.h"
#include "analysis/sweep/sweep_spec.h"

namespace dcnsim {

struct SweepPlan {
  std::uint64_t points = 0;             ///< of the sweep or shard
  std::uint64_t found = 0;              ///< of these, in the store already
  std::uint64_t allocations = 0;        ///< accuracy evaluations that the others need
  std::uint64_t allocations_known = 0;  ///< of these, in store or cache
  std::uint64_t timings = 0;            ///< distinct timing evaluations, at most
  double seconds = 0;                   ///< expected, by a few evaluations made to find out
  std::vector<std::string> warnings;    ///< of the sweep's files
};

/// Stores nothing. Throws what run_sweep throws.
SweepPlan plan_sweep(const SweepSpec& spec, const SweepOptions& options);

}  // namespace dcnsim
