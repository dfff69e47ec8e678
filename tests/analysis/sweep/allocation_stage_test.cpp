// SPDX-License-Identifier: Apache-2.0
// What is known of allocations already: records of a cache that make no sense count as none, those
// of a store, which is somebody's, are named.
#include "analysis/sweep/allocation_stage.h"

#include <gtest/gtest.h>

#include "models/base/process/work_pool.h"
#include "tests/support/error_of.h"
#include "tests/support/forged_store.h"
#include "tests/support/small_edge.h"
#include "tests/support/small_float_network.h"
#include "tests/support/temporary_folder.h"

namespace dcnsim {
namespace {

class AllocationStageTest : public testing::Test {
 protected:
  AllocationResults evaluate(SweepStore* store, EvaluationCache& cache) {
    return AllocationStage(spec_, inputs_, accumulators_, store, cache, {})
        .evaluate(std::set<std::size_t>{0});
  }
  SweepStore store() const { return {path(), SweepFacts{{"program", "p"}, {"sweep", "{}"}}}; }
  std::string path() const { return folder_.path() + "/s.sqlite"; }
  std::string cache_folder() const { return folder_.path() + "/cache"; }

  /// Every record in a file of evaluations becomes `record`.
  static void overwrite(const std::string& path, const std::string& record) {
    SQLite::Database sql(path, SQLite::OPEN_READWRITE);
    SQLite::Statement update(sql, "UPDATE evaluation SET record = ? WHERE key <> 'allocations'");
    update.bind(1, record.data(), static_cast<int>(record.size()));
    EXPECT_GT(update.exec(), 0);
    if (path.find("evaluations") == std::string::npos) renew_checksums(sql);
  }

  const TemporaryFolder folder_;
  const SweepSpec spec_ =
      parse_sweep("allocations: [{equal: [4]}]", "s.yaml", {user_file, user_file, {}, {}});
  const SweepInputs inputs_{{mixed_network()},
                            {"n"},
                            random_images(4),
                            "c",
                            random_images(6),
                            "i",
                            small_edge(),
                            {},
                            "p"};
  const std::vector<Accumulator> accumulators_{{}};
};

TEST_F(AllocationStageTest, a_cached_record_of_something_else_counts_as_none) {
  const auto results = [&] {
    EvaluationCache cache(cache_folder(), EvaluationCache::Use::kFindAndKeep);
    return evaluate(nullptr, cache);
  };
  const AllocationResults first = results();
  ASSERT_EQ(first.records.size(), 1u);
  EXPECT_EQ(first.reused, 0u);
  EXPECT_EQ(results().reused, 1u);

  AllocationRecord other = first.records.at(0);
  other.layers.pop_back();
  other.zero_fractions.pop_back();
  for (const std::string& record : {to_bytes(other), std::string("nonsense")}) {
    {
      std::string packed;  // as the cache packs it
      EvaluationCache scratch(folder_.path() + "/scratch", EvaluationCache::Use::kFindAndKeep);
      scratch.keep("k" + record, record);
      SQLite::Database sql(folder_.path() + "/scratch/evaluations.sqlite", SQLite::OPEN_READONLY);
      SQLite::Statement select(sql, "SELECT record FROM evaluation WHERE key = ?");
      select.bind(1, "k" + record);
      ASSERT_TRUE(select.executeStep());
      packed = select.getColumn(0).getString();
      overwrite(cache_folder() + "/evaluations.sqlite", packed);
    }
    const AllocationResults again = results();
    EXPECT_EQ(again.reused, 0u);
    EXPECT_EQ(to_bytes(again.records.at(0)), to_bytes(first.records.at(0)));
    EXPECT_EQ(again.float_correct, first.float_correct);
    EXPECT_EQ(results().reused, 1u) << "replaced by a right one";
  }
}

TEST_F(AllocationStageTest, a_wrong_record_of_a_store_is_named) {
  EvaluationCache none("", EvaluationCache::Use::kFind);
  {
    SweepStore store = this->store();
    EXPECT_EQ(evaluate(&store, none).reused, 0u);
  }
  {
    SweepStore store = this->store();
    EXPECT_EQ(evaluate(&store, none).reused, 1u);
  }
  overwrite(path(), "nonsense");
  SweepStore store = this->store();
  const std::string message = error_of([&] { evaluate(&store, none); });
  EXPECT_EQ(message.rfind(path() + ": evaluation ", 0), 0u) << message;
  EXPECT_NE(message.find("a damaged evaluation: "), std::string::npos) << message;
}

TEST_F(AllocationStageTest, allocations_of_a_store_are_those_of_the_sweep) {
  EvaluationCache none("", EvaluationCache::Use::kFind);
  for (const char* json : {"[]", "[[]]", "[[],[]]", "{}", "[[1]]", "nonsense", "null"}) {
    std::filesystem::remove(path());
    SweepStore store = this->store();
    store.keep_evaluation("allocations", json);
    const std::string message = error_of([&] { evaluate(&store, none); });
    EXPECT_EQ(message.rfind(path() + ": allocations: ", 0), 0u) << message;
    EXPECT_EQ(message.find("json.exception"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace dcnsim
