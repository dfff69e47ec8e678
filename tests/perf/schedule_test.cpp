// SPDX-License-Identifier: Apache-2.0
// Schedules of random layers, tilings and machines against what brute force finds by walking them
// code by code.
#include "models/perf/schedule.h"

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <set>
#include <vector>

#include "models/arch/memory_layout.h"
#include "models/perf/array_cycles.h"
#include "tests/support/random_layer.h"

namespace dcnsim {
namespace {

std::uint64_t u64(std::int64_t value) { return static_cast<std::uint64_t>(value); }

std::vector<Step> steps_of(const Descriptor& d, const ArrayConfig& array) {
  std::vector<Step> steps;
  for_each_step(d, array, [&](const Step& step) { steps.push_back(step); });
  return steps;
}

/// Calls check(layer, machine) for random pairs with a random tiling.
template <class Check>
void for_random_layers(unsigned seed, int count, Check check) {
  RandomLayer random(seed);
  for (int i = 0; i < count; ++i) {
    const AcceleratorConfig config = random.machine();
    Descriptor d = random.layer();
    d.tiling = random.tiling(d, config.array);
    SCOPED_TRACE("case " + std::to_string(i));
    check(d, config);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Schedule, computes_and_stores_every_output_exactly_once_in_order) {
  for_random_layers(1, 1500, [](const Descriptor& d, const AcceleratorConfig& config) {
    const Shape out = d.output_shape();
    const int reduction = d.kind == LayerKind::kConv ? d.conv.reduction() : 1;
    std::vector<int> next_k(out.elements(), 0);
    std::vector<int> done(out.elements(), 0), stored(out.elements(), 0);
    const CodeTensor index(out, Format{});
    for (const Step& step : steps_of(d, config.array)) {
      ASSERT_EQ(step.first_chunk, step.k0 == 0);
      ASSERT_EQ(step.last_chunk, step.k1 == reduction);
      ASSERT_LE(step.store_channel0, step.channel0);
      ASSERT_GE(step.store_channel1, step.channel1);
      for (int y = step.pixels.y0; y < step.pixels.y1; ++y) {
        for (int x = step.pixels.x0; x < step.pixels.x1; ++x) {
          for (int c = step.channel0; c < step.channel1; ++c) {
            const std::size_t i = index.index(y, x, c);
            ASSERT_EQ(next_k[i], step.k0);
            next_k[i] = step.k1;
            if (step.last_chunk) ++done[i];
          }
          if (!step.store) continue;
          for (int c = step.store_channel0; c < step.store_channel1; ++c) {
            const std::size_t i = index.index(y, x, c);
            ASSERT_EQ(done[i], 1) << "stored before it is computed";
            ++stored[i];
          }
        }
      }
    }
    EXPECT_EQ(next_k, std::vector<int>(out.elements(), reduction));
    EXPECT_EQ(done, std::vector<int>(out.elements(), 1));
    EXPECT_EQ(stored, std::vector<int>(out.elements(), 1));
  });
}

TEST(Schedule, channels_of_a_step_lie_in_one_group) {
  for_random_layers(2, 1000, [](const Descriptor& d, const AcceleratorConfig& config) {
    if (d.kind != LayerKind::kConv) return;
    const int group = d.conv.out_channels / d.conv.groups;
    for (const Step& step : steps_of(d, config.array)) {
      ASSERT_LT(step.channel0, step.channel1);
      ASSERT_EQ(step.channel0 / group, (step.channel1 - 1) / group);
    }
  });
}

TEST(Schedule, loads_exactly_what_changes_and_says_when_it_is_done_with_it) {
  for_random_layers(3, 1500, [](const Descriptor& d, const AcceleratorConfig& config) {
    const std::vector<Step> steps = steps_of(d, config.array);
    const auto same_pixels = [](const Step& a, const Step& b) {
      return a.pixels.y0 == b.pixels.y0 && a.pixels.x0 == b.pixels.x0;
    };
    const auto same_weights = [](const Step& a, const Step& b) {
      return a.channel0 == b.channel0 && a.k0 == b.k0;
    };
    const bool conv = d.kind == LayerKind::kConv;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const bool first = i == 0;
      const bool last = i + 1 == steps.size();
      EXPECT_EQ(steps[i].load_input, first || !same_pixels(steps[i - 1], steps[i]));
      EXPECT_EQ(steps[i].last_use_of_input, last || !same_pixels(steps[i], steps[i + 1]));
      EXPECT_EQ(steps[i].load_weights, conv && (first || !same_weights(steps[i - 1], steps[i])));
      EXPECT_EQ(steps[i].last_use_of_weights,
                conv && (last || !same_weights(steps[i], steps[i + 1])));
    }
  });
}

/// Real inputs along one axis that any of the outputs [out0, out1) reads.
std::set<int> inputs_read(int out0, int out1, int pool, int kernel, int stride, int pad, int size) {
  std::set<int> read;
  for (int conv = out0 * pool; conv < out1 * pool; ++conv) {
    for (int k = 0; k < kernel; ++k) {
      const int in = conv * stride - pad + k;
      if (in >= 0 && in < size) read.insert(in);
    }
  }
  return read;
}

TEST(Schedule, input_regions_hold_what_the_windows_read_and_no_padding) {
  for_random_layers(4, 1500, [](const Descriptor& d, const AcceleratorConfig& config) {
    for (const Step& step : steps_of(d, config.array)) {
      const InputRegion r = input_region(d, step.pixels);
      std::set<int> rows, columns;
      const PixelTile& t = step.pixels;
      switch (d.kind) {
        case LayerKind::kConv:
          rows = inputs_read(t.y0, t.y1, d.fused_pool, d.conv.kernel_h, d.conv.stride_h,
                             d.conv.pad_top, d.conv.in.height);
          columns = inputs_read(t.x0, t.x1, d.fused_pool, d.conv.kernel_w, d.conv.stride_w,
                                d.conv.pad_left, d.conv.in.width);
          break;
        case LayerKind::kPool:
          rows = inputs_read(t.y0, t.y1, 1, d.pool.kernel_h, d.pool.stride_h, d.pool.pad_top,
                             d.pool.in.height);
          columns = inputs_read(t.x0, t.x1, 1, d.pool.kernel_w, d.pool.stride_w, d.pool.pad_left,
                                d.pool.in.width);
          break;
        case LayerKind::kAdd:
          rows = inputs_read(t.y0, t.y1, 1, 1, 1, 0, d.add.height);
          columns = inputs_read(t.x0, t.x1, 1, 1, 1, 0, d.add.width);
          break;
      }
      ASSERT_EQ(r.y0, *rows.begin());
      ASSERT_EQ(r.y1, *rows.rbegin() + 1);
      ASSERT_EQ(r.x0, *columns.begin());
      ASSERT_EQ(r.x1, *columns.rbegin() + 1);
    }
  });
}

TEST(Schedule, tiles_are_layers_of_their_own) {
  for_random_layers(5, 1500, [](const Descriptor& d, const AcceleratorConfig& config) {
    for (const Step& step : steps_of(d, config.array)) {
      const int height = step.pixels.y1 - step.pixels.y0;
      const int width = step.pixels.x1 - step.pixels.x0;
      if (d.kind == LayerKind::kConv) {
        const ConvShape conv = tile_conv(d, step.pixels);
        ASSERT_NO_THROW(validate(conv));
        ASSERT_EQ(conv.out_h(), height * d.fused_pool);
        ASSERT_EQ(conv.out_w(), width * d.fused_pool);
      } else if (d.kind == LayerKind::kPool) {
        const PoolShape pool = tile_pool(d, step.pixels);
        ASSERT_NO_THROW(validate(pool));
        ASSERT_EQ(pool.out_h(), height);
        ASSERT_EQ(pool.out_w(), width);
      }
    }
  });
}

/// Bus words that hold any bit of [first, last).
void touch(std::set<std::int64_t>& words, std::int64_t first, std::int64_t last, int bus_bytes) {
  for (std::int64_t bit = first; bit < last; ++bit) words.insert(bit / (8 * bus_bytes));
}

/// Memory traffic of a schedule, bit by bit, and whether tiles stay off each other's bus words.
struct Walk {
  std::array<std::uint64_t, kStreams> bytes{};
  bool outputs_share_a_word = false;
  bool chunks_share_a_word = false;
  std::uint64_t output_words = 0;

  Walk(const Descriptor& d, const AcceleratorConfig& config) : d_(d), config_(config) {
    add(Stream::kDescriptor, u64(256 / config.dma.bus_bytes));
    for (const Step& step : steps_of(d, config.array)) {
      if (step.load_weights) load_weights(step);
      if (step.load_input) {
        load_input(step, d.input);
        if (d.kind == LayerKind::kAdd) load_input(step, d.input2);
      }
      if (step.store) store(step);
    }
    output_words = written_.size();
  }

 private:
  void add(Stream stream, std::uint64_t words) {
    bytes[static_cast<std::size_t>(stream)] += words * u64(config_.dma.bus_bytes);
  }

  void load_weights(const Step& step) {
    const int bus = config_.dma.bus_bytes;
    for (int c = step.channel0; c < step.channel1; c += config_.array.columns) {
      const int channels = std::min(config_.array.columns, step.channel1 - c);
      if (step.k0 == 0) {
        std::set<std::int64_t> words;
        touch(words, 0, std::int64_t{channels} * (config_.accumulator.bits > 32 ? 64 : 32), bus);
        add(Stream::kBias, words.size());
      }
      std::set<std::int64_t> words;
      const std::int64_t k_bits = std::int64_t{channels} * d_.weight.bits;
      touch(words, step.k0 * k_bits, step.k1 * k_bits, bus);
      add(Stream::kWeight, words.size());
      if (step.k0 > 0 && step.k0 * k_bits % (8 * bus) != 0) chunks_share_a_word = true;
    }
  }

  void load_input(const Step& step, const Format& format) {
    const InputRegion r = input_region(d_, step.pixels);
    const std::int64_t pixel_bits = std::int64_t{d_.input_shape().channels} * format.bits;
    std::set<std::int64_t> words;
    touch(words, r.x0 * pixel_bits, r.x1 * pixel_bits, config_.dma.bus_bytes);
    add(Stream::kInput, words.size() * u64(r.y1 - r.y0));
  }

  void store(const Step& step) {
    const Shape out = d_.output_shape();
    const int bits = d_.requant.out.bits;
    for (int y = step.pixels.y0; y < step.pixels.y1; ++y) {
      std::set<std::int64_t> words;
      for (int x = step.pixels.x0; x < step.pixels.x1; ++x) {
        const std::int64_t pixel = std::int64_t{x} * out.channels;
        touch(words, (pixel + step.store_channel0) * bits, (pixel + step.store_channel1) * bits,
              config_.dma.bus_bytes);
      }
      add(Stream::kOutput, words.size());
      for (const std::int64_t word : words) {
        if (!written_.insert({y, word}).second) outputs_share_a_word = true;
      }
    }
  }

  const Descriptor& d_;
  const AcceleratorConfig& config_;
  std::set<std::pair<int, std::int64_t>> written_;
};

TEST(Schedule, traffic_equals_a_walk_over_all_bits) {
  int legal = 0, illegal = 0;
  for_random_layers(6, 1500, [&](const Descriptor& d, const AcceleratorConfig& machine) {
    const AcceleratorConfig config = with_room(machine);
    const Walk walk(d, config);
    if (!why_illegal(d, config).empty()) {
      ++illegal;
      return;
    }
    ++legal;
    EXPECT_EQ(predicted_traffic(d, config), walk.bytes);
    EXPECT_FALSE(walk.outputs_share_a_word);
    EXPECT_FALSE(walk.chunks_share_a_word);
    EXPECT_EQ(walk.output_words * u64(config.dma.bus_bytes),
              u64(map_bytes(d.output_shape(), d.requant.out.bits, config.dma.bus_bytes)))
        << "output is written once and completely";
  });
  EXPECT_GT(legal, 400);
  EXPECT_GT(illegal, 100);
}

TEST(Schedule, reads_at_least_the_compulsory_minimum) {
  for_random_layers(7, 1500, [](const Descriptor& d, const AcceleratorConfig& machine) {
    const AcceleratorConfig config = with_room(machine);
    if (!why_illegal(d, config).empty()) return;
    const auto bytes = predicted_traffic(d, config);
    const auto of = [&](Stream s) { return bytes[static_cast<std::size_t>(s)]; };
    if (d.kind == LayerKind::kConv) {
      EXPECT_GE(of(Stream::kWeight) * 8,
                u64(d.conv.out_channels) * u64(d.conv.reduction()) * u64(d.weight.bits));
      EXPECT_GE(of(Stream::kBias), u64(d.conv.out_channels) * 4);
    } else {
      EXPECT_EQ(of(Stream::kWeight) + of(Stream::kBias), 0u);
    }
    // The codes that some output reads, without overlaps: rows and columns are independent.
    std::set<int> rows, columns;
    for (const Step& step : steps_of(d, config.array)) {
      const InputRegion r = input_region(d, step.pixels);
      for (int y = r.y0; y < r.y1; ++y) rows.insert(y);
      for (int x = r.x0; x < r.x1; ++x) columns.insert(x);
    }
    EXPECT_GE(of(Stream::kInput) * 8,
              rows.size() * columns.size() * u64(d.input_shape().channels) * u64(d.input.bits));
  });
}

TEST(Schedule, halving_every_width_halves_the_bytes_where_rows_divide_evenly) {
  Descriptor d;
  d.conv.in = {17, 16, 32};
  d.conv.out_channels = 64;
  d.conv.kernel_h = d.conv.kernel_w = 3;
  d.conv.pad_left = d.conv.pad_right = 1;
  d.input.bits = d.weight.bits = d.requant.out.bits = 16;
  d.tiling = {5, 16, 32, d.conv.reduction(), LoopOrder::kPixelOuter};
  RandomLayer random(8);
  AcceleratorConfig config = with_room(random.machine());
  config.array.columns = 16;
  config.dma.bus_bytes = 16;
  auto wide = predicted_traffic(d, config);
  for (int bits = 8; bits >= 2; bits /= 2) {
    d.input.bits = d.weight.bits = d.requant.out.bits = bits;
    const auto narrow = predicted_traffic(d, config);
    for (const Stream s : {Stream::kWeight, Stream::kInput, Stream::kOutput}) {
      const auto i = static_cast<std::size_t>(s);
      EXPECT_EQ(2 * narrow[i], wide[i]) << to_string(s) << " at " << bits << " bits";
    }
    wide = narrow;
  }
}

TEST(Schedule, compute_cycles_are_the_sum_over_the_steps) {
  for_random_layers(9, 2000, [](const Descriptor& d, const AcceleratorConfig& config) {
    std::uint64_t cycles = 0, macs = 0;
    for (const Step& step : steps_of(d, config.array)) {
      const int height = step.pixels.y1 - step.pixels.y0;
      const int width = step.pixels.x1 - step.pixels.x0;
      if (d.kind != LayerKind::kConv) {
        const int operands = d.kind == LayerKind::kPool ? d.pool.kernel_h * d.pool.kernel_w : 2;
        cycles += vector_cycles(config, u64(height * width * d.output_shape().channels * operands));
        continue;
      }
      ArrayWork work;
      work.pixels = height * width * d.fused_pool * d.fused_pool;
      work.channels = step.channel1 - step.channel0;
      work.reduction = step.k1 - step.k0;
      work.weight_bits = d.weight.bits;
      work.activation_bits = d.input.bits;
      work.first_chunk = step.first_chunk;
      work.last_chunk = step.last_chunk;
      cycles += array_cycles(config, work);
      LayerCounters counters;
      count_array_events(config, work, counters);
      macs += counters.macs;
    }
    EXPECT_EQ(predicted_compute_cycles(d, config), cycles);
    EXPECT_EQ(d.macs(), macs);
  });
}

TEST(Schedule, buffer_need_is_that_of_the_largest_tile) {
  for_random_layers(10, 1500, [](const Descriptor& d, const AcceleratorConfig& config) {
    const auto words = [](std::int64_t bits, const BufferConfig& b) {
      return (bits + b.word_bits - 1) / b.word_bits * (b.word_bits / 8);
    };
    BufferNeed expected;
    std::set<std::pair<int, int>> pixel_tiles, weight_tiles;
    std::set<std::array<int, 3>> output_tiles;
    for (const Step& step : steps_of(d, config.array)) {
      const InputRegion r = input_region(d, step.pixels);
      const std::int64_t row_codes = std::int64_t{r.x1 - r.x0} * d.input_shape().channels;
      std::int64_t row = words(row_codes * d.input.bits, config.input_buffer);
      if (d.kind == LayerKind::kAdd) row += words(row_codes * d.input2.bits, config.input_buffer);
      expected.input = std::max(expected.input, row * (r.y1 - r.y0));
      const int height = step.pixels.y1 - step.pixels.y0;
      const int width = step.pixels.x1 - step.pixels.x0;
      expected.output =
          std::max(expected.output, height * words(std::int64_t{width} *
                                                       (step.store_channel1 - step.store_channel0) *
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
      expected.weight = std::max(expected.weight, weights);
      const std::int64_t pixels = std::int64_t{height} * width * d.fused_pool * d.fused_pool;
      const bool in_the_array =
          config.array.dataflow == Dataflow::kOutputStationary &&
          (d.tiling.chunk_k >= d.conv.reduction() || pixels <= config.array.rows);
      const std::int64_t sums =
          pixels * std::min(config.array.columns, step.channel1 - step.channel0);
      if (!in_the_array) {
        expected.accumulator =
            std::max(expected.accumulator, (sums * config.accumulator.bits + 7) / 8);
      }
    }
    const auto room = [](const BufferConfig& b, std::size_t tiles) {
      return b.double_buffered && tiles > 1 ? b.capacity_bytes / 2 : b.capacity_bytes;
    };
    const BufferNeed need = buffer_need(d, config);
    EXPECT_EQ(need.input, expected.input);
    EXPECT_EQ(need.weight, expected.weight);
    EXPECT_EQ(need.output, expected.output);
    EXPECT_EQ(need.accumulator, expected.accumulator);
    EXPECT_EQ(need.input_available, room(config.input_buffer, pixel_tiles.size()));
    EXPECT_EQ(need.weight_available, room(config.weight_buffer, weight_tiles.size()));
    EXPECT_EQ(need.output_available, room(config.output_buffer, output_tiles.size()));
    EXPECT_EQ(need.accumulator_available, config.accumulator_buffer_bytes);
  });
}

}  // namespace
}  // namespace dcnsim
