// SPDX-License-Identifier: Apache-2.0
// Streams through the controller: what reordering, and room for more, may cost, and how near calls
// in order come.
#include <gtest/gtest.h>

#include "tests/perf/dram/serve.h"
#include "tests/perf/dram/streams.h"

namespace dcnsim {
namespace {

constexpr Flow kFlows[] = {Flow::kReads, Flow::kWrites,         Flow::kTiles,
                           Flow::kTurns, Flow::kTurnsElsewhere, Flow::kCopy};

class ControllerOfPreset : public testing::TestWithParam<std::string> {
 protected:
  const DramSpec spec = preset(GetParam());
  std::uint64_t burst_bytes() const { return static_cast<std::uint64_t>(spec.burst_bytes()); }

  /// Share of the peak at which so many bursts pass.
  double share(std::uint64_t bursts, std::uint64_t took_ps) const {
    const double peak_ps =
        1e12 * static_cast<double>(bursts * burst_bytes()) / spec.channel_bytes_per_s();
    return peak_ps / static_cast<double>(took_ps);
  }

  /// Of all streams with these depths, by increasing ones.
  void expect_in_bounds(std::uint64_t bursts, const std::vector<int>& depths,
                        std::uint64_t step_of_sizes) const {
    for (const Flow flow : kFlows) {
      for (std::uint64_t bytes = burst_bytes(); bytes <= 4096; bytes *= step_of_sizes) {
        expect_in_bounds(flow, stream_of(flow, spec, bytes, bursts), depths,
                         testing::Message() << "flow " << static_cast<int>(flow) << ", " << bytes
                                            << " bytes, depth ");
      }
    }
  }

 private:
  void expect_in_bounds(Flow flow, const std::vector<Access>& stream,
                        const std::vector<int>& depths, const testing::Message& name) const {
    const std::uint64_t bursts = stream.size() * stream[0].bytes / burst_bytes();
    double shallower = 0;
    for (const int depth : depths) {
      DramConfig config = of_depth(dram_config(), depth);
      const double reordered = share(bursts, serve(spec, config, stream).last_ps);
      config.scheduler = DramScheduler::kFcfs;
      const double in_order = share(bursts, serve(spec, config, stream).last_ps);
      EXPECT_LE(std::max(reordered, in_order), 1) << name << depth;
      // With room for a single write each is a drain, which goes before the last read: 1.0001 %.
      const bool drains_each = depth == 1 && is_mixed(flow);
      if (in_order > 0.9) {
        EXPECT_GE(reordered, in_order * (drains_each ? 0.989 : 0.99)) << name << depth;
      }
      EXPECT_GE(reordered, shallower / (is_mixed(flow) ? 1.03 : 1.01)) << name << depth;
      shallower = reordered;
    }
  }
};

TEST_P(ControllerOfPreset, loses_nothing_by_reordering_and_gains_by_depth) {
  expect_in_bounds(3000, {1, 4, 16, 64}, 4);
}

TEST_P(ControllerOfPreset, loses_nothing_at_any_depth_and_size) {
  expect_in_bounds(20000, {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96}, 2);
}

// tRP_AB, tRFC and tRCD in every tREFI is all that is lost, with bank groups or without.
TEST_P(ControllerOfPreset, streams_in_address_order_run_at_the_peak) {
  const double lost = (spec.trp_ab_ns + spec.trfc_ns + spec.trcd_ns) / spec.trefi_ns;
  for (const Flow flow : {Flow::kReads, Flow::kWrites}) {
    for (std::uint64_t bytes = burst_bytes(); bytes <= 4096; bytes *= 4) {
      const std::vector<Access> stream = stream_of(flow, spec, bytes, 20000);
      const std::uint64_t bursts = stream.size() * bytes / burst_bytes();
      EXPECT_NEAR(share(bursts, serve(spec, dram_config(), stream).last_ps), 1 - lost, 0.01)
          << bytes;
    }
  }
}

class LooselyTimedOfPreset : public ControllerOfPreset {
 protected:
  double error(Flow flow, std::uint64_t bytes, std::size_t outstanding) const {
    const std::vector<Access> stream = stream_of(flow, spec, bytes, 10000);
    const auto exact = static_cast<double>(serve(spec, dram_config(), stream, outstanding).last_ps);
    const auto called = static_cast<double>(call(spec, dram_config(), stream, outstanding).last_ps);
    return called / exact - 1;
  }
};

TEST_P(LooselyTimedOfPreset, is_within_three_percent_of_the_controller) {
  for (std::uint64_t bytes = 64; bytes <= 4096; bytes *= 2) {
    for (const std::size_t outstanding : {std::size_t{8}, kAny}) {
      for (const Flow flow : {Flow::kReads, Flow::kWrites, Flow::kTiles, Flow::kTurnsElsewhere}) {
        EXPECT_NEAR(error(flow, bytes, outstanding), 0, 0.03)
            << "flow " << static_cast<int>(flow) << ", " << bytes << ", " << outstanding;
      }
    }
  }
}

// In rows of the same bank every turn is a conflict.
TEST_P(LooselyTimedOfPreset, is_within_three_percent_where_reads_and_writes_meet_in_banks) {
  for (std::uint64_t bytes = 64; bytes <= 4096; bytes *= 2) {
    for (const std::size_t outstanding : {std::size_t{8}, kAny}) {
      EXPECT_NEAR(error(Flow::kTurns, bytes, outstanding), 0, 0.03) << bytes;
      EXPECT_NEAR(error(Flow::kCopy, bytes, outstanding), 0, 0.04) << bytes;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Presets, ControllerOfPreset, testing::ValuesIn(dram_presets(kTables)));
INSTANTIATE_TEST_SUITE_P(Presets, LooselyTimedOfPreset, testing::ValuesIn(dram_presets(kTables)));

}  // namespace
}  // namespace dcnsim
