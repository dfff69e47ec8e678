// SPDX-License-Identifier: Apache-2.0
// What tiles take of the buffers, by walking over them.
#include "models/perf/buffer_need.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "tests/support/random_steps.h"

namespace dcnsim {
namespace {

TEST(Room, is_that_of_the_largest_tile) {
  for_random_layers(10, 1500, [](const Descriptor& d, const AcceleratorConfig& config) {
    const auto words = [](std::int64_t bits, const BufferConfig& b) {
      return (bits + b.word_bits - 1) / b.word_bits * (b.word_bits / 8);
    };
    std::int64_t input = 0, weight = 0, output = 0, accumulator = 0;
    std::set<std::pair<int, int>> pixel_tiles, weight_tiles;
    std::set<std::array<int, 3>> output_tiles;
    for (const Step& step : steps_of(d)) {
      const InputRegion r = input_region(d, step.pixels);
      const std::int64_t row_codes = std::int64_t{r.x1 - r.x0} * d.input_shape().channels;
      std::int64_t row = words(row_codes * d.input.bits, config.input_buffer);
      if (d.kind == LayerKind::kAdd) row += words(row_codes * d.input2.bits, config.input_buffer);
      input = std::max(input, row * (r.y1 - r.y0));
      const int height = step.pixels.y1 - step.pixels.y0;
      const int width = step.pixels.x1 - step.pixels.x0;
      output = std::max(
          output, height * words(std::int64_t{width} * (step.store_channel1 - step.store_channel0) *
                                     d.requant.out.bits,
                                 config.output_buffer));
      pixel_tiles.insert({step.pixels.y0, step.pixels.x0});
      output_tiles.insert({step.pixels.y0, step.pixels.x0, step.store_channel0});
      if (d.kind != LayerKind::kConv) continue;
      weight_tiles.insert({step.channel0, step.k0});
      std::int64_t weights = 0;
      int block = 0;
      for (int c = step.channel0; c < step.channel1; c += config.array.columns) {
        block = std::min(config.array.columns, step.channel1 - c);
        weights +=
            words(std::int64_t{step.k1 - step.k0} * block * d.weight.bits, config.weight_buffer) +
            words(block * (config.accumulator.bits > 32 ? 64 : 32), config.weight_buffer);
      }
      weight = std::max(weight, weights);
      const std::int64_t pixels = std::int64_t{height} * width * d.fused_pool * d.fused_pool;
      const bool in_the_array =
          config.array.dataflow == Dataflow::kOutputStationary &&
          (d.tiling.chunk_k >= d.conv.reduction() || pixels <= config.array.rows);
      const std::int64_t sums =
          pixels * std::min(config.array.columns, step.channel1 - step.channel0);
      if (!in_the_array) {
        accumulator = std::max(accumulator, (sums * config.accumulator.bits + 7) / 8);
      }
    }
    const auto room = [](const BufferConfig& b, std::size_t tiles) {
      return b.double_buffered && tiles > 1 ? b.capacity_bytes / 2 : b.capacity_bytes;
    };
    const auto expect_room = [](const Room& actual, std::int64_t needed, std::int64_t available) {
      EXPECT_EQ(actual.needed, needed);
      EXPECT_EQ(actual.available, available);
    };
    expect_room(input_room(d, config), input, room(config.input_buffer, pixel_tiles.size()));
    expect_room(weight_room(d, config), weight, room(config.weight_buffer, weight_tiles.size()));
    expect_room(output_room(d, config), output, room(config.output_buffer, output_tiles.size()));
    expect_room(accumulator_room(d, config), accumulator, config.accumulator_buffer_bytes);
  });
}

}  // namespace
}  // namespace dcnsim
