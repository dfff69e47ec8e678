// SPDX-License-Identifier: Apache-2.0
#include "models/perf/memory_share.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace dcnsim {
namespace {

/// Says what the test says, and remembers what it was asked.
struct ScriptedMeter : MemoryMeter {
  std::vector<std::uint64_t> jobs;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> intervals;
  std::vector<std::uint64_t> layer_ends;
  DramTime time;
  DramEvents events;

  void begin_job(std::uint64_t now_ps) override { jobs.push_back(now_ps); }
  DramTime time_between(std::uint64_t from_ps, std::uint64_t to_ps) override {
    intervals.emplace_back(from_ps, to_ps);
    return time;
  }
  DramEvents events_until(std::uint64_t now_ps) override {
    layer_ends.push_back(now_ps);
    return events;
  }
};

constexpr Stall kInput = Stall::kInput;
const Clock kClock(400);  // 2,500 ps

TEST(MemoryShare, whole_cycles_of_waiting_are_told_apart) {
  ScriptedMeter meter;
  MemoryShare share(meter, kClock);
  LayerCounters layer;
  meter.time = {7499, 12500};
  share.waited(Stall::kInput, 100, 120, layer);
  EXPECT_EQ(meter.intervals.back(), std::make_pair(std::uint64_t{250'000}, std::uint64_t{300'000}));
  EXPECT_EQ(layer.refresh_cycles[kInput], 2u);
  EXPECT_EQ(layer.memory_busy_cycles[kInput], 5u);
  share.waited(Stall::kInput, 120, 140, layer);
  EXPECT_EQ(layer.refresh_cycles[kInput], 4u) << "they add up";
  EXPECT_EQ(layer.memory_busy_cycles[kInput], 10u);
  EXPECT_EQ(layer.refresh_cycles[Stall::kWeight], 0u);
}

TEST(MemoryShare, no_more_cycles_are_told_than_were_waited) {
  ScriptedMeter meter;
  MemoryShare share(meter, kClock);
  LayerCounters layer;
  meter.time = {7500, 12500};
  share.waited(Stall::kInput, 10, 14, layer);
  EXPECT_EQ(layer.refresh_cycles[kInput], 3u);
  EXPECT_EQ(layer.memory_busy_cycles[kInput], 1u);
  meter.time = {25000, 0};
  layer = {};
  share.waited(Stall::kInput, 10, 14, layer);
  EXPECT_EQ(layer.refresh_cycles[kInput], 4u);
}

TEST(MemoryShare, a_layer_gets_the_events_since_the_one_before_or_the_beginning_of_the_job) {
  ScriptedMeter meter;
  MemoryShare share(meter, kClock);
  meter.events.activates = 1000;
  meter.events.read_bytes = 32000;
  share.begin_job(40);
  EXPECT_EQ(meter.jobs, std::vector<std::uint64_t>{100'000});
  LayerCounters first, second;
  meter.events.activates = 1007;
  meter.events.read_bytes = 32960;
  share.end_layer(50, first);
  meter.events.activates = 1010;
  share.end_layer(60, second);
  EXPECT_EQ(meter.layer_ends, (std::vector<std::uint64_t>{100'000, 125'000, 150'000}));
  EXPECT_EQ(first.dram.activates, 7u);
  EXPECT_EQ(first.dram.read_bytes, 960u);
  EXPECT_EQ(second.dram.activates, 3u);
  EXPECT_EQ(second.dram.read_bytes, 0u);
}

}  // namespace
}  // namespace dcnsim
