// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/scheduler.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace dcnsim {
namespace {

class Listed : public WaitingBursts {
 public:
  struct Entry {
    bool hit;
    std::uint64_t column, overtaken;
  };
  explicit Listed(std::vector<Entry> entries) : entries_(std::move(entries)) {}
  std::size_t size() const override { return entries_.size(); }
  bool row_hit(std::size_t i) const override { return entries_[i].hit; }
  std::uint64_t column(std::size_t i) const override { return entries_[i].column; }
  std::uint64_t overtaken(std::size_t i) const override { return entries_[i].overtaken; }
  std::uint64_t soonest_column() const override { return 10; }

 private:
  std::vector<Entry> entries_;
};

TEST(Scheduler, fr_fcfs_takes_open_rows_first) {
  EXPECT_EQ(pick_fr_fcfs(Listed({{false, 10, 0}, {true, 30, 0}})), 1u);
}

TEST(Scheduler, fr_fcfs_takes_the_open_row_that_can_move_data_soonest) {
  EXPECT_EQ(pick_fr_fcfs(Listed({{true, 30, 0}, {true, 20, 0}, {true, 20, 0}})), 1u);
  EXPECT_EQ(pick_fr_fcfs(Listed({{true, 11, 0}, {true, 10, 0}, {true, 10, 0}})), 1u);
}

TEST(Scheduler, fr_fcfs_takes_the_oldest_of_equals) {
  EXPECT_EQ(pick_fr_fcfs(Listed({{false, 40, 0}, {false, 40, 0}})), 0u);
  EXPECT_EQ(pick_fr_fcfs(Listed({{true, 10, 0}, {true, 10, 0}})), 0u);
}

TEST(Scheduler, fr_fcfs_lets_nobody_be_overtaken_more_than_64_times) {
  EXPECT_EQ(pick_fr_fcfs(Listed({{false, 40, 63}, {true, 10, 0}})), 1u);
  EXPECT_EQ(pick_fr_fcfs(Listed({{false, 40, 64}, {true, 10, 0}})), 0u);
}

TEST(Scheduler, fcfs_takes_the_oldest) {
  EXPECT_EQ(pick(DramScheduler::kFcfs, Listed({{false, 40, 0}, {true, 10, 0}})), 0u);
  EXPECT_EQ(pick(DramScheduler::kFrFcfs, Listed({{false, 40, 0}, {true, 10, 0}})), 1u);
}

}  // namespace
}  // namespace dcnsim
