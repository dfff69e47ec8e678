// SPDX-License-Identifier: Apache-2.0
// Cycles of 20,000 bursts as fast as they are accepted, against DRAMsim3 (umd-memsys/DRAMsim3 at
// 2981759) with the same timings, one rank, row-bank-column-group: transaction queues of 32 reads
// and 32 writes, command queues of 8 a bank, writes from a full queue, or from 9 where no read
// waits, until none is left. Ours: 64 reads and 64 writes, watermarks 56 and 8.
//
// DRAMsim3 has commands of one cycle, no tDQSCK, tDQSS or tPPD, and one tRP; so has the device
// here.
#include <gtest/gtest.h>

#include <random>

#include "tests/perf/dram/serve.h"
#include "tests/perf/dram/streams.h"

namespace dcnsim {
namespace {

DramSpec as_in_dramsim3(DramSpec spec) {
  spec.activate_cycles = spec.activate_within_cycles = 1;
  spec.precharge_cycles = spec.column_cycles = 1;
  spec.tdqsck_ns = spec.tdqss_ns = spec.tppd_ns = 0;
  spec.trp_ab_ns = spec.trp_ns;
  spec.trcd_wr_ns = spec.trcd_ns;
  spec.tccd_l_wr_ns = spec.tccd_l_ns;
  spec.trtw_ns = 2 * spec.tck_ns;
  return spec;
}

/// Percent by which ours takes longer.
class AgainstDramsim3 : public testing::Test {
 protected:
  struct Device {
    DramSpec spec;
    std::uint64_t period_ps;
  };
  const Device ddr4{as_in_dramsim3(preset("ddr4_2400_x16_8gb")), 834};
  const Device lpddr4{as_in_dramsim3(preset("lpddr4_3200_x16_6gb")), 625};
  static constexpr std::uint64_t kBursts = 20000, kBytes = std::uint64_t{1} << 30;

  static double error(const Device& device, const std::vector<Access>& stream, double cycles) {
    const std::uint64_t last = serve(device.spec, dram_config(), stream).last_ps;
    return 100 * (static_cast<double>(last / device.period_ps) / cycles - 1);
  }
  static double error(const Device& device, Flow flow, double cycles) {
    const auto bytes = static_cast<std::uint64_t>(device.spec.burst_bytes());
    return error(device, stream_of(flow, device.spec, bytes, kBursts), cycles);
  }
  static double strided(const Device& device, std::uint64_t stride, double cycles) {
    std::vector<Access> stream;
    const auto bytes = static_cast<std::uint64_t>(device.spec.burst_bytes());
    for (std::uint64_t i = 0; i < kBursts; ++i)
      stream.push_back({0, i * stride % kBytes, bytes, false});
    return error(device, stream, cycles);
  }
  /// `writes` of three are writes.
  static double random(const Device& device, std::uint64_t writes, double cycles) {
    std::mt19937_64 any(1);
    std::vector<Access> stream;
    const auto bytes = static_cast<std::uint64_t>(device.spec.burst_bytes());
    for (std::uint64_t i = 0; i < kBursts; ++i) {
      const std::uint64_t address = any() % (kBytes / bytes) * bytes;
      stream.push_back({0, address, bytes, any() % 3 < writes});
    }
    return error(device, stream, cycles);
  }
};

TEST_F(AgainstDramsim3, sequential_streams_and_copies_agree_within_three_percent) {
  EXPECT_NEAR(error(ddr4, Flow::kReads, 84877), 0, 3);
  EXPECT_NEAR(error(ddr4, Flow::kWrites, 85297), 0, 3);
  EXPECT_NEAR(error(ddr4, Flow::kCopy, 99048), 0, 3);
  EXPECT_NEAR(error(lpddr4, Flow::kReads, 173934), 0, 3);
  EXPECT_NEAR(error(lpddr4, Flow::kWrites, 174472), 0, 3);
  EXPECT_NEAR(error(lpddr4, Flow::kCopy, 205446), 0, 3);
}

TEST_F(AgainstDramsim3, strided_random_and_mixed_streams_agree_within_five_percent) {
  EXPECT_NEAR(strided(ddr4, 2048, 147547), 0, 5) << "a burst a page";
  EXPECT_NEAR(strided(ddr4, 4096 + 16, 245955), 0, 5);
  EXPECT_NEAR(strided(ddr4, 8 * 2048, 1172684), 0, 5) << "rows of one bank";
  EXPECT_NEAR(random(ddr4, 0, 195890), 0, 5);
  EXPECT_NEAR(random(ddr4, 3, 204096), 0, 5);
  EXPECT_NEAR(random(ddr4, 1, 213545), 0, 5);
  EXPECT_NEAR(strided(lpddr4, 2048, 351520), 0, 5) << "a burst a page";
  EXPECT_NEAR(strided(lpddr4, 4096 + 32, 351799), 0, 5);
  EXPECT_NEAR(strided(lpddr4, 8 * 2048, 2100295), 0, 5) << "rows of one bank";
  EXPECT_NEAR(random(lpddr4, 0, 353521), 0, 5);
  EXPECT_NEAR(random(lpddr4, 3, 352550), 0, 5);
  EXPECT_NEAR(random(lpddr4, 1, 379453), 0, 5);
}

TEST_F(AgainstDramsim3, reads_and_writes_by_turns_agree_within_ten_percent) {
  EXPECT_NEAR(error(ddr4, Flow::kTurns, 113863), 0, 10);
  EXPECT_NEAR(error(lpddr4, Flow::kTurns, 204595), 0, 10);
}

}  // namespace
}  // namespace dcnsim
