// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/merge.h"

#include <filesystem>
#include <memory>
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
  std::unique_ptr<SweepStore> merged;
  SweepFacts facts;
  for (const std::string& path : shards) {
    std::error_code error;
    if (std::filesystem::equivalent(path, store, error)) {
      throw std::runtime_error(path + ": is the store to merge into");
    }
    SweepStore shard(path);
    if (!merged) {
      facts = shard.facts();
      merged = std::make_unique<SweepStore>(store, facts);
    }
    if (shard.facts() != facts) {
      throw std::runtime_error(
          path + ": is of another sweep, or of another build of dcnsim, than " + shards.front());
    }
    copy(shard, *merged);
  }
  if (!merged) throw std::runtime_error(store + ": no stores to merge");
  const SweepResults results(*merged);
  merged->finish();
  return {results.points().size(), results.count(PointState::kMissing)};
}

}  // namespace dcnsim
