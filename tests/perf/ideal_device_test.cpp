// SPDX-License-Identifier: Apache-2.0
// Other memories than DRAM behind an Evaluator, and DRAM without refresh.
#include "models/perf/ideal_device.h"

#include <gtest/gtest.h>

#include "models/base/integer.h"
#include "models/perf/buffer_need.h"
#include "models/perf/clock.h"
#include "models/perf/dram/device.h"
#include "models/perf/evaluate.h"
#include "models/perf/prediction.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/random_layer.h"

namespace dcnsim {
namespace {

TEST(IdealDevice, takes_latency_and_bandwidth_and_nothing_else) {
  IdealConfig config;
  config.latency_ns = 12.5;
  config.gbytes_per_s = 3.2;
  IdealDevice device(config);
  device.begin_job(1000);
  EXPECT_EQ(device.access(1000, 0, 32, false), 1000u + 10'000 + 12'500);
  EXPECT_EQ(device.access(1000, 1 << 20, 64, true), 1000u + 30'000 + 12'500);
  EXPECT_EQ(device.access(100'000, 0, 32, false), 100'000u + 10'000 + 12'500);
  EXPECT_EQ(device.events_until(0).read_bytes, 64u);
  EXPECT_EQ(device.events_until(0).write_bytes, 64u);
  EXPECT_EQ(device.events_until(0).activates, 0u);
  IdealDevice perfect(IdealConfig{});
  EXPECT_EQ(perfect.access(7, 0, 4096, false), 7u);
}

TEST(IdealDevice, passes_bytes_a_cycle_in_whole_cycles) {
  AcceleratorConfig config;
  config.memory = MemoryKind::kIdeal;
  config.ideal.latency_ns = 10;
  for (const double mhz : {1.0, 200.0, 300.0, 333.0, 700.0, 1234.5, 9999.0}) {
    config.clock_mhz = mhz;
    for (const int bytes_a_cycle : {1, 3, 7, 8, 64}) {
      config.memory_bytes_per_cycle = bytes_a_cycle;
      const Clock clock(mhz);
      IdealDevice device(ideal_memory(config));
      std::uint64_t cycles = 0;
      for (const std::uint64_t burst : {1u, 2u, 16u, 128u, 4096u}) {
        cycles += burst;
        EXPECT_EQ(device.access(0, 0, burst * u64(bytes_a_cycle), false), clock.ps(cycles) + 10'000)
            << mhz << " MHz, " << bytes_a_cycle << " bytes a cycle";
      }
    }
  }
  config.clock_mhz = 250;
  config.memory_bytes_per_cycle = 2;
  EXPECT_DOUBLE_EQ(*ideal_memory(config).gbytes_per_s, 0.5);
  config.memory_bytes_per_cycle.reset();
  EXPECT_FALSE(ideal_memory(config).gbytes_per_s.has_value());
  config.ideal.gbytes_per_s = 3;
  EXPECT_EQ(ideal_memory(config).gbytes_per_s, 3.0);
}

/// Everything else being equal.
std::uint64_t cycles(const Descriptor& layer, const AcceleratorConfig& config) {
  return evaluate({layer}, 0, config, lpddr4_3200()).at(0).cycles;
}

TEST(MemoryModel, machines_with_better_memories_are_faster) {
  RandomLayer random(21);
  int waiting = 0, refreshed = 0;
  for (int i = 0; i < 500; ++i) {
    AcceleratorConfig dram = random.machine();
    for (BufferConfig* b : {&dram.input_buffer, &dram.weight_buffer, &dram.output_buffer}) {
      b->separate_halves = true;  // faster loads make no conflicts
    }
    Descriptor layer = random.layer();
    layer.tiling = random.tiling(layer, dram.array);
    if (!why_illegal(layer, dram).empty()) continue;
    AcceleratorConfig perfect = dram, slow = dram, unrefreshed = dram;
    perfect.memory = slow.memory = MemoryKind::kIdeal;
    slow.ideal.latency_ns = 100;
    slow.ideal.gbytes_per_s = 1;
    unrefreshed.dram.refreshes = false;
    EXPECT_LE(cycles(layer, perfect), cycles(layer, dram)) << i;
    EXPECT_LE(cycles(layer, perfect), cycles(layer, slow)) << i;
    waiting += cycles(layer, perfect) < cycles(layer, slow) ? 1 : 0;
    const LayerCounters c = evaluate({layer}, 0, unrefreshed, lpddr4_3200()).at(0);
    EXPECT_EQ(c.dram.refreshes, 0u) << i;
    EXPECT_EQ(c.refresh_cycles.total(), 0u) << i;
    refreshed += cycles(layer, dram) > c.cycles ? 1 : 0;
  }
  EXPECT_GT(waiting, 100);
  EXPECT_GT(refreshed, 20);
}

/// Steps that overlap take what they take apart but for filling and draining, of which the first
/// step's is left.
TEST(OverlappedSteps, fill_and_drain_once) {
  RandomLayer random(22);
  int faster = 0;
  for (int i = 0; i < 600; ++i) {
    AcceleratorConfig apart = random.machine();
    Descriptor layer = random.conv();
    layer.tiling = random.tiling(layer, apart.array);
    if (!why_illegal(layer, apart).empty()) continue;
    AcceleratorConfig overlapped = apart;
    overlapped.array.steps = ArraySteps::kOverlapped;
    const LayerCounters a = predicted_counters(layer, apart),
                        b = predicted_counters(layer, overlapped);
    const std::uint64_t steady = a.compute_cycles - a.fill_drain_cycles;
    EXPECT_LE(b.compute_cycles, a.compute_cycles) << i;
    EXPECT_GE(b.compute_cycles - b.fill_drain_cycles, steady) << i;
    EXPECT_LE(b.fill_drain_cycles, a.fill_drain_cycles) << i;
    EXPECT_GT(b.fill_drain_cycles, 0u) << i;
    EXPECT_EQ(a.macs, b.macs);
    EXPECT_EQ(a.pe_cycles, b.pe_cycles);
    const LayerCounters run = evaluate({layer}, 0, overlapped, lpddr4_3200()).at(0);
    EXPECT_EQ(run.compute_cycles, b.compute_cycles) << i;
    EXPECT_EQ(run.fill_drain_cycles, b.fill_drain_cycles) << i;
    faster += b.compute_cycles < a.compute_cycles ? 1 : 0;
  }
  EXPECT_GT(faster, 100);
}

}  // namespace
}  // namespace dcnsim
