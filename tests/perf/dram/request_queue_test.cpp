// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/request_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/perf/dram/dram_support.h"

namespace dcnsim {
namespace {

struct Served {
  std::vector<std::uint64_t> done_ps;  ///< by access
  std::uint64_t last_ps = 0;
  std::size_t most_in_queue = 0;
  DramEvents events;
};

/// Every access enters as soon as it has arrived and the queue has room.
Served serve(const DramSpec& spec, const DramConfig& config, const std::vector<Access>& traffic) {
  DramDevice device(spec, config);
  RequestQueue queue(device, config);
  Served served;
  served.done_ps.resize(traffic.size());
  std::size_t in_queue = 0;
  const auto on_done = [&](std::uint64_t id, std::uint64_t done_ps) {
    served.done_ps[id] = done_ps;
    served.last_ps = std::max(served.last_ps, done_ps);
    --in_queue;
  };
  std::uint64_t now = 0;
  for (std::size_t i = 0; i < traffic.size(); ++i) {
    while (queue.full() || queue.next_ps() <= traffic[i].at_ps) {
      now = queue.next_ps();
      queue.advance(now, on_done);
    }
    now = std::max(now, traffic[i].at_ps);
    queue.enqueue(now, i, traffic[i].address, traffic[i].bytes, traffic[i].is_write);
    served.most_in_queue = std::max(served.most_in_queue, ++in_queue);
  }
  while (!queue.empty()) queue.advance(queue.next_ps(), on_done);
  served.events = device.events(served.last_ps);
  return served;
}

/// `streams` sequential readers, one burst each in turn, all in rows of the same bank.
std::vector<Access> interleaved_rows(std::uint64_t streams, std::uint64_t bursts) {
  std::vector<Access> traffic;
  for (std::uint64_t i = 0; i < bursts; ++i) {
    for (std::uint64_t s = 0; s < streams; ++s) {
      traffic.push_back({0, s * 8 * 2048 + i * 32, 32, false});
    }
  }
  return traffic;
}

const char* const kLpddr4 = "lpddr4_3200_x16_6gb";

class QueueOfPreset : public testing::TestWithParam<std::string> {};

TEST_P(QueueOfPreset, serves_fcfs_exactly_as_calls_do) {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    DramConfig config = dram_config(1 << seed % 3);
    config.scheduler = DramScheduler::kFcfs;
    config.queue_depth = 1 << seed;
    config.page_policy = seed % 2 == 0 ? PagePolicy::kOpen : PagePolicy::kClosed;
    const std::vector<Access> traffic = random_traffic(seed, 2000, 30000 * seed);
    const Served served = serve(preset(GetParam()), config, traffic);
    DramDevice calls(preset(GetParam()), config);
    for (std::size_t i = 0; i < traffic.size(); ++i) {
      const Access& a = traffic[i];
      ASSERT_EQ(served.done_ps[i], calls.access(a.at_ps, a.address, a.bytes, a.is_write))
          << "seed " << seed << " access " << i;
    }
    const DramEvents events = calls.events(served.last_ps);
    EXPECT_EQ(served.events.activates, events.activates);
    EXPECT_EQ(served.events.refreshes, events.refreshes);
    EXPECT_EQ(served.events.active_ps, events.active_ps);
    EXPECT_EQ(served.events.precharged_ps, events.precharged_ps);
  }
}

INSTANTIATE_TEST_SUITE_P(Presets, QueueOfPreset, testing::ValuesIn(dram_presets(kTables)));

TEST(RequestQueue, fr_fcfs_beats_fcfs_on_interleaved_rows) {
  DramConfig config = dram_config();
  config.scheduler = DramScheduler::kFcfs;
  const std::vector<Access> traffic = interleaved_rows(4, 60);
  const Served in_order = serve(preset(kLpddr4), config, traffic);
  config.scheduler = DramScheduler::kFrFcfs;
  const Served reordered = serve(preset(kLpddr4), config, traffic);
  EXPECT_LT(reordered.last_ps * 3, in_order.last_ps);
  EXPECT_LT(reordered.events.activates * 3, in_order.events.activates);
}

TEST(RequestQueue, keeps_reads_and_writes_together_where_rows_are_open) {
  std::vector<Access> traffic;
  for (std::uint64_t i = 0; i < 200; ++i) traffic.push_back({0, 32 * (i % 64), 32, i % 2 == 1});
  DramConfig config = dram_config();
  config.scheduler = DramScheduler::kFcfs;
  const Served in_order = serve(preset(kLpddr4), config, traffic);
  config.scheduler = DramScheduler::kFrFcfs;
  EXPECT_LT(serve(preset(kLpddr4), config, traffic).last_ps * 3, in_order.last_ps);
}

TEST(RequestQueue, starves_nobody) {
  // A reader of an open row without end, and one access to another row of the bank.
  std::vector<Access> traffic;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    if (i == 20) traffic.push_back({0, 8 * 2048, 32, false});
    traffic.push_back({0, 32 * (i % 64), 32, false});
  }
  const Served served = serve(without_refresh(preset(kLpddr4)), dram_config(), traffic);
  // The accesses before it, kMostOvertaken bursts, its own, 5 ns each, and the way to its row.
  EXPECT_LE(served.done_ps[20], (20 + kMostOvertaken + 1) * 5000 + 150'000);
}

TEST(RequestQueue, holds_no_more_than_its_depth) {
  for (const int depth : {1, 3, 32}) {
    DramConfig config = dram_config(2);
    config.queue_depth = depth;
    const Served served = serve(preset(kLpddr4), config, random_traffic(1, 3000, 1000));
    EXPECT_EQ(served.most_in_queue, static_cast<std::size_t>(depth));
  }
}

TEST(RequestQueue, of_depth_one_serves_one_after_the_other) {
  DramConfig config = dram_config();
  config.queue_depth = 1;
  const Served served = serve(preset(kLpddr4), config, {{0, 0, 32, false}, {0, 32, 32, false}});
  EXPECT_EQ(served.done_ps[1], served.done_ps[0] + 1875 + 17500 + 3750 + 5000);
}

TEST(RequestQueue, deeper_is_never_slower_beyond_three_percent) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    const std::vector<Access> traffic = random_traffic(seed, 3000, 1000);
    std::uint64_t shallower = UINT64_MAX / 2;
    for (const int depth : {1, 2, 4, 8, 16, 32, 64}) {
      DramConfig config = dram_config();
      config.queue_depth = depth;
      const std::uint64_t last = serve(preset(kLpddr4), config, traffic).last_ps;
      EXPECT_LE(static_cast<double>(last), 1.03 * static_cast<double>(shallower))
          << "depth " << depth << " seed " << seed;
      shallower = last;
    }
  }
}

}  // namespace
}  // namespace dcnsim
