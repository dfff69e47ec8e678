// SPDX-License-Identifier: Apache-2.0
// What tiles take of the buffers, by walking over them.
#include "models/perf/buffer_need.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "tests/support/random_steps.h"

namespace dcnsim {
namespace {

TEST(Room, is_that_of_the_largest_tile) {
  for_random_layers(10, 1500, [](const Descriptor& d, const AcceleratorConfig& config) {
    const auto words = [](std::int64_t bits, const BufferConfig& b) {
      return (bits + b.word_bits - 1) / b.word_bits * (b.word_bits / 8);
    };
    std::int64_t input = 0, weight = 0, output = 0, accumulator = 0;
    std::set<std::array<int, 3>> input_tiles, weight_tiles;
    // What is begun and not complete: words in the bank of a column.
    std::map<std::array<int, 3>, std::int64_t> sums;
    int columns_used = 0;
    std::set<std::array<int, 3>> output_tiles;
    bool cuts_planes = false;
    for (const Step& step : steps_of(d)) {
      const InputRegion r = input_region(d, step.pixels);
      // A row of a tile begins a buffer word with every plane.
      const auto row_of = [&](int pixels, int first, int last, int segment, int bits,
                              const BufferConfig& buffer) {
        std::map<int, int> planes;
        for (int c = first; c < last; ++c) ++planes[segment == 0 ? 0 : c / segment];
        std::int64_t bytes = 0;
        for (const auto& [plane, channels] : planes) {
          bytes += words(std::int64_t{pixels} * channels * bits, buffer);
        }
        return bytes;
      };
      const auto operand = [&](int rows, int columns, int segment, int bits) {
        return rows * row_of(columns, step.in0, step.in1, segment, bits, config.input_buffer);
      };
      const int rows = r.y1 - r.y0, columns = r.x1 - r.x0;
      std::int64_t operands = operand(rows, columns, d.input_segment, d.input.bits);
      if (d.kind == LayerKind::kAdd) {
        const bool is_pixel = d.pair == PairKind::kScaling;
        operands +=
            operand(is_pixel ? 1 : rows, is_pixel ? 1 : columns, d.input2_segment, d.input2.bits);
      }
      input = std::max(input, operands);
      const int height = step.pixels.y1 - step.pixels.y0;
      const int width = step.pixels.x1 - step.pixels.x0;
      output = std::max(
          output, height * row_of(width, step.store_channel0, step.store_channel1, d.output_segment,
                                  d.requant.out.bits, config.output_buffer));
      input_tiles.insert({step.pixels.y0, step.pixels.x0, step.in0});
      cuts_planes |= d.output_segment != 0 && d.output_segment < d.output_shape().channels &&
                     step.store_channel0 % d.output_segment != 0;
      output_tiles.insert({step.pixels.y0, step.pixels.x0, step.store_channel0});
      if (d.kind != LayerKind::kConv) continue;
      weight_tiles.insert({step.channel0, step.in0, step.k0});
      std::int64_t weights = 0;
      const int channels = (step.channel1 - step.channel0) / step.groups;
      const int most = step.groups > 1 ? step.channel1 - step.channel0 : config.array.columns;
      for (int c = step.channel0; c < step.channel1; c += most) {
        const int block = std::min(most, step.channel1 - c);
        weights +=
            words(std::int64_t{step.k1 - step.k0} * block * d.weight.bits, config.weight_buffer) +
            words(block * (config.accumulator.bits > 32 ? 64 : 32), config.weight_buffer);
        if (d.requant.counts) {
          const int thresholds = d.requant.max_code() - d.requant.min_code();
          weights += words(block * thresholds * (config.accumulator.bits > 32 ? 64 : 32),
                           config.weight_buffer);
        }
        if (!d.requant.multiplies) continue;
        const int parameter_bytes =
            (d.requant.leaky ? 2 : 1) * ((config.accumulator.multiplier_bits + 13) / 8);
        weights += words(block * 8 * parameter_bytes, config.weight_buffer);
      }
      weight = std::max(weight, weights);
      const std::int64_t pixels = std::int64_t{height} * width * d.fused_pool * d.fused_pool;
      const bool one_chunk = step.first_chunk && step.last_chunk;
      const bool in_the_array =
          config.array.dataflow == Dataflow::kOutputStationary &&
          (one_chunk || (pixels <= config.array.rows && channels <= config.array.columns &&
                         step.groups == 1 && !step.sums_wait));
      if (in_the_array) continue;
      std::int64_t& words_of_tile = sums[{step.pixels.y0, step.pixels.x0, step.channel0}];
      const std::int64_t blocks =
          step.groups * ((channels + config.array.columns - 1) / config.array.columns);
      words_of_tile = pixels * (one_chunk ? 1 : blocks);
      std::int64_t live = 0;
      for (const auto& [tile, count] : sums) live += count;
      columns_used = std::max(columns_used, std::min(config.array.columns, channels));
      accumulator = std::max(accumulator, live);
      if (step.last_chunk) sums.erase({step.pixels.y0, step.pixels.x0, step.channel0});
    }
    EXPECT_TRUE(sums.empty());
    accumulator = (accumulator * columns_used * config.accumulator.bits + 7) / 8;
    const auto room = [](const BufferConfig& b, std::size_t tiles) {
      return b.double_buffered && tiles > 1 ? b.capacity_bytes / 2 : b.capacity_bytes;
    };
    const auto expect_room = [&](const char* of, const Room& actual, std::int64_t needed,
                                 std::int64_t available) {
      EXPECT_EQ(actual.needed, needed) << of;
      EXPECT_EQ(actual.available, available) << of;
    };
    expect_room("input", input_room(d, config), input,
                room(config.input_buffer, input_tiles.size()));
    expect_room("weight", weight_room(d, config), weight,
                room(config.weight_buffer, weight_tiles.size()));
    if (!cuts_planes) {  // which is illegal
      expect_room("output", output_room(d, config), output,
                  room(config.output_buffer, output_tiles.size()));
    }
    expect_room("accumulator", accumulator_room(d, config), accumulator,
                config.accumulator_buffer_bytes);
  });
}

/// What is in a scratchpad at a time, tile by tile.
TEST(Room, of_a_scratchpad_is_the_sum_of_what_lies_in_it) {
  int maps_stay = 0, two_slots = 0, sums_of_maps = 0;
  unsigned i = 0;
  for_random_layers(11, 1500, [&](Descriptor d, AcceleratorConfig config) {
    ++i;
    d.output_on_chip = i % 3 == 0 && d.output_segment == 0;
    d.input_on_chip = i % 5 == 0 && d.input_segment == 0 && d.tiling.tile_in == 0 &&
                      (d.kind != LayerKind::kAdd || !d.output_on_chip);
    BufferConfig scratchpad = config.input_buffer;
    scratchpad.separate_halves = false;
    EXPECT_EQ(shared_room(d, config).needed, 0);
    config.share(scratchpad);
    const auto slots_of = [&](bool several) {
      return scratchpad.double_buffered && several ? 2 : 1;
    };
    const std::vector<Step> steps = steps_of(d);
    std::set<std::array<int, 3>> inputs, weights, outputs;
    for (const Step& step : steps) {
      // Which is illegal.
      if (d.output_segment != 0 && step.store_channel0 % d.output_segment != 0) return;
      inputs.insert({step.pixels.y0, step.pixels.x0, step.in0});
      weights.insert({step.channel0, step.in0, step.k0});
      outputs.insert({step.pixels.y0, step.pixels.x0, step.store_channel0});
    }
    const auto map_bytes = [&](const Shape& map, int bits) {
      const std::int64_t row_bits = std::int64_t{map.width} * map.channels * bits;
      return map.height * ((row_bits + scratchpad.word_bits - 1) / scratchpad.word_bits) *
             (scratchpad.word_bits / 8);
    };
    const bool on_chip = d.input_on_chip || d.output_on_chip;
    std::int64_t needed = slots_of(!on_chip && inputs.size() > 1) * input_room(d, config).needed;
    if (d.kind == LayerKind::kConv) {
      needed += slots_of(weights.size() > 1) * weight_room(d, config).needed;
    }
    if (d.output_on_chip) {
      needed += map_bytes(d.output_shape(), d.requant.out.bits);
    } else {
      needed += slots_of(outputs.size() > 1) * output_room(d, config).needed;
    }
    if (d.kind == LayerKind::kAdd && d.input_on_chip) {
      needed += map_bytes(d.input_shape(), d.input.bits);
    }
    EXPECT_EQ(shared_room(d, config).needed, needed);
    EXPECT_EQ(shared_room(d, config).available, scratchpad.capacity_bytes);
    maps_stay += on_chip ? 1 : 0;
    two_slots += slots_of(inputs.size() > 1) == 2 ? 1 : 0;
    sums_of_maps += d.kind == LayerKind::kAdd && d.input_on_chip ? 1 : 0;
  });
  for (const int count : {maps_stay, two_slots, sums_of_maps}) EXPECT_GT(count, 20);
}

/// Machines on which all tilings are tried with what is said to hold any, and with any room there.
TEST(DecidingCapacities, are_those_without_which_the_same_tilings_are_legal) {
  RandomLayer random(12);
  std::array<int, 5> any{};
  int legal = 0, illegal = 0, on_chip = 0;
  for (int i = 0; i < 4000; ++i) {
    AcceleratorConfig config = some_with_scratchpad(random.machine(), random, 8);
    Descriptor d = random.layer();
    if (random.chance(2)) random.slice_inputs(d);
    random.cut_into_planes(d, config.array.columns);
    d.output_on_chip = random.chance(4) && d.output_segment == 0 && d.output_strip == 0;
    if (random.chance(4)) d.batch = random.pick(2, 3);
    const std::array<std::int64_t, 5> deciding = deciding_capacities(d, config);
    AcceleratorConfig roomy = config;
    const std::array capacities{
        &roomy.input_buffer.capacity_bytes, &roomy.weight_buffer.capacity_bytes,
        &roomy.output_buffer.capacity_bytes, &roomy.accumulator_buffer_bytes,
        &roomy.shared_buffer.capacity_bytes};
    for (std::size_t n = 0; n < deciding.size(); ++n) {
      if (deciding[n] != kHoldsAny) {
        EXPECT_EQ(deciding[n], *capacities[n]);
        continue;
      }
      *capacities[n] = std::int64_t{1} << 40;
      ++any[n];
    }
    on_chip += d.output_on_chip ? 1 : 0;
    for (int t = 0; t < 50; ++t) {
      d.tiling = random.tiling(d, config.array);
      random.cut_inputs(d);
      const bool is_legal = why_illegal(d, config).empty();
      EXPECT_EQ(why_illegal(d, roomy).empty(), is_legal) << i;
      ++(is_legal ? legal : illegal);
    }
  }
  for (const std::size_t n : {0U, 1U, 2U}) {
    EXPECT_GT(any[n], 400) << n;
    EXPECT_LT(any[n], 3600) << n;
  }
  EXPECT_GT(legal, 20000);
  EXPECT_GT(illegal, 20000);
  EXPECT_GT(on_chip, 100);
}

}  // namespace
}  // namespace dcnsim
