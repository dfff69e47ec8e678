// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/merge.h"

#include <filesystem>
#include <optional>
#include <stdexcept>

#include "analysis/sweep/results.h"
#include "analysis/sweep/store.h"

namespace dcnsim {
namespace {

constexpr std::size_t kPointsAtOnce = 1000;

void copy(SweepStore& from, SweepStore& to) {
  from.for_each_evaluation(
      [&](const std::string& key, const std::string& bytes) { to.keep_evaluation(key, bytes); });
  PointBatch batch;
  batch.machines = from.machines();
  from.for_each_point([&](const StoredPoint& point) {
    batch.points.push_back(point);
    if (batch.points.size() < kPointsAtOnce) return;
    to.add(batch);
    batch = {};
  });
  to.add(batch);
}

}  // namespace

MergeOutcome merge_stores(const std::string& store, const std::vector<std::string>& shards) {
  std::optional<SweepStore> merged;
  SweepFacts facts;
  MergeOutcome outcome;
  for (const std::string& path : shards) {
    std::error_code error;
    if (std::filesystem::equivalent(path, store, error)) {
      throw std::runtime_error(path + ": is the store to merge into");
    }
    std::optional<SweepStore> shard;
    try {
      shard.emplace(path);
    } catch (const std::runtime_error& e) {
      outcome.unreadable.emplace_back(e.what());
      continue;
    }
    if (!merged) {
      facts = shard->facts();
      merged.emplace(store, facts);
    }
    if (shard->facts() != facts) {
      throw std::runtime_error(
          path + ": is of another sweep, or of another build of dcnsim, than " + shards.front());
    }
    copy(*shard, *merged);
  }
  if (!merged) {
    throw std::runtime_error(outcome.unreadable.empty() ? store + ": no stores to merge"
                                                        : outcome.unreadable.front());
  }
  const SweepSpec spec = stored_spec(*merged);
  outcome.points = outcome.missing = DesignSpace(spec).size();
  merged->for_each_id([&](std::uint64_t) { --outcome.missing; });
  merged->finish();
  return outcome;
}

}  // namespace dcnsim
