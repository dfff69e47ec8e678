// SPDX-License-Identifier: Apache-2.0
// Bandwidth of streams against what follows from the timing tables by hand, and bounds that hold
// for every traffic.
#include <gtest/gtest.h>

#include <algorithm>

#include "models/perf/dram/device.h"
#include "tests/perf/dram/dram_support.h"
#include "tests/support/tries.h"

namespace dcnsim {
namespace {

/// Cycles by hand, see single_command_test.cpp; between bursts of a stream, of reads to one bank's
/// rows (tRC, or tRAS + tRP after rounding), of a write after a read and a read after a write.
struct ByHand {
  const char* preset;
  std::uint64_t period_ps, first_read, spacing, row_cycle, read_to_write, write_to_read;
};

const ByHand kByHand[] = {
    {"ddr4_2400_x16_8gb", 834, 38, 4, 56, 11, 25},
    {"lpddr4_3200_x16_6gb", 625, 74, 8, 97, 29, 39},
    {"lpddr3_1600_x32_4gb", 1250, 36, 4, 49, 17, 16},
    {"hbm2_2000_pc64", 1000, 33, 2, 42, 18, 18},
    {"lpddr5_6400_x16_8gb", 1250, 36, 2, 49, 11, 21},
    {"ddr5_4800_4x8_16gb", 417, 89, 8, 117, 14, 70},
};

std::ostream& operator<<(std::ostream& out, const ByHand& t) { return out << t.preset; }

class Stream : public testing::TestWithParam<ByHand> {
 protected:
  Stream() : spec(preset(GetParam().preset)), quiet(without_refresh(spec)) {}

  std::uint64_t burst_bytes() const { return static_cast<std::uint64_t>(spec.burst_bytes()); }
  std::uint64_t next_row() const {
    return static_cast<std::uint64_t>(spec.page_bytes) * static_cast<std::uint64_t>(spec.banks);
  }
  std::uint64_t in_ps(std::uint64_t cycles) const { return cycles * t.period_ps; }

  const ByHand& t = GetParam();
  const DramSpec spec, quiet;
};

TEST_P(Stream, sequential_reads_run_at_peak_across_rows) {
  DramDevice dram(quiet, dram_config());
  constexpr std::uint64_t kBytes = 256 << 10;
  std::uint64_t done = 0;
  for (std::uint64_t at = 0; at < kBytes; at += 1024) done = dram.access(0, at, 1024, false);
  const std::uint64_t by_hand = in_ps(t.first_read + (kBytes / burst_bytes() - 1) * t.spacing);
  // The second bank group opens tRRD after the first: a few cycles, once.
  EXPECT_GE(done, by_hand);
  EXPECT_LE(done, by_hand + in_ps(12));
}

TEST_P(Stream, refresh_takes_its_share_of_a_sequential_stream) {
  DramDevice dram(spec, dram_config());
  constexpr std::uint64_t kBytes = 4 << 20;
  std::uint64_t done = 0;
  for (std::uint64_t at = 0; at < kBytes; at += 1024) done = dram.access(0, at, 1024, false);
  // In every tREFI: precharge, refresh, activate; before it, the last read to precharge.
  const double lost_ns = spec.trp_ab_ns + spec.trfc_ns + spec.trcd_ns;
  const double streaming = static_cast<double>(in_ps(kBytes / burst_bytes() * t.spacing));
  const double by_hand = streaming / (1 - lost_ns / spec.trefi_ns);
  EXPECT_NEAR(static_cast<double>(done), by_hand, 0.01 * by_hand);
}

TEST_P(Stream, reads_of_one_banks_rows_take_a_row_cycle_each) {
  DramDevice dram(quiet, dram_config());
  std::uint64_t done = 0;
  for (std::uint64_t i = 0; i < 100; ++i) {
    done = dram.access(0, i * next_row(), burst_bytes(), false);
  }
  EXPECT_EQ(done, in_ps(t.first_read + 99 * t.row_cycle));
}

TEST_P(Stream, alternating_reads_and_writes_pay_both_turnarounds) {
  DramDevice dram(quiet, without_write_queue(dram_config()));
  std::uint64_t done = 0;
  const std::uint64_t same_bank = burst_bytes() * static_cast<std::uint64_t>(spec.bank_groups);
  for (std::uint64_t i = 0; i < 21; ++i) {
    done = dram.access(0, i * same_bank, burst_bytes(), i % 2 == 1);
  }
  EXPECT_EQ(done, in_ps(t.first_read + 10 * (t.read_to_write + t.write_to_read)));
}

TEST_P(Stream, random_reads_are_bounded_by_the_activate_window) {
  DramDevice dram(quiet, dram_config());
  std::mt19937_64 random(1);
  std::uint64_t done = 0;
  constexpr std::uint64_t kReads = 2000;
  for (std::uint64_t i = 0; i < kReads; ++i) {
    const std::uint64_t row = random() % (std::uint64_t{1} << 29);
    done = dram.access(0, row / burst_bytes() * burst_bytes(), burst_bytes(), false);
  }
  const double window_ns = static_cast<double>(done) * 1e-3 / (kReads / 4);
  EXPECT_GE(window_ns, spec.tfaw_ns);
  // In order, an access waits behind a bank conflict with one of the last few: a row cycle for
  // every fourth at most.
  EXPECT_LE(window_ns, spec.tfaw_ns + 1.5 * spec.trc_ns);
}

TEST_P(Stream, no_traffic_beats_the_peak) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    DramConfig config = dram_config(1 << seed % 3);
    config.page_policy = seed % 2 == 0 ? PagePolicy::kOpen : PagePolicy::kClosed;
    DramDevice dram(spec, config);
    std::mt19937_64 random(seed);
    std::uint64_t done = 0, bytes = 0, next = 0;
    for (int i = 0; i < 2000; ++i) {
      const std::uint64_t size = burst_bytes() << random() % 7;
      if (seed % 4 == 0) next = random() % (std::uint64_t{1} << 26) / size * size;
      done = std::max(done, dram.access(0, next, size, seed % 3 == 0 && random() % 8 == 0));
      next += size;
      bytes += size;
      // Writes that are done and not written.
      const auto queued = static_cast<double>(burst_bytes()) * config.channels *
                          static_cast<double>(config.write_queue_depth);
      ASSERT_LE(static_cast<double>(bytes) - queued,
                static_cast<double>(done) * 1e-12 * dram.peak_bytes_per_s());
    }
  }
}

TEST_P(Stream, channels_multiply_the_bandwidth) {
  const auto stream_ps = [&](int channels) {
    DramDevice dram(quiet, dram_config(channels));
    std::uint64_t done = 0;
    for (std::uint64_t at = 0; at < 256 << 10; at += 4096) done = dram.access(0, at, 4096, false);
    return static_cast<double>(done);
  };
  EXPECT_NEAR(stream_ps(1) / stream_ps(2), 2, 0.05);
  EXPECT_NEAR(stream_ps(1) / stream_ps(4), 4, 0.2);
}

// An observer switches off the shortcut for bursts in one row: both ways say the same.
TEST_P(Stream, streaming_shortcut_equals_burst_by_burst) {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    DramConfig config = dram_config(1 << seed % 3);
    config.page_policy = seed % 2 == 0 ? PagePolicy::kOpen : PagePolicy::kClosed;
    if (seed > 3) config.address_mapping = "row-bank-group-column-channel";
    DramDevice fast(spec, config), slow(spec, config);
    slow.observe([](const DramCommand&) {});
    std::uint64_t last = 0;
    for (const Access& a : random_traffic(seed, 3000, 40000)) {
      last = fast.access(a.at_ps, a.address, a.bytes, a.is_write);
      ASSERT_EQ(last, slow.access(a.at_ps, a.address, a.bytes, a.is_write)) << a.at_ps;
    }
    last += 10'000'000;
    const DramEvents f = fast.events(last), s = slow.events(last);
    EXPECT_EQ(f.activates, s.activates);
    EXPECT_EQ(f.read_bytes, s.read_bytes);
    EXPECT_EQ(f.write_bytes, s.write_bytes);
    EXPECT_EQ(f.refreshes, s.refreshes);
    EXPECT_EQ(f.active_ps, s.active_ps);
    EXPECT_EQ(f.precharged_ps, s.precharged_ps);
  }
}

TEST_P(Stream, faster_timing_is_never_slower_beyond_one_percent) {
  double DramSpec::*const fields[] = {&DramSpec::trcd_ns, &DramSpec::trp_ns,   &DramSpec::cl_ns,
                                      &DramSpec::tfaw_ns, &DramSpec::twr_ns,   &DramSpec::twtr_l_ns,
                                      &DramSpec::trfc_ns, &DramSpec::trrd_l_ns};
  const auto last_ps = [&](const DramSpec& s, unsigned seed) {
    DramDevice dram(s, dram_config());
    Recorder recorder(dram);
    std::uint64_t done = 0;
    for (const Access& a : random_traffic(seed, 2000, 2000)) {
      done = std::max(done, dram.access(a.at_ps, a.address, a.bytes, a.is_write));
    }
    dram.run_until(done + 100'000'000);
    return static_cast<double>(std::max(done, recorder.end_of(DramCommand::Kind::kWrite)));
  };
  const auto seeds = static_cast<unsigned>(tries(2, 4));
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    const double base = last_ps(spec, seed);
    for (double DramSpec::*const field : fields) {
      DramSpec faster = spec;
      faster.*field *= 0.8;
      EXPECT_LE(last_ps(faster, seed), 1.01 * base);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Presets, Stream, testing::ValuesIn(kByHand));

}  // namespace
}  // namespace dcnsim
