// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/request_queue.h"

#include <gtest/gtest.h>

#include "tests/perf/dram/serve.h"

namespace dcnsim {
namespace {

constexpr std::uint64_t kBurstPs = 5000;
constexpr std::uint64_t kRow = 8 * 2048;  ///< from a row to the next of the same bank
/// By hand: commands act in their fourth cycle of 625 ps, tRCD, CL, tDQSCK, burst.
constexpr std::uint64_t kClosedRead = 1875 + 18125 + 17500 + 3750 + kBurstPs;

/// `streams` sequential readers, one burst each in turn, all in rows of the same bank.
std::vector<Access> interleaved_rows(std::uint64_t streams, std::uint64_t bursts) {
  std::vector<Access> traffic;
  for (std::uint64_t i = 0; i < bursts; ++i) {
    for (std::uint64_t s = 0; s < streams; ++s)
      traffic.push_back({0, s * kRow + i * 32, 32, false});
  }
  return traffic;
}

const char* const kLpddr4 = "lpddr4_3200_x16_6gb";
DramSpec lpddr4() { return without_refresh(preset(kLpddr4)); }

class QueueOfPreset : public testing::TestWithParam<std::string> {};

TEST_P(QueueOfPreset, serves_fcfs_exactly_as_calls_do) {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    DramConfig config = of_depth(dram_config(1 << seed % 3), 1 << seed);
    config.scheduler = DramScheduler::kFcfs;
    config.page_policy = seed % 2 == 0 ? PagePolicy::kOpen : PagePolicy::kClosed;
    const std::vector<Access> traffic = random_traffic(seed, 2000, 30000 * seed);
    const Served served = serve(preset(GetParam()), config, traffic);
    const Served called = call(preset(GetParam()), config, traffic);
    EXPECT_EQ(served.done_ps, called.done_ps);
    EXPECT_EQ(served.events.activates, called.events.activates);
    EXPECT_EQ(served.events.refreshes, called.events.refreshes);
    EXPECT_EQ(served.events.active_ps, called.events.active_ps);
  }
}

// Lazy: asking more often changes nothing, and nothing is told late.
TEST_P(QueueOfPreset, does_not_depend_on_how_often_it_is_asked) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    DramConfig config = of_depth(dram_config(1 << seed % 3), 8 << seed);
    config.page_policy = seed % 2 == 0 ? PagePolicy::kOpen : PagePolicy::kClosed;
    const std::vector<Access> traffic = random_traffic(seed, 300, 4000 * seed);
    const Served rarely = serve(preset(GetParam()), config, traffic);
    const Served often = serve(preset(GetParam()), config, traffic, kAny, 9100);
    EXPECT_EQ(rarely.done_ps, often.done_ps) << seed;
    EXPECT_EQ(rarely.accepted_ps, often.accepted_ps) << seed;
    EXPECT_EQ(rarely.last_ps, often.last_ps) << seed;
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

TEST(RequestQueue, keeps_reads_and_writes_together) {
  std::vector<Access> traffic;
  for (std::uint64_t i = 0; i < 200; ++i) {
    traffic.push_back({0, 32 * (i / 2) + (i % 2 == 1 ? (1 << 20) + 8192 : 0), 32, i % 2 == 1});
  }
  const Served one_by_one = serve(lpddr4(), without_write_queue(dram_config()), traffic);
  EXPECT_LT(serve(lpddr4(), dram_config(), traffic).last_ps * 2, one_by_one.last_ps);
}

TEST(RequestQueue, starves_nobody) {
  // A reader of an open row without end, and one access to another row of the bank.
  std::vector<Access> traffic;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    if (i == 20) traffic.push_back({0, kRow, 32, false});
    traffic.push_back({0, 32 * (i % 64), 32, false});
  }
  const Served served = serve(lpddr4(), dram_config(), traffic);
  // The accesses before it, kMostOvertaken bursts, its own, 5 ns each, and the way to its row.
  const std::uint64_t most = ChannelQueue::kMostOvertaken;
  EXPECT_GT(served.done_ps[20], most * kBurstPs) << "open rows come first";
  EXPECT_LE(served.done_ps[20], (20 + most + 1) * kBurstPs + 150'000);
}

TEST(RequestQueue, holds_as_many_bursts_as_its_depth) {
  for (const int depth : {1, 3, 32}) {
    DramConfig config = of_depth(dram_config(), depth);
    std::vector<Access> traffic;
    for (std::uint64_t i = 0; i < 100; ++i) traffic.push_back({0, 32 * i, 32, false});
    const Served served = serve(lpddr4(), config, traffic);
    for (std::size_t i = 0; i < traffic.size(); ++i) {
      const std::uint64_t column_begins =
          i < static_cast<std::size_t>(depth)
              ? 0
              : served.done_ps[i - static_cast<std::size_t>(depth)] - kClosedRead + 18125 + 625;
      EXPECT_EQ(served.accepted_ps[i], column_begins) << depth << ", " << i;
    }
  }
}

TEST(RequestQueue, a_request_larger_than_the_queue_enters_burst_by_burst) {
  const Served served =
      serve(lpddr4(), of_depth(dram_config(), 8), {{0, 0, 1024, false}, {0, 1024, 32, true}});
  EXPECT_EQ(served.done_ps[0], kClosedRead + 31 * kBurstPs);
  // The column of the 24th leaves room for the last, a cycle later.
  EXPECT_EQ(served.accepted_ps[0], 18125u + 625 + 23 * kBurstPs);
  EXPECT_EQ(served.accepted_ps[1], served.accepted_ps[0]) << "one enters after the other";
}

TEST(RequestQueue, writes_are_done_when_they_have_found_room) {
  std::vector<Access> traffic;
  for (std::uint64_t i = 0; i < 10; ++i) traffic.push_back({0, 32 * i, 32, true});
  const Served served = serve(lpddr4(), of_depth(dram_config(), 8), traffic);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(served.done_ps[i], 0u);
  EXPECT_EQ(served.done_ps[8], 18125u + 625);
  EXPECT_EQ(served.done_ps[9], 18125u + 625 + kBurstPs);
}

/// Reads and writes of the commands, as a text of r and w.
std::string directions(const std::vector<DramCommand>& commands) {
  std::string text;
  for (const DramCommand& c : commands) {
    if (c.kind == DramCommand::Kind::kRead) text += 'r';
    if (c.kind == DramCommand::Kind::kWrite) text += 'w';
  }
  return text;
}

TEST(RequestQueue, writes_between_the_watermarks_and_when_no_read_waits) {
  DramConfig config = dram_config();
  config.write_queue_depth = 20;
  config.write_high = 6;
  config.write_low = 2;
  DramDevice device(lpddr4(), config);
  RequestQueue queue(device, config);
  Recorder recorder(device);
  queue.enqueue(0, 0, 0, 512, false);
  for (std::uint64_t i = 0; i < 5; ++i) queue.enqueue(0, 1, (1 << 20) + 32 * i, 32, true);
  queue.run_until(1'000'000);
  EXPECT_EQ(directions(recorder.commands), "rrrrrrrrrrrrrrrrwwwww");
  recorder.commands.clear();
  queue.enqueue(1'000'000, 0, 0, 512, false);
  for (std::uint64_t i = 0; i < 6; ++i) queue.enqueue(1'000'000, 1, (1 << 20) + 32 * i, 32, true);
  queue.run_until(2'000'000);
  EXPECT_EQ(directions(recorder.commands), "wwwwrrrrrrrrrrrrrrrrww");
}

TEST(RequestQueue, reads_are_answered_by_queued_writes_or_come_after_them) {
  DramDevice device(lpddr4(), dram_config());
  RequestQueue queue(device, dram_config());
  Recorder recorder(device);
  std::vector<std::uint64_t> read;
  const auto told = [&](RequestQueue::Event, std::uint64_t id, std::uint64_t at_ps) {
    read.push_back(id);
    if (id == 2) {
      EXPECT_EQ(at_ps, 625u);
    }
  };
  queue.enqueue(0, 0, 0, 1024, false);
  queue.enqueue(0, 1, 1 << 20, 64, true);
  queue.enqueue(0, 2, (1 << 20) + 32, 32, false);
  queue.enqueue(0, 3, (1 << 20) + 72, 8, true);
  queue.enqueue(0, 4, (1 << 20) + 64, 32, false);
  while (!queue.idle()) queue.advance(queue.next_ps(), told);
  EXPECT_EQ(read, (std::vector<std::uint64_t>{2, 4, 0}));
  EXPECT_EQ(directions(recorder.commands).substr(0, 4), "wwwr");
}

TEST(RequestQueue, queued_writes_count_as_written) {
  DramDevice device(lpddr4(), dram_config());
  RequestQueue queue(device, dram_config());
  queue.enqueue(0, 0, 0, 2048, false);
  queue.enqueue(0, 1, 1 << 20, 1024, true);
  queue.enqueue(0, 2, (1 << 20) + 8192, 64, true);
  const DramEvents before = queue.events(100'000);
  EXPECT_EQ(before.write_bytes, 1088u);
  EXPECT_EQ(before.activates, 1u + 2);
  const DramEvents after = queue.events(2'000'000);
  EXPECT_EQ(after.write_bytes, 1088u);
  EXPECT_EQ(after.activates, 1u + 2);
}

}  // namespace
}  // namespace dcnsim
