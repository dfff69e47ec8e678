// SPDX-License-Identifier: Apache-2.0
// Every cycle has one cause, and the memory's share is what an ideal one would save.
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

/// Counters by hand, of a convolution.
LayerCounters waiting(std::uint64_t weight, std::uint64_t input) {
  LayerCounters c;
  c.compute_cycles = 500;
  c.stall_cycles[Stall::kWeight] = weight;
  c.stall_cycles[Stall::kInput] = input;
  c.cycles = accounted_cycles(c);
  return c;
}

TEST(MemoryShare, is_what_an_ideal_memory_saves) {
  LayerCounters c = waiting(300, 200);
  c.refresh_cycles[Stall::kWeight] = 40;
  c.memory_busy_cycles[Stall::kInput] = 200;  // present, and nothing would be saved
  StallCycles ideal;
  ideal[Stall::kWeight] = 180;
  ideal[Stall::kInput] = 200;
  const Attribution cycles = attribution(LayerKind::kConv, with_memory_share(c, ideal));
  EXPECT_EQ(cycles.total(), c.cycles);
  EXPECT_EQ(cycles[Cause::kWeight], 180u);
  EXPECT_EQ(cycles[Cause::kInput], 200u);
  EXPECT_EQ(cycles[Cause::kRefresh], 40u);
  EXPECT_EQ(cycles[Cause::kDramBusy], 80u);
  EXPECT_EQ(bus_cycles(cycles), 380u);
}

TEST(MemoryShare, refreshes_count_as_far_as_an_ideal_memory_saves_them) {
  LayerCounters c = waiting(300, 0);
  c.refresh_cycles[Stall::kWeight] = 40;
  StallCycles ideal;
  ideal[Stall::kWeight] = 270;
  const Attribution cycles = attribution(LayerKind::kConv, with_memory_share(c, ideal));
  EXPECT_EQ(cycles[Cause::kRefresh], 30u);
  EXPECT_EQ(cycles[Cause::kDramBusy], 0u);
}

TEST(MemoryShare, waits_that_only_move_are_not_the_memorys) {
  const LayerCounters c = waiting(300, 0);
  StallCycles ideal;
  ideal[Stall::kInput] = 260;  // instead of the weights
  const Attribution cycles = attribution(LayerKind::kConv, with_memory_share(c, ideal));
  EXPECT_EQ(cycles[Cause::kDramBusy], 40u);
  EXPECT_EQ(cycles[Cause::kWeight], 260u);
  ideal[Stall::kInput] = 400;
  EXPECT_EQ(attribution(LayerKind::kConv, with_memory_share(c, ideal))[Cause::kDramBusy], 0u);
}

TEST(MemoryShare, of_layers_is_the_difference_to_an_ideal_machine) {
  RandomLayer random(11);
  int slower = 0;
  for (int i = 0; i < 400; ++i) {
    AcceleratorConfig config = random.machine(), ideal = config;
    for (BufferConfig* b : {&config.input_buffer, &config.weight_buffer, &config.output_buffer}) {
      b->separate_halves = true;  // no conflicts that could move
    }
    Descriptor layer = random.layer();
    layer.tiling = random.tiling(layer, config.array);
    if (!why_illegal(layer, config).empty()) continue;
    ideal = config;
    ideal.memory = MemoryKind::kIdeal;
    const LayerCounters with = evaluate({layer}, kDescriptorAddress, config, lpddr4_3200()).at(0);
    const LayerCounters without = evaluate({layer}, kDescriptorAddress, ideal, lpddr4_3200()).at(0);
    const Attribution cycles =
        attribution(layer.kind, with_memory_share(with, without.stall_cycles));
    EXPECT_EQ(cycles.total(), with.cycles) << i;
    ASSERT_GE(with.cycles, without.cycles) << i;
    EXPECT_EQ(cycles[Cause::kDramBusy] + cycles[Cause::kRefresh], with.cycles - without.cycles)
        << i;
    slower += with.cycles > without.cycles ? 1 : 0;
  }
  EXPECT_GT(slower, 100);
}

TEST(PesAtWork, are_those_of_computing_cycles) {
  LayerCounters c = waiting(300, 200);
  c.fill_drain_cycles = 100;
  c.pe_cycles = 400 * 20 / 2;
  ArrayConfig array;
  array.rows = 4;
  array.columns = 5;
  EXPECT_DOUBLE_EQ(pes_at_work(attribution(LayerKind::kConv, c), c, array), 0.5);
  c.overhead_cycles = 200;
  c.pe_cycles /= 2;
  EXPECT_EQ(attribution(LayerKind::kConv, c)[Cause::kOverhead], 200u);
  EXPECT_DOUBLE_EQ(pes_at_work(attribution(LayerKind::kConv, c), c, array), 0.5);
  EXPECT_EQ(pes_at_work(attribution(LayerKind::kPool, c), c, array), 0);
}

}  // namespace
}  // namespace dcnsim
