// SPDX-License-Identifier: Apache-2.0
// Evaluates the points of a sweep in worker processes, each distinct evaluation once, and stores
// every point as soon as it is known. engine.md says what is shared and what survives what.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/allocation/study.h"
#include "analysis/sweep/shard.h"
#include "analysis/sweep/sweep_inputs.h"
#include "analysis/sweep/sweep_spec.h"

namespace dcnsim {

struct SweepOptions {
  std::size_t jobs = 1;
  std::optional<Shard> shard;  ///< of the points; nothing: all
  std::string store;           ///< path
  std::string cache_folder;    ///< "" for none
  InputPath cost_tables;       ///< folder of those that come with dcnsim
  std::string version;
  bool retry_failed = false;   ///< points that failed are evaluated again
  std::function<bool()> stop;  ///< once true, nothing new is begun; may be empty
  ProgressFactory progress;    ///< may be empty
};

/// What a run did.
struct SweepOutcome {
  std::uint64_t points = 0;                               ///< of the shard
  std::uint64_t found = 0;                                ///< of these, in the store already
  std::uint64_t done = 0, failed = 0;                     ///< by this run
  std::uint64_t allocations = 0, allocations_reused = 0;  ///< needed; from store or cache
  std::uint64_t timings = 0, timings_reused = 0;          ///< distinct ones; from the cache
  double seconds = 0;
  bool interrupted = false;
  std::vector<std::string> warnings;  ///< of the sweep's files

  bool complete() const { return found + done + failed == points; }
};

/// Throws std::runtime_error: what load_inputs, SweepStore and resolve_allocations throw. Points
/// that cannot be evaluated are stored with the reason and throw nothing.
SweepOutcome run_sweep(const SweepSpec& spec, const SweepOptions& options);

}  // namespace dcnsim
