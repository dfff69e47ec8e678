// SPDX-License-Identifier: Apache-2.0
// Steps worked by hand, one of each kind of layer.
#include "models/perf/step_work.h"

#include <gtest/gtest.h>

namespace dcnsim {
namespace {

/// Four rows and two columns, weight-stationary, multipliers of 8 x 8 bits; buffers give a word of
/// 32 bits a cycle.
AcceleratorConfig small_machine() {
  AcceleratorConfig c;
  c.array.rows = 4;
  c.array.columns = 2;
  c.input_buffer = c.weight_buffer = c.output_buffer = {4096, 32, 1, true};
  return c;
}

/// Rows and columns of outputs, all `channels`, with the whole of a sum.
Step whole_step(int rows, int columns, int channels, int reduction) {
  Step step;
  step.pixels = {0, rows, 0, columns};
  step.channel1 = step.in1 = channels;
  step.k1 = reduction;
  return step;
}

TEST(StepWork, of_a_convolution_with_a_fused_pool) {
  Descriptor d;
  d.conv.in = {2, 4, 6};
  d.conv.out_channels = 3;
  d.fused_pool = 2;
  d.requant.out.bits = 4;
  LayerCounters c;
  const StepWork work = step_work(small_machine(), d, whole_step(1, 2, 3, 6), c);
  // Passes: 4 and 2 steps of the sum in 2 channels, then in the third. A row of weights and a pixel
  // each take a cycle; 8 pixels.
  EXPECT_EQ(work.cycles, 4u + 8 + 8 + 8 + 7 + 1 + (4 + 2 - 1));
  EXPECT_EQ(work.fill_drain, 4u + 5);
  EXPECT_EQ(c.macs, 8u * 3 * 6);
  EXPECT_EQ(c.pe_cycles, 8u * 3 * 6);
  EXPECT_EQ(c.requantized, 8u * 3) << "before the pool";
  EXPECT_EQ(c.pool_operations, 2u * 3 * 3) << "three comparisons a window";
  EXPECT_EQ(work.input_buffer.reads, 2u * (8 * 4 * 8 + 8 * 2 * 8) / 32) << "for both blocks";
  EXPECT_EQ(work.weight_buffer.reads, 2u + 1 + 1 + 1 + (2 + 1)) << "codes of 4 passes and biases";
  EXPECT_EQ(c.accumulator_buffer.writes, 2u * 24);
  EXPECT_EQ(c.accumulator_buffer.reads, 24u);
  EXPECT_EQ(work.output_buffer.writes, 1u) << "6 codes of 4 bits";
}

TEST(StepWork, in_a_scratchpad_meets_itself) {
  Descriptor d;
  d.conv.in = {2, 4, 6};
  d.conv.out_channels = 3;
  d.fused_pool = 2;
  d.requant.out.bits = 4;
  AcceleratorConfig machine = small_machine();
  LayerCounters c;
  const StepWork apart = step_work(machine, d, whole_step(1, 2, 3, 6), c);
  EXPECT_EQ(apart.conflicts, 0u);
  machine.share({4096, 32, 1, true});
  LayerCounters counted;
  const StepWork work = step_work(machine, d, whole_step(1, 2, 3, 6), counted);
  // 24 reads of inputs, 8 of weights and a write of outputs in 41 cycles of one bank.
  EXPECT_EQ(work.cycles, 41u);
  EXPECT_EQ(work.cycles, apart.cycles);
  EXPECT_EQ(counted.input_buffer.reads, 24u);
  EXPECT_EQ(counted.weight_buffer.reads, 8u);
  EXPECT_EQ(counted.output_buffer.writes, 1u);
  for (const SramAccesses& all : {work.input_buffer, work.weight_buffer, work.output_buffer}) {
    EXPECT_EQ(all.reads, 32u);
    EXPECT_EQ(all.writes, 1u);
  }
  EXPECT_EQ(work.conflicts, 5u + 1) << "ceil(8 * 24 / 41) and ceil(1 * 32 / 41)";
  machine.share({4096, 32, 2, true});
  EXPECT_LT(step_work(machine, d, whole_step(1, 2, 3, 6), c).conflicts, 6u);
}

TEST(StepWork, control_adds_to_every_pass_and_to_the_first_step) {
  Descriptor d;
  d.conv.in = {2, 4, 6};
  d.conv.out_channels = 3;
  AcceleratorConfig machine = small_machine();
  Step step = whole_step(2, 4, 3, 6);
  LayerCounters c;
  const StepWork without = step_work(machine, d, step, c);
  machine.overhead = {1000, 7};
  const StepWork within = step_work(machine, d, step, c);
  // 2 blocks of channels x 2 row tiles.
  EXPECT_EQ(within.overhead, 4u * 7);
  EXPECT_EQ(within.cycles, without.cycles + 4 * 7);
  EXPECT_EQ(within.fill_drain, without.fill_drain);
  step.opens_layer = true;
  EXPECT_EQ(step_work(machine, d, step, c).cycles, without.cycles + 1000 + 4 * 7);
  machine.array.dataflow = Dataflow::kOutputStationary;
  // 2 blocks of channels x 2 of pixels.
  EXPECT_EQ(step_work(machine, d, step, c).overhead, 1000u + 4 * 7);
  Descriptor pool;
  pool.kind = LayerKind::kPool;
  pool.pool.in = {2, 2, 2};
  step = whole_step(2, 2, 2, 1);
  EXPECT_EQ(step_work(machine, pool, step, c).overhead, 7u) << "a step of the vector unit";
}

TEST(StepWork, of_chunks) {
  Descriptor d;
  d.conv.in = {1, 4, 8};
  d.conv.out_channels = 2;
  Step step = whole_step(1, 4, 2, 4);
  step.last_chunk = false;
  LayerCounters first;
  step_work(small_machine(), d, step, first);
  EXPECT_EQ(first.accumulator_buffer.reads, 0u);
  EXPECT_EQ(first.accumulator_buffer.writes, 8u);
  EXPECT_EQ(first.weight_buffer.reads, 2u + 2) << "4 x 2 codes, 2 biases";
  EXPECT_EQ(first.requantized + first.output_buffer.writes, 0u);
  step.first_chunk = false;
  step.last_chunk = true;
  LayerCounters last;
  step_work(small_machine(), d, step, last);
  EXPECT_EQ(last.accumulator_buffer.reads, 8u);
  EXPECT_EQ(last.weight_buffer.reads, 2u);
  EXPECT_EQ(last.requantized, 8u);
  EXPECT_EQ(last.output_buffer.writes, 2u);
}

TEST(StepWork, of_a_pool) {
  Descriptor d;
  d.kind = LayerKind::kPool;
  d.pool.in = {3, 5, 5};
  d.pool.kernel_h = 3;
  d.pool.kernel_w = 2;
  d.pool.stride_w = 3;
  d.input.bits = 6;
  d.requant.out.bits = 4;
  LayerCounters c;
  const StepWork work = step_work(small_machine(), d, whole_step(1, 2, 5, 1), c);
  EXPECT_EQ(work.cycles, 10u * 6 / 2) << "two lanes";
  EXPECT_EQ(work.fill_drain, 0u);
  EXPECT_EQ(c.pool_operations, 10u * 5);
  EXPECT_EQ(c.requantized, 10u);
  EXPECT_EQ(work.input_buffer.reads, 15u) << "75 codes of 6 bits";
  EXPECT_EQ(work.output_buffer.writes, 2u) << "10 codes of 4 bits";
  EXPECT_EQ(c.macs + c.additions, 0u);
}

TEST(StepWork, of_an_addition) {
  Descriptor d;
  d.kind = LayerKind::kAdd;
  d.add = {2, 3, 5};
  d.input.bits = 6;
  d.input2.bits = 8;
  d.requant.out.bits = 4;
  LayerCounters c;
  StepWork work = step_work(small_machine(), d, whole_step(2, 3, 5, 1), c);
  EXPECT_EQ(work.cycles, 30u) << "two operands an output, two lanes";
  EXPECT_EQ(c.additions, 30u);
  EXPECT_EQ(c.requantized, 30u);
  EXPECT_EQ(c.pool_operations, 0u);
  EXPECT_EQ(work.input_buffer.reads, 14u) << "30 pairs of 14 bits";
  EXPECT_EQ(work.output_buffer.writes, 4u) << "30 codes of 4 bits";

  d.output_on_chip = true;
  work = step_work(small_machine(), d, whole_step(2, 3, 5, 1), c);
  EXPECT_EQ(work.input_buffer.writes, 4u);
  EXPECT_EQ(work.output_buffer.writes, 0u);
}

TEST(LostCycles, are_the_share_of_the_banks_that_the_array_would_have_used) {
  BufferConfig buffer{4096, 32, 4, true};
  // 9 words take three cycles of four banks, of which the array uses 10 of 40.
  EXPECT_EQ(lost_cycles(buffer, 9, 10, 10), 1u);
  EXPECT_EQ(lost_cycles(buffer, 8, 20, 10), 1u);
  EXPECT_EQ(lost_cycles(buffer, 9, 20, 10), 2u);
  EXPECT_EQ(lost_cycles(buffer, 9, 0, 10), 0u);
  EXPECT_EQ(lost_cycles(buffer, 9, 1000, 10), 3u) << "no more than all banks";
  buffer.separate_halves = true;
  EXPECT_EQ(lost_cycles(buffer, 9, 1000, 10), 0u);
}

}  // namespace
}  // namespace dcnsim
