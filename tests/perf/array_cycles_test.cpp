// SPDX-License-Identifier: Apache-2.0
// The closed formulas against a second derivation: passes simulated one by one, and single passes
// against the array's registers, cycle by cycle.
#include "models/perf/array_cycles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <vector>

#include "models/perf/array_registers.h"
#include "models/perf/datapath/datapath.h"
#include "tests/support/random_layer.h"
#include "tests/support/tries.h"

namespace dcnsim {
namespace {

AcceleratorConfig machine(int rows, int columns, Dataflow dataflow) {
  AcceleratorConfig c;
  c.array.rows = rows;
  c.array.columns = columns;
  c.array.dataflow = dataflow;
  // Wide enough never to limit.
  c.input_buffer = c.weight_buffer = c.output_buffer = {1 << 20, 512, 64, true};
  return c;
}

std::uint64_t feed(int codes, int bits, const BufferConfig& buffer) {
  const int width = buffer.banks * buffer.word_bits;
  return static_cast<std::uint64_t>(std::max(1, (codes * bits + width - 1) / width));
}

struct Block {
  int rows, columns;  ///< rows: reduction steps (weight-stationary) or pixels
};
std::vector<int> pieces(int extent, int size) {
  std::vector<int> all;
  for (int at = 0; at < extent; at += size) all.push_back(std::min(size, extent - at));
  return all;
}
/// Groups outermost, then channels, then rows of the array.
std::vector<Block> blocks(const ArrayConfig& array, const ArrayWork& work) {
  const bool weight_stationary = array.dataflow == Dataflow::kWeightStationary;
  const DatapathMode mode = datapath_mode(array, work.weight_bits, work.activation_bits);
  std::vector<Block> all;
  for (int group = 0; group < work.groups; ++group) {
    for (const int columns : pieces(work.channels, array.columns)) {
      for (const int rows : weight_stationary ? pieces(work.reduction, array.rows * mode.group)
                                              : pieces(work.pixels, array.rows)) {
        all.push_back({rows, columns});
      }
    }
  }
  return all;
}

/// Sizes up to `most`; sums that may stay do so half the time.
ArrayWork random_work(RandomLayer& random, const ArrayConfig& array, int most) {
  ArrayWork work;
  work.pixels = random.pick(1, most);
  work.channels = random.pick(1, most);
  work.reduction = random.pick(1, most);
  work.weight_bits = random.pick(1, 16);
  work.activation_bits = random.pick(1, 16);
  work.first_chunk = random.chance(2);
  work.last_chunk = random.chance(2);
  work.groups = random.chance(3) ? random.pick(2, 4) : 1;
  work.sums_stay = array.dataflow == Dataflow::kOutputStationary &&
                   blocks(array, work).size() == 1 && random.chance(2);
  return work;
}

std::uint64_t fetch(const OperandFetch& operand, int codes, const BufferConfig& buffer) {
  return static_cast<std::uint64_t>(operand.times) * feed(codes, operand.bits, buffer);
}
std::uint64_t step_cycles(const DatapathMode& mode, std::initializer_list<std::uint64_t> fetches) {
  return std::max(static_cast<std::uint64_t>(mode.passes), std::max(fetches));
}

/// Event by event: when weights are in the shadow registers, when each pass starts and ends.
std::uint64_t weight_stationary(const AcceleratorConfig& c, const ArrayWork& work) {
  const DatapathMode mode = datapath_mode(c.array, work.weight_bits, work.activation_bits);
  std::uint64_t shadow_free = 0;
  std::optional<std::uint64_t> pixel_start;  // of the last pixel so far
  for (const Block& b : blocks(c.array, work)) {
    std::uint64_t loaded = shadow_free;
    for (const int group : pieces(b.rows, mode.group)) {
      loaded += feed(group * b.columns, work.weight_bits, c.weight_buffer);
    }
    const std::uint64_t pixel = step_cycles(mode, {fetch(mode.activation, b.rows, c.input_buffer)});
    const std::uint64_t start = std::max(loaded, pixel_start ? *pixel_start + pixel : 0);
    shadow_free = start;
    pixel_start = start + static_cast<std::uint64_t>(work.pixels - 1) * pixel;
  }
  return *pixel_start + static_cast<std::uint64_t>(mode.passes + c.array.rows + c.array.columns -
                                                   1 + mode.pipeline);
}

std::uint64_t output_stationary(const AcceleratorConfig& c, const ArrayWork& work) {
  const DatapathMode mode = datapath_mode(c.array, work.weight_bits, work.activation_bits);
  const auto shift = static_cast<std::uint64_t>(c.array.rows);
  const std::vector<Block> all = blocks(c.array, work);
  // When the PE in the corner starts its last step so far, and when it did so in the block before.
  std::optional<std::uint64_t> step_start, sums_before;
  for (const Block& b : all) {
    for (const int group : pieces(work.reduction, mode.group)) {
      const std::uint64_t step =
          step_cycles(mode, {fetch(mode.activation, group * b.rows, c.input_buffer),
                             fetch(mode.weight, group * b.columns, c.weight_buffer)});
      step_start = step_start ? *step_start + step : 0;
    }
    if (sums_before) step_start = std::max(*step_start, *sums_before + shift);
    sums_before = step_start;
  }
  const std::uint64_t now =
      *step_start +
      static_cast<std::uint64_t>(mode.passes + c.array.rows + c.array.columns - 2 + mode.pipeline);
  return now + (work.last_chunk || !work.sums_stay ? shift : 0);
}

TEST(ArrayCycles, equal_the_passes_one_by_one) {
  RandomLayer random(1);
  for (int i = 0; i < tries(20000, 50000); ++i) {
    const AcceleratorConfig c = random.machine();
    const ArrayWork work = random_work(random, c.array, 90);
    const std::uint64_t expected = c.array.dataflow == Dataflow::kWeightStationary
                                       ? weight_stationary(c, work)
                                       : output_stationary(c, work);
    ASSERT_EQ(array_cycles(c, work), expected) << "case " << i;
  }
}

/// Registers of a weight-stationary array, one pass: activations move right, sums move down, the
/// accumulators below take them a cycle later. Returns the cycle in which the last one is added.
int last_accumulation(int rows, int columns, int pixels) {
  struct Pe {
    int pixel = -1;   ///< whose activation is in the register; -1 for none
    int sum_of = -1;  ///< whose partial sum is in the register
  };
  std::vector<std::vector<Pe>> array(static_cast<std::size_t>(rows),
                                     std::vector<Pe>(static_cast<std::size_t>(columns)));
  int last = 0;
  for (int cycle = 0; cycle < pixels + rows + columns + 2; ++cycle) {
    for (const Pe& bottom : array.back()) {
      if (bottom.sum_of >= 0) last = cycle;
    }
    for (int r = rows - 1; r >= 0; --r) {
      for (int c = columns - 1; c >= 0; --c) {
        const auto y = static_cast<std::size_t>(r);
        const auto x = static_cast<std::size_t>(c);
        const int enters = cycle - r >= 0 && cycle - r < pixels ? cycle - r : -1;
        Pe next;
        next.pixel = c == 0 ? enters : array[y][x - 1].pixel;
        const int sum_above = r == 0 ? next.pixel : array[y - 1][x].sum_of;
        EXPECT_EQ(next.pixel, sum_above) << "the skew lets sums and activations meet";
        next.sum_of = next.pixel;
        array[y][x] = next;
      }
    }
  }
  return last;
}

TEST(ArrayCycles, one_weight_stationary_pass_equals_the_registers) {
  for (const int rows : {1, 2, 5, 8}) {
    for (const int columns : {1, 3, 8}) {
      for (const int pixels : {1, 2, 17}) {
        const AcceleratorConfig c = machine(rows, columns, Dataflow::kWeightStationary);
        ArrayWork work;
        work.pixels = pixels;
        work.channels = columns;
        work.reduction = rows;
        const int load = rows;
        EXPECT_EQ(array_cycles(c, work),
                  static_cast<std::uint64_t>(load + last_accumulation(rows, columns, pixels) + 1));
      }
    }
  }
}

TEST(ArrayCycles, one_output_stationary_block_equals_the_registers) {
  for (const int rows : {1, 2, 5, 8}) {
    for (const int columns : {1, 3, 8}) {
      for (const int reduction : {1, 2, 17}) {
        // PE (r, c) multiplies operand k in cycle k + r + c; then rows shift out one a cycle.
        int last_product = 0;
        for (int r = 0; r < rows; ++r) {
          for (int c = 0; c < columns; ++c) {
            last_product = std::max(last_product, reduction - 1 + r + c);
          }
        }
        ArrayWork work;
        work.pixels = rows;
        work.channels = columns;
        work.reduction = reduction;
        EXPECT_EQ(array_cycles(machine(rows, columns, Dataflow::kOutputStationary), work),
                  static_cast<std::uint64_t>(last_product + 1 + rows));
      }
    }
  }
}

TEST(ArrayCycles, narrow_buffers_and_wide_operands_take_longer) {
  AcceleratorConfig c = machine(16, 16, Dataflow::kWeightStationary);
  ArrayWork work;
  work.pixels = 100;
  work.channels = 16;
  work.reduction = 16;
  const std::uint64_t drain = 31;
  EXPECT_EQ(array_cycles(c, work), 16 + 100 + drain);
  work.weight_bits = 16;  // two passes
  EXPECT_EQ(array_cycles(c, work), 16 + 200 + drain);
  c.weight_buffer = {1024, 64, 1, true};  // 256 bits of weights a row
  EXPECT_EQ(array_cycles(c, work), 64 + 200 + drain);
  c.input_buffer = {1024, 64, 1, true};  // 128 bits of activations a pixel
  EXPECT_EQ(array_cycles(c, work), 64 + 400 - 2 + drain) << "the last pixel waits for none";
}

TEST(ArrayCycles, never_fewer_than_the_multipliers_need) {
  RandomLayer random(2);
  for (int i = 0; i < 5000; ++i) {
    const AcceleratorConfig c = random.machine();
    ArrayWork work;
    work.pixels = random.pick(1, 900);
    work.channels = random.pick(1, 90);
    work.reduction = random.pick(1, 900);
    work.weight_bits = random.pick(1, 16);
    work.activation_bits = random.pick(1, 16);
    LayerCounters counters;
    count_array_events(c, work, counters);
    EXPECT_GE(array_cycles(c, work) * static_cast<std::uint64_t>(c.array.rows * c.array.columns),
              counters.pe_cycles);
  }
}

TEST(LeastArrayCycles, are_never_beaten_and_mostly_near) {
  RandomLayer random(5);
  int overlapped = 0, exposed = 0, by_rows = 0, equal = 0, near = 0, steps = 0;
  for (int i = 0; i < tries(4000); ++i) {
    AcceleratorConfig c = random.machine();
    c.array.steps = random.chance(3) ? ArraySteps::kOverlapped : ArraySteps::kApart;
    if (c.array.dataflow == Dataflow::kWeightStationary && random.chance(3)) {
      c.array.weight_load = WeightLoad::kExposed;
    }
    ArrayWork work = random_work(random, c.array, random.chance(2) ? 20 : 90);
    if (random.chance(3)) {
      work.positions = random.pick(1, 9);
      work.reduction = work.positions * random.pick(1, 20);
    }
    const LeastArrayCycles least = least_array_cycles(c, work);
    const int unit = unit_pixels(c.array);
    const std::uint64_t units = static_cast<std::uint64_t>((work.pixels + unit - 1) / unit);
    const bool apart = c.array.steps == ArraySteps::kApart;
    const std::uint64_t cycles = apart ? array_cycles(c, work) : overlapped_array_cycles(c, work);
    EXPECT_LE(least.of(units), cycles) << i;
    EXPECT_LE(least.of(units), array_cycles(c, work)) << i << ": the first step of a layer";
    ++steps;
    overlapped += apart ? 0 : 1;
    exposed += c.array.weight_load == WeightLoad::kExposed ? 1 : 0;
    by_rows += unit > 1 ? 1 : 0;
    equal += least.of(units) == cycles ? 1 : 0;
    near += 10 * least.of(units) >= 9 * cycles ? 1 : 0;
  }
  EXPECT_GT(overlapped, steps / 5);
  EXPECT_GT(exposed, steps / 10);
  EXPECT_GT(by_rows, steps / 5);
  EXPECT_GT(equal, steps / 5);
  EXPECT_GT(near, steps / 2);
}

TEST(ArrayCycles, the_largest_steps_do_not_overflow) {
  // 64 MiB buffers full of 16-bit operands on the narrowest datapath.
  AcceleratorConfig c = machine(1, 1, Dataflow::kWeightStationary);
  c.array.weight_bits = c.array.activation_bits = 2;
  ArrayWork work;
  work.pixels = 1 << 25;
  work.channels = 1;
  work.reduction = 1 << 25;
  work.weight_bits = work.activation_bits = 16;
  const std::uint64_t macs = std::uint64_t{1} << 50;
  EXPECT_GE(array_cycles(c, work), macs * 64);
  c.array.dataflow = Dataflow::kOutputStationary;
  EXPECT_GE(array_cycles(c, work), macs * 64);
  EXPECT_LT(array_cycles(c, work), macs * 65);
}

TEST(ArrayEvents, equal_the_passes_one_by_one) {
  RandomLayer random(3);
  for (int i = 0; i < tries(10000, 20000); ++i) {
    const AcceleratorConfig c = random.machine();
    const bool weight_stationary = c.array.dataflow == Dataflow::kWeightStationary;
    const ArrayWork work = random_work(random, c.array, 60);
    const DatapathMode mode = datapath_mode(c.array, work.weight_bits, work.activation_bits);
    const OperandFetch &weight = mode.weight, &activation = mode.activation;
    const auto words = [](int codes, int bits, const BufferConfig& buffer) {
      return (codes * bits + buffer.word_bits - 1) / buffer.word_bits;
    };

    int input_reads = 0, weight_reads = 0, sum_reads = 0, sum_writes = 0;
    const std::vector<Block> all = blocks(c.array, work);
    int row_of_column = 0, channels_left = 0;
    for (const Block& b : all) {
      if (channels_left == 0) {
        channels_left = weight_stationary ? work.reduction : work.pixels;
        row_of_column = 0;
        if (work.first_chunk) {
          weight_reads += words(b.columns, c.accumulator.bits > 32 ? 64 : 32, c.weight_buffer);
        }
      }
      channels_left -= b.rows;
      if (weight_stationary) {
        input_reads +=
            activation.times * words(work.pixels * b.rows, activation.bits, c.input_buffer);
        weight_reads += words(b.rows * b.columns, work.weight_bits, c.weight_buffer);
        sum_writes += work.pixels * b.columns;
        if (!work.first_chunk || row_of_column > 0) sum_reads += work.pixels * b.columns;
      } else {
        input_reads +=
            activation.times * words(work.reduction * b.rows, activation.bits, c.input_buffer);
        weight_reads +=
            weight.times * words(work.reduction * b.columns, weight.bits, c.weight_buffer);
        if (!work.sums_stay && !work.first_chunk) sum_reads += b.rows * b.columns;
        if (!work.sums_stay && !work.last_chunk) sum_writes += b.rows * b.columns;
      }
      ++row_of_column;
    }

    LayerCounters counted;
    count_array_events(c, work, counted);
    const auto outputs = static_cast<std::uint64_t>(work.pixels * work.channels * work.groups);
    const auto macs = outputs * static_cast<std::uint64_t>(work.reduction);
    EXPECT_EQ(counted.macs, macs);
    const auto steps = outputs * pieces(work.reduction, mode.group).size();
    EXPECT_EQ(counted.pe_cycles, steps * static_cast<std::uint64_t>(mode.passes));
    EXPECT_EQ(counted.activation_loads, steps * static_cast<std::uint64_t>(activation.times));
    EXPECT_EQ(counted.weight_loads,
              (weight_stationary ? steps / static_cast<std::uint64_t>(work.pixels) : steps) *
                  static_cast<std::uint64_t>(weight.times));
    EXPECT_EQ(counted.requantized, work.last_chunk ? outputs : 0u);
    EXPECT_EQ(counted.input_buffer.reads, static_cast<std::uint64_t>(input_reads));
    EXPECT_EQ(counted.weight_buffer.reads, static_cast<std::uint64_t>(weight_reads));
    EXPECT_EQ(counted.accumulator_buffer.reads, static_cast<std::uint64_t>(sum_reads));
    EXPECT_EQ(counted.accumulator_buffer.writes, static_cast<std::uint64_t>(sum_writes));
    EXPECT_EQ(counted.input_buffer.writes + counted.weight_buffer.writes, 0u)
        << "filling is the DMA's";
  }
}

/// Loads of a skew: line i passes through i registers.
int skew_loads(int lines) {
  int loads = 0;
  for (int line = 0; line < lines; ++line) {
    for (int stage = 0; stage < line; ++stage) ++loads;
  }
  return loads;
}

TEST(ArrayRegisters, loads_equal_those_of_the_blocks_one_by_one) {
  RandomLayer random(4);
  for (int i = 0; i < tries(10000, 20000); ++i) {
    const AcceleratorConfig c = random.machine();
    const ArrayWork work = random_work(random, c.array, 40);
    const DatapathMode mode = datapath_mode(c.array, work.weight_bits, work.activation_bits);
    const std::vector<Block> all = blocks(c.array, work);

    int activations = 0, weights = 0, shadows = 0;
    for (const Block& b : all) {
      if (c.array.dataflow == Dataflow::kWeightStationary) {
        const std::vector<int> rows = pieces(b.rows, mode.group);
        for (const int group : rows) {
          const int bits = group * work.weight_bits;
          weights += bits * (b.columns + skew_loads(b.columns));
          shadows += bits * b.columns;
        }
        for (int fetch = 0; fetch < work.pixels * mode.activation.times; ++fetch) {
          for (const int group : rows) activations += group * mode.activation.bits;
          activations += skew_loads(static_cast<int>(rows.size())) * mode.activation_register_bits;
        }
        continue;
      }
      for (const int group : pieces(work.reduction, mode.group)) {
        activations += mode.activation.times * (group * b.rows * mode.activation.bits +
                                                skew_loads(b.rows) * mode.activation_register_bits);
        weights += mode.weight.times * (group * b.columns * mode.weight.bits +
                                        skew_loads(b.columns) * mode.weight_register_bits);
      }
      if (!work.last_chunk && work.sums_stay) continue;
      for (int row = 0; row < b.rows; ++row) {
        // From its PE, then row by row to the last one.
        for (int at = row; at < c.array.rows; ++at) shadows += b.columns * c.accumulator.bits;
      }
    }

    LayerCounters counted;
    count_array_events(c, work, counted);
    ASSERT_EQ(counted.registers.edge_activation_bits, static_cast<std::uint64_t>(activations));
    ASSERT_EQ(counted.registers.edge_weight_bits, static_cast<std::uint64_t>(weights));
    ASSERT_EQ(counted.registers.shadow_bits, static_cast<std::uint64_t>(shadows));
  }
}

TEST(ArrayRegisters, are_those_of_the_verilog_arrays) {
  AcceleratorConfig c = machine(4, 3, Dataflow::kWeightStationary);
  // 16 bits a row twice and a skew of 1 + 2 + 3 bytes; 16 bits a column and 1 + 2 of them.
  EXPECT_EQ(array_registers(c).edge_bits, 2u * 4 * 16 + 6 * 8 + 3 * 16 + 3 * 16);
  EXPECT_EQ(array_registers(c).shadow_bits, 4u * 3 * (2 * 16 - 8));
  c.array.dataflow = Dataflow::kOutputStationary;
  EXPECT_EQ(array_registers(c).edge_bits, 2u * (4 + 3) * 16 + (6 + 3) * 8);
  EXPECT_EQ(array_registers(c).shadow_bits, 4u * 3 * 32);

  c.array.datapath = DatapathFamily::kActivationSerial;
  c.array.lanes = 5;
  c.array.bits_per_cycle = 2;
  EXPECT_EQ(array_registers(c).edge_bits, 2u * (4 + 3) * 16 * 5 + 6 * 2 * 5 + 3 * 8 * 5);
  c.array.dataflow = Dataflow::kWeightStationary;
  EXPECT_EQ(array_registers(c).shadow_bits, 4u * 3 * (2 * 16 - 8) * 5);
  c.array.datapath = DatapathFamily::kFullySerial;
  EXPECT_EQ(array_registers(c).shadow_bits, 4u * 3 * (2 * 16 - 1) * 5);
  c.array.datapath = DatapathFamily::kComposable;
  EXPECT_EQ(array_registers(c).shadow_bits, 4u * 3 * (2 * 64 - 32));
  EXPECT_EQ(array_registers(c).edge_bits, 2u * 4 * 64 + 6 * 32 + (3 + 3) * 64);
  c.array.weight_load = WeightLoad::kExposed;
  EXPECT_EQ(array_registers(c).shadow_bits, 4u * 3 * (64 - 32)) << "one set of weights";
}

TEST(ArrayCycles, of_kernel_positions_one_by_one) {
  AcceleratorConfig c = machine(4, 3, Dataflow::kWeightStationary);
  ArrayWork work;
  work.pixels = 10;
  work.channels = 3;
  work.reduction = 3 * 6;
  // Packed: 18 steps are 5 row tiles. Apart: each of 3 positions has 6 channels in 2 row tiles.
  EXPECT_EQ(array_passes(c, work), 5u);
  EXPECT_EQ(array_cycles(c, work), 4u + 5 * 10 + (4 + 3 - 1));
  work.positions = 3;
  EXPECT_EQ(array_passes(c, work), 6u);
  EXPECT_EQ(array_cycles(c, work), 4u + 6 * 10 + (4 + 3 - 1));
  LayerCounters counters;
  count_array_events(c, work, counters);
  EXPECT_EQ(counters.macs, 10u * 3 * 18);
  EXPECT_EQ(counters.accumulator_buffer.writes, 6u * 30);
}

TEST(ArrayCycles, of_weights_that_enter_between_passes) {
  AcceleratorConfig c = machine(4, 3, Dataflow::kWeightStationary);
  ArrayWork work;
  work.pixels = 10;
  work.channels = 3;
  work.reduction = 4 + 4 + 2;
  const std::uint64_t hidden = array_cycles(c, work), filling = array_fill_drain_cycles(c, work);
  c.array.weight_load = WeightLoad::kExposed;
  // Four rows, then two, a row a cycle, that computing hid before.
  EXPECT_EQ(array_cycles(c, work), hidden + 4 + 2);
  EXPECT_EQ(array_fill_drain_cycles(c, work), filling + 4 + 2);
}

TEST(ArrayEvents, add_to_what_is_there) {
  const AcceleratorConfig c = machine(4, 4, Dataflow::kWeightStationary);
  LayerCounters once, twice;
  count_array_events(c, {}, once);
  count_array_events(c, {}, twice);
  count_array_events(c, {}, twice);
  EXPECT_EQ(twice.macs, 2 * once.macs);
  EXPECT_EQ(twice.weight_buffer.reads, 2 * once.weight_buffer.reads);
}

TEST(VectorUnit, has_a_lane_for_every_column) {
  const AcceleratorConfig c = machine(4, 16, Dataflow::kWeightStationary);
  EXPECT_EQ(vector_cycles(c, 0), 0u);
  EXPECT_EQ(vector_cycles(c, 1), 1u);
  EXPECT_EQ(vector_cycles(c, 16), 1u);
  EXPECT_EQ(vector_cycles(c, 17), 2u);
}

}  // namespace
}  // namespace dcnsim
