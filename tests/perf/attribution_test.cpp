// SPDX-License-Identifier: Apache-2.0
// Every cycle has one cause, and the diagnosis names the culprit of machines made for one.
#include "models/perf/attribution.h"

#include <gtest/gtest.h>

#include "models/arch/accelerator_config.h"
#include "models/perf/buffer_need.h"
#include "models/perf/counters.h"
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

/// A convolution of 1,000 cycles, counters by hand.
struct ByHand {
  LayerCounters counters;
  AcceleratorConfig config = Example().config;

  ByHand(std::uint64_t compute, StallCycles stalls) {
    counters.cycles = 1000;
    counters.compute_cycles = compute;
    counters.stall_cycles = stalls;
    EXPECT_EQ(accounted_cycles(counters), counters.cycles);
  }
  explicit ByHand(std::uint64_t compute) : ByHand(compute, waiting(1000 - compute)) {}

  static StallCycles waiting(std::uint64_t input, std::uint64_t conflict = 0) {
    StallCycles stalls;
    stalls[Stall::kInput] = input;
    stalls[Stall::kConflict] = conflict;
    return stalls;
  }
  /// In that many cycles a bus word passes for the stream.
  void pass(Stream stream, std::uint64_t cycles) {
    counters.stream_bytes[stream] = cycles * static_cast<std::uint64_t>(config.dma.bus_bytes);
  }
  Diagnosis diagnosis() const {
    return diagnose(attribution(LayerKind::kConv, counters), counters, config);
  }
  std::string name() const { return to_string(diagnosis()); }
};

TEST(Diagnosis, half_of_a_wait_is_the_limit_of_what_the_memory_is_blamed_for) {
  const auto name = [](std::uint64_t refresh, std::uint64_t busy) {
    ByHand layer(100);
    layer.counters.refresh_cycles[Stall::kInput] = refresh;
    layer.counters.memory_busy_cycles[Stall::kInput] = busy;
    return layer.name();
  };
  EXPECT_EQ(name(450, 450), "input, refresh");
  EXPECT_EQ(name(449, 450), "input, dram");
  EXPECT_EQ(name(449, 449), "input, latency");
  EXPECT_EQ(name(450, 0), "input, refresh");
  EXPECT_EQ(name(300, 0), "input, latency");
  EXPECT_EQ(name(0, 450), "input, dram");
  EXPECT_EQ(name(0, 449), "input, latency");
}

TEST(Diagnosis, a_bus_is_the_limit_from_four_fifths_on_unless_the_array_works_as_much) {
  const auto name = [](std::uint64_t compute, std::uint64_t words) {
    ByHand layer(compute);
    layer.pass(Stream::kWeight, words);
    return layer.name();
  };
  EXPECT_EQ(name(100, 800), "weight, bus");
  EXPECT_EQ(name(100, 799), "input, latency");
  EXPECT_EQ(name(799, 800), "weight, bus");
  EXPECT_EQ(name(800, 800), "compute");
  EXPECT_EQ(name(950, 900), "compute");
  ByHand conflicts(100, ByHand::waiting(0, 900));
  conflicts.pass(Stream::kWeight, 800);
  EXPECT_EQ(conflicts.name(), "weight, bus");
}

TEST(Diagnosis, a_bus_is_named_by_most_bytes_in_its_busier_direction) {
  ByHand layer(100);
  layer.pass(Stream::kWeight, 300);
  layer.pass(Stream::kBias, 151);
  layer.pass(Stream::kInput, 450);
  EXPECT_EQ(layer.name(), "weight, bus") << "biases are weights";
  layer.pass(Stream::kInput, 452);
  EXPECT_EQ(layer.name(), "input, bus");
  layer.pass(Stream::kOutput, 903);
  EXPECT_EQ(layer.name(), "input, bus");
  EXPECT_NEAR(layer.diagnosis().share, 0.903, 1e-9) << "of one direction";
  layer.pass(Stream::kOutput, 904);
  EXPECT_EQ(layer.name(), "output, bus");
}

TEST(Diagnosis, the_largest_group_decides_work_before_waits_before_conflicts) {
  EXPECT_EQ(ByHand(500).name(), "compute");
  EXPECT_EQ(ByHand(499).name(), "input, latency");
  EXPECT_EQ(ByHand(400, ByHand::waiting(200, 400)).name(), "compute");
  EXPECT_EQ(ByHand(200, ByHand::waiting(400, 400)).name(), "input, latency");
  EXPECT_EQ(ByHand(200, ByHand::waiting(399, 401)).name(), "bank conflicts");
  ByHand mostly_drains(600);
  mostly_drains.counters.fill_drain_cycles = 301;
  EXPECT_EQ(mostly_drains.name(), "fill/drain");
}

TEST(Diagnosis, seven_PEs_of_ten_are_well_used) {
  ByHand layer(900);
  const auto pes = static_cast<std::uint64_t>(layer.config.array.rows * layer.config.array.columns);
  layer.counters.pe_cycles = 900 * pes * 7 / 10;
  EXPECT_NE(layer.diagnosis().advice.find("more PEs"), std::string::npos);
  --layer.counters.pe_cycles;
  EXPECT_NE(layer.diagnosis().advice.find("another array shape"), std::string::npos);
}

}  // namespace
}  // namespace dcnsim
