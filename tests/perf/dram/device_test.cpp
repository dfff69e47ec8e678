// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/device.h"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

#include "tests/perf/dram/dram_support.h"
#include "tests/support/dram_lpddr4.h"

namespace dcnsim {
namespace {

constexpr std::uint64_t kRowBytes = 2048;
constexpr std::uint64_t kBanks = 8;

// In picoseconds, by hand. Activates and column commands act in their fourth cycle of 625,
// precharges in their second.
constexpr std::uint64_t kToActivate = 1875, kToColumn = 1875, kToPrecharge = 625;
constexpr std::uint64_t kRcd = 18125, kRp = 18125;
constexpr std::uint64_t kReadData = 17500 + 3750 + 5000;  ///< CL, tDQSCK, burst
constexpr std::uint64_t kWriteData = 8750 + 625 + 5000;   ///< CWL, tDQSS, burst

TEST(DramDevice, first_read_takes_activate_plus_cas_plus_burst) {
  DramDevice dram(lpddr4_3200(), dram_config());
  EXPECT_EQ(dram.access(0, 0, 32, false), kToActivate + kRcd + kReadData);
  EXPECT_EQ(dram.events(50000).activates, 1u);
}

TEST(DramDevice, row_hit_takes_cas_plus_burst) {
  DramDevice dram(lpddr4_3200(), dram_config());
  dram.access(0, 0, 32, false);
  EXPECT_EQ(dram.access(100000, 32, 32, false), 100000 + kToColumn + kReadData);
  EXPECT_EQ(dram.events(200000).activates, 1u);
}

TEST(DramDevice, bursts_of_one_access_follow_at_the_column_spacing) {
  DramDevice dram(lpddr4_3200(), dram_config());
  EXPECT_EQ(dram.access(0, 0, 1024, false), kToActivate + kRcd + 31 * 5000 + kReadData);
}

TEST(DramDevice, row_conflict_waits_for_precharge_and_activate) {
  DramDevice dram(lpddr4_3200(), dram_config());
  dram.access(0, 0, 32, false);
  // Long after tRAS and tRTP: precharge at once, then tRP, tRCD, CL, burst.
  EXPECT_EQ(dram.access(200000, kBanks * kRowBytes, 32, false),
            200000 + kToPrecharge + kRp + kRcd + kReadData);
  EXPECT_EQ(dram.events(300000).activates, 2u);
}

TEST(DramDevice, early_row_conflict_keeps_the_row_open_for_tras) {
  DramDevice dram(lpddr4_3200(), dram_config());
  dram.access(0, 0, 32, false);
  // Precharge no earlier than tRAS = 42.5 ns after the activate.
  EXPECT_EQ(dram.access(20000, kBanks * kRowBytes, 32, false),
            kToActivate + 42500 + kRp + kRcd + kReadData);
}

TEST(DramDevice, read_after_write_waits_for_the_turnaround) {
  DramDevice dram(lpddr4_3200(), dram_config());
  const std::uint64_t written = dram.access(0, 0, 32, true);
  EXPECT_EQ(written, kToActivate + kRcd + kWriteData);
  EXPECT_EQ(dram.access(written, 32, 32, false), written + 10000 + kReadData);
}

TEST(DramDevice, refresh_closes_rows_and_blocks_for_trfc) {
  DramDevice dram(lpddr4_3200(), dram_config());
  dram.access(0, 0, 32, false);
  // Due after the last whole clock cycle of tREFI = 3904 ns, 6246 of 0.625 ns: precharge all
  // (tRP_AB), refresh (tRFC), then activate again.
  EXPECT_EQ(dram.access(3904000, 0, 32, false),
            3903750 + kToPrecharge + 21250 + 280000 + kRcd + kReadData);
  EXPECT_EQ(dram.events(3904000).refreshes, 1u);
}

TEST(DramDevice, idle_time_is_refreshed_and_accounted_completely) {
  DramDevice dram(lpddr4_3200(), dram_config(2));
  dram.access(1000, 0, 64, false);
  const DramEvents events = dram.events(40'000'000);
  EXPECT_EQ(events.refreshes, 2u * (40'000'000 / 3'904'000));
  EXPECT_EQ(events.active_ps + events.precharged_ps, 2 * 40'000'000u);
  // Each channel reads one burst: open from its activate, begun at the clock edge after the
  // arrival, to the precharge before the first refresh.
  EXPECT_EQ(events.active_ps, 2 * (3'903'750 + kToPrecharge - 1250 - kToActivate));
}

TEST(DramDevice, whole_bursts_are_counted) {
  DramDevice dram(lpddr4_3200(), dram_config());
  dram.access(0, 40, 8, false);
  dram.access(0, 60, 8, true);
  EXPECT_EQ(dram.events(100000).read_bytes, 32u);
  EXPECT_EQ(dram.events(100000).write_bytes, 64u);
}

TEST(DramDevice, no_stream_exceeds_the_peak_bandwidth) {
  std::mt19937 random(7);
  for (int pattern = 0; pattern < 4; ++pattern) {
    DramDevice dram(lpddr4_3200(), dram_config());
    std::uint64_t done = 0;
    std::uint64_t bytes = 0;
    for (std::uint64_t i = 0; i < 4000; ++i) {
      const std::uint64_t address =
          pattern == 0 ? i * 1024 : (random() % (std::uint64_t{1} << 20)) / 32 * 32;
      const bool write = pattern >= 2 && random() % 2 == 0;
      const std::uint64_t size = pattern == 3 ? 32 : 1024;
      done = std::max(done, dram.access(0, address, size, write));
      bytes += size;
    }
    const double rate = static_cast<double>(bytes) / (static_cast<double>(done) * 1e-12);
    EXPECT_LE(rate, dram.peak_bytes_per_s());
    if (pattern == 0) {
      EXPECT_GE(rate, 0.85 * dram.peak_bytes_per_s());
    }
  }
}

TEST(DramDevice, completion_never_runs_backwards_in_arrival_order) {
  std::mt19937 random(11);
  DramDevice dram(lpddr4_3200(), dram_config());
  std::uint64_t now = 0;
  std::uint64_t last = 0;
  for (int i = 0; i < 20000; ++i) {
    now += random() % 60000;
    const std::uint64_t done =
        dram.access(now, random() % (std::uint64_t{1} << 24), 1 + random() % 2048, false);
    ASSERT_GT(done, now);
    ASSERT_GT(done, last);
    last = done;
  }
}

TEST(DramDevice, impossible_presets_are_refused_by_name) {
  DramSpec spec = lpddr4_3200();
  spec.trcd_ns = 0;
  try {
    DramDevice dram(spec, dram_config());
    FAIL() << "accepted tRCD 0";
  } catch (const std::invalid_argument& e) {
    EXPECT_NE(std::string(e.what()).find("tRCD"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace dcnsim
