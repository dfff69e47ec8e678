// SPDX-License-Identifier: Apache-2.0
// Single commands of every preset against cycles worked out by hand from dram_timing.csv: each
// nanosecond value divided by the memory clock and rounded up.
#include <gtest/gtest.h>

#include "models/perf/dram/device.h"
#include "models/perf/dram/request_queue.h"
#include "tests/perf/dram/dram_support.h"

namespace dcnsim {
namespace {

/// In cycles of the memory clock. A command of several cycles acts in its last one.
struct ByHand {
  const char* preset;
  std::uint64_t period_ps;  ///< DDR4: 3333.3 ps a burst are four cycles of 834 ps, DDR5: 8 of 417
  std::uint64_t activate, precharge, column;             ///< cycles of these commands
  std::uint64_t rcd, rcd_wr, rp, rp_ab, cl, cwl, burst;  ///< tDQSCK, tDQSS included
  std::uint64_t rtp, wr, wtr_l, rtw, refi, rfc;
  std::uint64_t fifth_activate;  ///< with the four before it at once, see below

  // From the edge at which a command may begin to the edge of its effect.
  std::uint64_t to_activate() const { return activate - 1; }
  std::uint64_t to_precharge() const { return precharge - 1; }
  std::uint64_t to_column() const { return column - 1; }
};

const ByHand kByHand[] = {
    {"ddr4_2400_x16_8gb", 834, 1, 1, 1,                       //
     17, 17, 17, 17, 17, 12, 4, 9, 18, 9, 2, 9352, 420, 36},  //
    {"lpddr4_3200_x16_6gb", 625, 4, 2, 4,                     //
     29, 29, 29, 34, 28 + 6, 14 + 1, 8, 12, 29, 16, 2, 6246, 448, 69},
    {"lpddr3_1600_x32_4gb", 1250, 1, 1, 1,  //
     15, 15, 15, 17, 12 + 5, 6, 4, 6, 12, 6, 2, 3120, 104, 40},
    {"hbm2_2000_pc64", 1000, 2, 1, 1,  //
     12, 6, 14, 14, 17 + 1, 7, 2, 5, 14, 9, 5, 3900, 220, 23},
    {"lpddr5_6400_x16_8gb", 1250, 2, 1, 1,  //
     15, 15, 15, 17, 17 + 1, 9, 2, 4, 28, 10, 0, 3120, 168, 17},
    {"ddr5_4800_4x8_16gb", 417, 2, 1, 2,  //
     40, 40, 40, 40, 40, 38, 8, 18, 72, 24, 4, 9352, 708, 45},
};

std::ostream& operator<<(std::ostream& out, const ByHand& t) { return out << t.preset; }

TEST(SingleCommand, covers_every_preset_of_the_tables) {
  std::vector<std::string> covered;
  for (const ByHand& t : kByHand) covered.push_back(t.preset);
  EXPECT_EQ(covered, dram_presets(kTables));
}

constexpr std::uint64_t kLater = 1000;  ///< cycles after which nothing is pending any more

class SingleCommand : public testing::TestWithParam<ByHand> {
 protected:
  SingleCommand() : spec(preset(GetParam().preset)), dram(spec, dram_config()), recorder(dram) {}

  std::uint64_t burst_bytes() const { return dram.map().burst_bytes(); }
  /// Burst 0 of a row, in bank group 0.
  std::uint64_t address(std::uint64_t bank, std::uint64_t row) const {
    const auto stripe = static_cast<std::uint64_t>(spec.page_bytes * spec.bank_groups);
    return (row * static_cast<std::uint64_t>(spec.banks / spec.bank_groups) + bank) * stripe;
  }
  /// A burst of the same bank that follows.
  std::uint64_t neighbour() const {
    return burst_bytes() * static_cast<std::uint64_t>(spec.bank_groups);
  }
  std::uint64_t read(std::uint64_t cycle, std::uint64_t at) { return access(cycle, at, false); }
  /// A write is posted; until its data are written.
  std::uint64_t write(std::uint64_t cycle, std::uint64_t at) {
    EXPECT_EQ(access(cycle, at, true), cycle);
    dram.run_until((cycle + kLater / 2) * t.period_ps);
    return recorder.end_of(DramCommand::Kind::kWrite) / t.period_ps;
  }

  /// When an activate acts after a refresh that found a row open.
  std::uint64_t refreshed() const { return t.refi + t.to_precharge() + t.rp_ab + t.rfc; }

  const ByHand& t = GetParam();
  const DramSpec spec;
  DramDevice dram;
  Recorder recorder;

 private:
  /// Arrival and completion in cycles.
  std::uint64_t access(std::uint64_t cycle, std::uint64_t at, bool is_write) {
    const std::uint64_t done = dram.access(cycle * t.period_ps, at, burst_bytes(), is_write);
    EXPECT_EQ(done % t.period_ps, 0u);
    return done / t.period_ps;
  }
};

TEST_P(SingleCommand, a_read_of_a_closed_row) {
  EXPECT_EQ(read(0, 0), t.to_activate() + t.rcd + t.cl + t.burst);
}

TEST_P(SingleCommand, a_write_to_a_closed_row) {
  EXPECT_EQ(write(0, 0), t.to_activate() + t.rcd_wr + t.cwl + t.burst);
}

TEST_P(SingleCommand, hits_in_an_open_row) {
  read(0, 0);
  EXPECT_EQ(read(kLater, neighbour()), kLater + t.to_column() + t.cl + t.burst);
  EXPECT_EQ(write(2 * kLater, neighbour()), 2 * kLater + t.to_column() + t.cwl + t.burst);
}

TEST_P(SingleCommand, a_row_conflict) {
  read(0, 0);
  EXPECT_EQ(read(kLater, address(0, 1)), kLater + t.to_precharge() + t.rp + t.rcd + t.cl + t.burst);
}

TEST_P(SingleCommand, a_conflict_right_after_a_read_waits_for_the_row_to_be_read) {
  read(0, 0);
  const std::uint64_t hit = read(kLater, 0) - t.cl - t.burst;
  EXPECT_EQ(hit, kLater + t.to_column());
  EXPECT_EQ(read(kLater, address(0, 1)), hit + t.rtp + t.rp + t.rcd + t.cl + t.burst);
}

TEST_P(SingleCommand, a_conflict_right_after_a_write_waits_for_write_recovery) {
  read(0, 0);
  const std::uint64_t written = write(kLater, 0);
  EXPECT_EQ(read(kLater, address(0, 1)), written + t.wr + t.rp + t.rcd + t.cl + t.burst);
}

TEST_P(SingleCommand, a_read_after_a_write_waits_for_the_turnaround) {
  read(0, 0);
  const std::uint64_t written = write(kLater, 0);
  EXPECT_EQ(read(kLater, neighbour()), written + t.wtr_l + t.cl + t.burst);
}

TEST_P(SingleCommand, a_write_after_a_read_leaves_a_gap_between_the_data) {
  read(0, 0);
  const std::uint64_t read_data_end = read(kLater, 0);
  EXPECT_EQ(write(kLater, neighbour()), read_data_end + t.rtw + t.burst);
}

// Activates of banks 0 to 3, then of one more, in the other group where there is one.
// DDR4 has four banks a group: 4 tRRD_L = 32 < tFAW = 36. LPDDR3: three tRRD, then tFAW = 40.
// LPDDR4: activates would act at 3, 19, 35, 51, but the first read takes the bus up to 32, so 3,
// 19, 36, 52; 68 is taken by the third read up to 65: 69. HBM2, with a bus for each kind: 1, 7, 13,
// 19, and tRRD_S. LPDDR5: 1, 5, 9, 13, 17, whose first cycle is 15, before the first read at 16.
// DDR5: 1, 13, 25, 37, and tRRD_S = 8.
TEST_P(SingleCommand, the_fifth_activate_waits_for_the_window) {
  for (std::uint64_t bank = 0; bank < 4; ++bank) read(0, address(bank, 0));
  const std::uint64_t fifth = spec.bank_groups == 1 ? address(4, 0) : burst_bytes();
  EXPECT_EQ(read(0, fifth), t.fifth_activate + t.rcd + t.cl + t.burst);
}

TEST_P(SingleCommand, an_access_behind_a_refresh_waits_for_it) {
  read(0, 0);
  EXPECT_EQ(read(t.refi, 0), refreshed() + t.rcd + t.cl + t.burst);
}

TEST_P(SingleCommand, what_would_run_into_a_refresh_waits_too) {
  read(0, 0);
  const std::uint64_t just_in_time = t.refi - 1 - t.to_precharge() - t.rp - t.rcd;
  EXPECT_EQ(read(just_in_time, address(0, 1)), t.refi - 1 + t.cl + t.burst);
  dram.reset(0);
  read(0, 0);
  EXPECT_EQ(read(just_in_time + 1, address(0, 1)), refreshed() + t.rcd + t.cl + t.burst);
}

TEST_P(SingleCommand, a_closed_page_closes_by_itself) {
  DramConfig config = dram_config();
  config.page_policy = PagePolicy::kClosed;
  DramDevice closed(spec, config);
  closed.access(0, 0, burst_bytes(), false);
  EXPECT_EQ(closed.access(kLater * t.period_ps, 0, burst_bytes(), false) / t.period_ps,
            kLater + t.to_activate() + t.rcd + t.cl + t.burst);
  EXPECT_EQ(closed.events(2 * kLater * t.period_ps).activates, 2u);
}

TEST_P(SingleCommand, takes_the_same_time_through_the_queue) {
  const DramConfig config = dram_config();
  const DramSpec quiet = without_refresh(spec);
  DramDevice device(quiet, config), calls(quiet, config);
  RequestQueue queue(device, config);
  std::mt19937_64 random(1);
  std::uint64_t now = 0;
  for (std::uint64_t i = 0; i < 500; ++i) {
    const std::uint64_t at = random() % (std::uint64_t{1} << 20) / burst_bytes() * burst_bytes();
    const std::uint64_t bytes = 1 + random() % burst_bytes();
    const bool is_write = random() % 2 == 0;
    std::uint64_t done = now;
    EXPECT_TRUE(queue.enqueue(now, i, at, bytes, is_write));
    while (!queue.idle()) {
      queue.advance(queue.next_ps(),
                    [&](RequestQueue::Event, std::uint64_t, std::uint64_t ps) { done = ps; });
    }
    ASSERT_EQ(done, calls.access(now, at, bytes, is_write)) << i;
    now = done + 300'000 + random() % 100'000;
  }
}

// Four cycles of command, RL 28, tDQSCK 6, 16 beats: 45 cycles.
TEST(Lpddr4, an_open_row_read_takes_28_nanoseconds) {
  DramDevice dram(preset("lpddr4_3200_x16_6gb"), dram_config());
  dram.access(0, 0, 32, false);
  EXPECT_EQ(dram.access(1'000'000, 32, 32, false), 1'028'125u);
}

/// Each read when the one before has its data.
double mean_latency_ns(const std::vector<std::uint64_t>& addresses) {
  DramDevice dram(preset("lpddr4_3200_x16_6gb"), dram_config());
  std::uint64_t now = 0;
  for (const std::uint64_t address : addresses) now = dram.access(now, address, 32, false);
  return 1e-3 * static_cast<double>(now) / static_cast<double>(addresses.size());
}

// DRAMSys 5.1 with its JEDEC_8Gb_LPDDR4-3200_16bit.json, all-bank refresh, the same mapping; a
// cycle of 0.625 ns of each is its arbiter's.
TEST(Lpddr4, reads_one_at_a_time_take_as_long_as_in_dramsys) {
  std::vector<std::uint64_t> sequential, random, rows;
  std::mt19937_64 any(1);
  for (std::uint64_t i = 0; i < 4000; ++i) {
    sequential.push_back(32 * i);
    random.push_back(32 * (any() % (1 << 25)));
    if (i < 2000) rows.push_back(8 * 2048 * i);
  }
  const auto expect_near = [](const std::vector<std::uint64_t>& addresses, double dramsys_ns) {
    EXPECT_NEAR(mean_latency_ns(addresses), dramsys_ns, 0.03 * dramsys_ns);
  };
  expect_near(sequential, 31.448);
  expect_near(random, 66.841);
  expect_near(rows, 68.962);
}

INSTANTIATE_TEST_SUITE_P(Presets, SingleCommand, testing::ValuesIn(kByHand));

}  // namespace
}  // namespace dcnsim
