// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/meters.h"

#include <gtest/gtest.h>

#include "tests/perf/dram/dram_support.h"
#include "tests/support/dram_lpddr4.h"

namespace dcnsim {
namespace {

/// By hand: three cycles of 0.625 ns before an activate or a read acts, tRCD 18.125, CL 17.5,
/// tDQSCK 3.75, burst 5 ns; the first refresh is due at 3,903.75 ns, its command takes a cycle
/// more, tRFC 280.
constexpr std::uint64_t kFromColumn = 17500 + 3750 + 5000;
constexpr std::uint64_t kHit = 1875 + kFromColumn, kClosed = 1875 + 18125 + kFromColumn;
constexpr std::uint64_t kRefresh = 280'625;
constexpr std::uint64_t kRefreshDue = 3'903'750, kRefreshed = kRefreshDue + kRefresh;

class DramMetersTest : public testing::Test {
 protected:
  DramDevice device{lpddr4_3200(), dram_config()};
  OwnDramMeter own{device};
  SharedDramMeter shared{device};
};

TEST_F(DramMetersTest, an_own_memory_begins_every_job_afresh_and_tells_all_it_does) {
  device.access(0, 0, 32, false);
  own.begin_job(1'000'000);
  EXPECT_EQ(device.access(1'000'000, 32, 64, false), 1'000'000 + kClosed + 5000)
      << "rows are closed";
  const DramEvents events = own.events_until(1'000'000 + kRefreshed);
  EXPECT_EQ(events.read_bytes, 64u);
  EXPECT_EQ(events.activates, 1u);
  EXPECT_EQ(events.refreshes, 1u) << "due one interval after the job began";
  EXPECT_EQ(events.active_ps + events.precharged_ps, kRefreshed);
}

TEST_F(DramMetersTest, an_own_memory_tells_refreshes_that_no_access_has_met) {
  const DramTime time = own.time_between(kRefreshDue - 5000, kRefreshed + 5000);
  EXPECT_EQ(time.refresh_ps, kRefresh);
  EXPECT_EQ(time.busy_ps, 0u);
}

TEST_F(DramMetersTest, the_last_1024_intervals_of_each_kind_are_told_apart) {
  EXPECT_EQ(own.time_between(0, 1024 * kRefreshDue + 300'000).refresh_ps, 1024 * kRefresh);
  EXPECT_EQ(own.time_between(0, 1100 * kRefreshDue + 300'000).refresh_ps, 1024 * kRefresh);
  EXPECT_EQ(own.time_between(1000 * kRefreshDue, 1100 * kRefreshDue + 300'000).refresh_ps,
            101 * kRefresh);
  // A microsecond apart, without an end of one at the beginning of the next.
  DramSpec spec = lpddr4_3200();
  spec.trefi_ns = 1e6;
  DramDevice quiet(spec, dram_config());
  OwnDramMeter meter(quiet);
  std::uint64_t busy = 0;
  for (std::uint64_t i = 0; i < 990; ++i) {
    const std::uint64_t at = 1'000'000 * i;
    busy += quiet.access(at, 0, 32, false) - at;
  }
  EXPECT_EQ(meter.time_between(0, 990'000'000).busy_ps, busy);
}

TEST_F(DramMetersTest, a_shared_memory_goes_on_and_gives_its_events_to_nobody) {
  device.access(0, 0, 32, false);
  shared.begin_job(1'000'000);
  EXPECT_EQ(device.access(1'000'000, 32, 32, false), 1'000'000 + kHit) << "the row is open";
  const DramEvents events = shared.events_until(2'000'000);
  EXPECT_EQ(events.read_bytes + events.activates + events.precharged_ps, 0u);
}

TEST_F(DramMetersTest, a_shared_memory_tells_refreshes_that_an_access_has_met) {
  EXPECT_EQ(shared.time_between(0, kRefreshed).refresh_ps, 0u);
  device.access(kRefreshDue, 0, 32, false);
  const DramTime time = shared.time_between(0, kRefreshed + kClosed + 5000);
  EXPECT_EQ(time.refresh_ps, kRefresh);
  EXPECT_EQ(time.busy_ps, kClosed - 1875) << "the activate acts as the refresh ends";
}

/// Whether the accesses complete as they would if nobody asked `meter`, ahead of them, in between.
bool asking_moves_nothing(DramDevice& device, MemoryMeter& meter) {
  DramDevice alone(lpddr4_3200(), dram_config());
  bool same = true;
  for (const Access& a : random_traffic(5, 3000, 40'000)) {
    const std::uint64_t done = device.access(a.at_ps, a.address, a.bytes, a.is_write);
    same = same && done == alone.access(a.at_ps, a.address, a.bytes, a.is_write);
    meter.time_between(a.at_ps, done + 400'000);
    meter.events_until(done + 400'000);
  }
  return same;
}

TEST_F(DramMetersTest, who_asks_ahead_of_others_moves_nothing_in_a_shared_memory) {
  EXPECT_TRUE(asking_moves_nothing(device, shared));
  DramDevice other(lpddr4_3200(), dram_config());
  OwnDramMeter owner(other);
  EXPECT_FALSE(asking_moves_nothing(other, owner)) << "the test would see it";
}

}  // namespace
}  // namespace dcnsim
