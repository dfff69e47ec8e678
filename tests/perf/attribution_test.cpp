// SPDX-License-Identifier: Apache-2.0
// Every cycle has one cause, and the diagnosis names the culprit of machines made for one.
#include "models/perf/attribution.h"

#include <gtest/gtest.h>

#include "models/perf/buffer_need.h"
#include "models/perf/evaluate.h"
#include "models/perf/schedule.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/random_layer.h"

namespace dcnsim {
namespace {

constexpr std::uint64_t kDescriptorAddress = 1 << 20;

/// A convolution of 32 channels on a machine that is balanced; tests starve it.
struct Example {
  Descriptor layer;
  AcceleratorConfig config;

  Example() {
    layer.conv.in = {16, 16, 32};
    layer.conv.out_channels = 32;
    layer.conv.kernel_h = layer.conv.kernel_w = 3;
    layer.tiling = {14, 14, 8, 288, LoopOrder::kWeightOuter};
    config.clock_mhz = 200;
    config.array.rows = config.array.columns = 8;
    for (BufferConfig* b : {&config.input_buffer, &config.weight_buffer, &config.output_buffer}) {
      *b = {1 << 18, 64, 2, true, true};
    }
    config.accumulator_buffer_bytes = 1 << 18;
    config.dma.bus_bytes = 16;
    config.dram.preset = "lpddr4";
  }

  LayerCounters run() const {
    EXPECT_EQ(why_illegal(layer, config), "");
    return evaluate({layer}, kDescriptorAddress, config, lpddr4_3200()).at(0);
  }
  Diagnosis diagnosis() const {
    const LayerCounters counters = run();
    return diagnose(attribution(layer.kind, counters), counters, config);
  }
};

TEST(Attribution, sums_to_the_cycles_of_any_layer_on_any_machine) {
  RandomLayer random(7);
  int executed = 0;
  for (int i = 0; i < 2000; ++i) {
    AcceleratorConfig config = random.machine();
    config.dma.max_burst_bytes = 64 << random.pick(0, 6);
    config.dma.outstanding = random.pick(1, 16);
    Descriptor layer = random.layer();
    layer.tiling = random.tiling(layer, config.array);
    if (!why_illegal(layer, config).empty()) continue;
    ++executed;
    LayerCounters c = evaluate({layer}, kDescriptorAddress, config, lpddr4_3200()).at(0);
    EXPECT_EQ(attribution(layer.kind, c).total(), c.cycles) << i;
    // Whatever part of the waits the memory claims, it is only moved.
    for (const Stall s : StallCycles::keys()) {
      if (s == Stall::kConflict) continue;
      c.refresh_cycles[s] = c.stall_cycles[s] / 3;
      c.memory_busy_cycles[s] = c.stall_cycles[s] - c.refresh_cycles[s];
    }
    const Attribution told = attribution(layer.kind, c);
    EXPECT_EQ(told.total(), c.cycles) << i;
    EXPECT_EQ(told[Cause::kWeight] + told[Cause::kInput] + told[Cause::kOutput], 0u) << i;
  }
  EXPECT_GT(executed, 500);
}

TEST(Attribution, work_of_the_vector_unit_is_not_the_arrays) {
  Descriptor pool;
  pool.kind = LayerKind::kPool;
  pool.pool.in = {8, 8, 16};
  pool.tiling = {8, 8, 1, 1, LoopOrder::kWeightOuter};
  const Example e;
  const LayerCounters c = evaluate({pool}, kDescriptorAddress, e.config, lpddr4_3200()).at(0);
  const Attribution cycles = attribution(LayerKind::kPool, c);
  EXPECT_EQ(cycles[Cause::kRequantize], c.compute_cycles);
  EXPECT_EQ(cycles[Cause::kCompute], 0u);
}

TEST(Diagnosis, a_small_array_is_limited_by_computing) {
  Example e;
  e.config.array.rows = e.config.array.columns = 4;
  EXPECT_EQ(to_string(e.diagnosis()), "compute");
  EXPECT_NE(e.diagnosis().advice.find("more PEs"), std::string::npos) << e.diagnosis().advice;
}

TEST(Diagnosis, an_array_of_the_wrong_shape_needs_no_more_PEs) {
  Example e;
  e.config.array.rows = 64;
  e.layer.conv.in.channels = 1;
  e.layer.tiling = {14, 14, 8, 9, LoopOrder::kWeightOuter};
  LayerCounters c = e.run();
  c.stall_cycles = {};
  c.cycles = c.compute_cycles;
  c.fill_drain_cycles = 0;
  const Diagnosis d = diagnose(attribution(e.layer.kind, c), c, e.config);
  EXPECT_EQ(d.cause, Cause::kCompute);
  EXPECT_NE(d.advice.find("another array shape"), std::string::npos) << d.advice;
}

TEST(Diagnosis, a_narrow_bus_is_named_with_what_it_carries) {
  Example e;
  e.config.dma.bus_bytes = 4;
  e.config.array.rows = e.config.array.columns = 32;
  e.layer.conv.in = {3, 3, 32};
  e.layer.conv.out_channels = 256;
  e.layer.tiling = {1, 1, 32, 288, LoopOrder::kWeightOuter};
  EXPECT_EQ(to_string(e.diagnosis()), "weight, bus");
  EXPECT_NE(e.diagnosis().advice.find("a wider bus"), std::string::npos) << e.diagnosis().advice;
}

TEST(Diagnosis, inputs_that_come_late_are_not_taken_for_weights) {
  Example e;
  e.config.dma.bus_bytes = 4;
  e.config.array.rows = 32;
  e.layer.conv.kernel_h = e.layer.conv.kernel_w = 1;
  e.layer.conv.stride_h = e.layer.conv.stride_w = 2;
  e.config.array.weight_bits = e.config.array.activation_bits = e.layer.input.bits = 16;
  e.layer.conv.out_channels = 1;
  e.layer.tiling = {1, 8, 1, 32, LoopOrder::kWeightOuter};
  EXPECT_EQ(to_string(e.diagnosis()), "input, bus") << e.diagnosis().advice;
}

TEST(Diagnosis, accesses_one_at_a_time_leave_DRAM_and_bus_to_latency) {
  Example e;
  e.config.dma.bus_bytes = 64;
  e.config.dma.max_burst_bytes = 64;
  e.config.dma.outstanding = 1;
  e.config.array.rows = e.config.array.columns = 64;
  e.layer.conv.in = {3, 3, 32};
  e.layer.conv.out_channels = 256;
  e.layer.tiling = {1, 1, 64, 288, LoopOrder::kWeightOuter};
  EXPECT_EQ(to_string(e.diagnosis()), "weight, dram");
  EXPECT_NE(e.diagnosis().advice.find("more requests in flight"), std::string::npos);
  LayerCounters c = e.run();
  c.memory_busy_cycles = {};  // of a memory that does not tell
  EXPECT_EQ(to_string(diagnose(attribution(e.layer.kind, c), c, e.config)), "weight, latency");
}

TEST(Diagnosis, a_memory_that_tells_is_blamed) {
  Example e;
  LayerCounters c = e.run();
  constexpr Stall kInput = Stall::kInput;
  c.stall_cycles[kInput] += 10 * c.cycles;
  c.cycles *= 11;
  c.memory_busy_cycles[kInput] = 6 * c.cycles / 11;
  EXPECT_EQ(to_string(diagnose(attribution(e.layer.kind, c), c, e.config)), "input, dram");
  std::swap(c.memory_busy_cycles, c.refresh_cycles);
  EXPECT_EQ(to_string(diagnose(attribution(e.layer.kind, c), c, e.config)), "input, refresh");
}

TEST(Diagnosis, buffers_that_the_DMA_blocks_want_banks) {
  const Example e;
  LayerCounters c = e.run();
  c.stall_cycles[Stall::kConflict] += 2 * c.cycles;
  c.cycles *= 3;
  const Diagnosis d = diagnose(attribution(e.layer.kind, c), c, e.config);
  EXPECT_EQ(to_string(d), "bank conflicts");
  EXPECT_NE(d.advice.find("more banks"), std::string::npos) << d.advice;
}

}  // namespace
}  // namespace dcnsim
