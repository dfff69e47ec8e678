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
  Recorder recorder(dram);
  EXPECT_EQ(dram.access(0, 0, 32, true), 0u) << "it is posted";
  constexpr std::uint64_t kWritten = kToActivate + kRcd + kWriteData;
  EXPECT_EQ(dram.access(kWritten, 32, 32, false), kWritten + 10000 + kReadData);
  EXPECT_EQ(recorder.end_of(DramCommand::Kind::kWrite), kWritten);
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
    Recorder recorder(dram);
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
    dram.run_until(done + 1'000'000);  // all writes
    done = std::max({done, recorder.end_of(DramCommand::Kind::kWrite)});
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

std::uint64_t writes(const Recorder& recorder) {
  std::uint64_t count = 0;
  for (const DramCommand& c : recorder.commands) count += c.kind == DramCommand::Kind::kWrite;
  return count;
}

TEST(DramDevice, writes_wait_while_reads_come_and_go_in_idle_time) {
  DramDevice dram(lpddr4_3200(), dram_config());
  Recorder recorder(dram);
  std::uint64_t done = dram.access(0, 0, 1024, false);
  EXPECT_EQ(dram.access(1000, (1 << 20) + 8192, 256, true), 1000u);
  EXPECT_EQ(dram.events(1000).write_bytes, 256u) << "it counts at once";
  EXPECT_EQ(dram.events(1000).activates, 1u + 1);
  done = dram.access(2000, 4096, 32, false);
  EXPECT_EQ(writes(recorder), 0u);
  dram.run_until(done + 1'000'000);
  EXPECT_EQ(writes(recorder), 8u);
  EXPECT_EQ(dram.events(done + 1'000'000).write_bytes, 256u);
  EXPECT_EQ(dram.events(done + 1'000'000).activates, 2u + 1);
}

TEST(DramDevice, from_the_high_watermark_to_the_low_one_writes_come_before_the_next_read) {
  DramConfig config = dram_config();
  config.write_queue_depth = 20;
  config.write_high = 12;
  config.write_low = 3;
  DramDevice dram(without_refresh(lpddr4_3200()), config);
  Recorder recorder(dram);
  dram.access(0, 0, 8192, false);
  for (std::uint64_t i = 0; i < 11; ++i) dram.access(0, (1 << 20) + 32 * i, 32, true);
  dram.access(0, 8192, 32, false);
  EXPECT_EQ(writes(recorder), 0u);
  dram.access(0, 1 << 21, 32, true);
  EXPECT_EQ(writes(recorder), 0u);
  dram.access(0, 8192 + 32, 32, false);
  EXPECT_EQ(writes(recorder), 12u - 3);
}

TEST(DramDevice, a_write_that_finds_no_room_waits_for_one_to_be_written) {
  DramConfig config = dram_config();
  config.write_queue_depth = config.write_high = 4;
  config.write_low = 0;
  DramDevice dram(lpddr4_3200(), config);
  for (std::uint64_t i = 0; i < 4; ++i) EXPECT_EQ(dram.access(0, 32 * i, 32, true), 0u);
  // Their columns: after the activate, then a burst apart.
  for (std::uint64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(dram.access(0, 32 * (4 + i), 32, true), kToActivate + kRcd + 5000 * i);
  }
}

TEST(DramDevice, reads_are_answered_by_queued_writes_or_come_after_them) {
  DramDevice dram(lpddr4_3200(), dram_config());
  Recorder recorder(dram);
  dram.access(0, 0, 1024, false);
  dram.access(1000, 1 << 20, 64, true);
  EXPECT_EQ(dram.access(1250, (1 << 20) + 32, 32, false), 1250u + 625);
  EXPECT_EQ(writes(recorder), 0u);
  dram.access(1250, (1 << 20) + 72, 8, true);
  const std::uint64_t read = dram.access(1250, (1 << 20) + 64, 32, false);
  EXPECT_EQ(writes(recorder), 3u) << "the burst was written in part";
  EXPECT_EQ(read, recorder.end_of(DramCommand::Kind::kRead));
  EXPECT_EQ(read, recorder.end_of(DramCommand::Kind::kWrite) + 10000 + kReadData);
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
