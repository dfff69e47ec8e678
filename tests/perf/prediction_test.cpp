// SPDX-License-Identifier: Apache-2.0
// Predictions from distinct tile shapes against walks over all steps and bits.
#include "models/perf/prediction.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "models/arch/memory_layout.h"
#include "models/perf/buffer_need.h"
#include "models/perf/step_work.h"
#include "models/perf/transfers.h"
#include "tests/support/naive_map.h"
#include "tests/support/random_steps.h"
#include "tests/support/tries.h"

namespace dcnsim {
namespace {

/// Bus words that hold any bit of [first, last).
void touch(std::set<std::int64_t>& words, std::int64_t first, std::int64_t last, int bus_bytes) {
  for (std::int64_t bit = first; bit < last; ++bit) words.insert(bit / (8 * bus_bytes));
}

/// Memory traffic of a schedule, bit by bit, and whether tiles stay off each other's bus words.
struct Walk {
  StreamBytes bytes;
  bool outputs_share_a_word = false;
  std::uint64_t output_words = 0;

  Walk(const Descriptor& d, const AcceleratorConfig& config) : d_(d), config_(config) {
    add(Stream::kDescriptor, u64(256 / config.dma.bus_bytes));
    for (const Step& step : steps_of(d)) {
      if (step.load_weights) load_weights(step);
      if (step.load_input) {
        const InputRegion r = input_region(d, step.pixels);
        load_input(step, r, input_layout(d, config.dma.bus_bytes));
        if (d.kind == LayerKind::kAdd) {
          load_input(step, d.pair == PairKind::kScaling ? InputRegion{0, 1, 0, 1, 0, 0, 0, 0} : r,
                     input2_layout(d, config.dma.bus_bytes));
        }
      }
      if (step.store) store(step);
    }
    output_words = written_.size();
  }

 private:
  void add(Stream stream, std::uint64_t words) {
    bytes[stream] += words * u64(config_.dma.bus_bytes);
  }

  void load_weights(const Step& step) {
    const int bus = config_.dma.bus_bytes;
    const int most = step.groups > 1 ? step.channel1 - step.channel0 : config_.array.columns;
    for (int c = step.channel0; c < step.channel1; c += most) {
      const int channels = std::min(most, step.channel1 - c);
      if (step.first_chunk) {
        std::set<std::int64_t> words;
        touch(words, 0, std::int64_t{channels} * (config_.accumulator.bits > 32 ? 64 : 32), bus);
        add(Stream::kBias, words.size());
      }
      std::set<std::int64_t> words;
      const std::int64_t k_bits = std::int64_t{channels} * d_.weight.bits;
      touch(words, 0, (step.k1 - step.k0) * k_bits, bus);
      add(Stream::kWeight, words.size());
      if (step.last_chunk && d_.requant.multiplies) {
        const int each =
            (d_.requant.leaky ? 2 : 1) * ((config_.accumulator.multiplier_bits + 6 + 7) / 8);
        words.clear();
        touch(words, 0, std::int64_t{8} * channels * each, bus);
        add(Stream::kParameter, words.size());
      }
      if (step.last_chunk && d_.requant.counts) {
        const int thresholds = d_.requant.max_code() - d_.requant.min_code();
        words.clear();
        touch(words, 0,
              std::int64_t{channels} * thresholds * (config_.accumulator.bits > 32 ? 64 : 32), bus);
        add(Stream::kParameter, words.size());
      }
    }
  }

  /// Bus words of channels [c0, c1) of columns [x0, x1) of a row, by the plane they are in, and of
  /// what lies between strips.
  using RowWords = std::map<int, std::set<std::int64_t>>;
  RowWords row_words(const MapLayout& map, int x0, int x1, int c0, int c1) const {
    RowWords words;
    if (x0 == x1) return words;
    for (int c = c0; c < c1; ++c) {
      const int in_plane =
          std::min(map.segment(), map.shape().channels - c / map.segment() * map.segment());
      const std::vector<std::int64_t> first = first_bits(
          {1, map.shape().width, in_plane}, map.bits(), 0, map.strip(), config_.dma.bus_bytes);
      for (int x = x0; x < x1; ++x) {
        const std::int64_t at = first[static_cast<std::size_t>(x * in_plane + c % map.segment())];
        touch(words[c / map.segment()], at, at + map.bits(), config_.dma.bus_bytes);
      }
    }
    return words;
  }

  void load_input(const Step& step, const InputRegion& r, const MapLayout& map) {
    for (const auto& [plane, words] : row_words(map, r.x0, r.x1, step.in0, step.in1)) {
      add(Stream::kInput, words.size() * u64(r.y1 - r.y0));
    }
  }

  void store(const Step& step) {
    for (int y = step.pixels.y0; y < step.pixels.y1; ++y) {
      for (const auto& [plane, words] :
           row_words(output_layout(d_, config_.dma.bus_bytes), step.pixels.x0, step.pixels.x1,
                     step.store_channel0, step.store_channel1)) {
        add(Stream::kOutput, words.size());
        for (const std::int64_t word : words) {
          if (!written_.insert({plane, y, word}).second) outputs_share_a_word = true;
        }
      }
    }
  }

  const Descriptor& d_;
  const AcceleratorConfig& config_;
  std::set<std::tuple<int, int, std::int64_t>> written_;  ///< plane, row, word
};

TEST(Prediction, traffic_equals_a_walk_over_all_bits) {
  int legal = 0, illegal = 0;
  const int layers = tries(600, 1500);
  for_random_layers(6, layers, [&](const Descriptor& d, const AcceleratorConfig& machine) {
    const AcceleratorConfig config = with_room(machine);
    const Walk walk(d, config);
    if (!why_illegal(d, config).empty()) {
      ++illegal;
      return;
    }
    ++legal;
    EXPECT_EQ(predicted_counters(d, config).stream_bytes, walk.bytes);
    EXPECT_FALSE(walk.outputs_share_a_word);
    EXPECT_EQ(walk.output_words * u64(config.dma.bus_bytes),
              u64(output_layout(d, config.dma.bus_bytes).bytes()))
        << "output is written once and completely";
  });
  EXPECT_GT(legal, layers / 4);
  EXPECT_GT(illegal, layers / 15);
}

TEST(Prediction, reads_at_least_the_compulsory_minimum) {
  for_random_layers(7, 1500, [](const Descriptor& d, const AcceleratorConfig& machine) {
    const AcceleratorConfig config = with_room(machine);
    if (!why_illegal(d, config).empty()) return;
    const auto bytes = predicted_counters(d, config).stream_bytes;
    const auto of = [&](Stream s) { return bytes[s]; };
    if (d.kind == LayerKind::kConv) {
      EXPECT_GE(of(Stream::kWeight) * 8,
                u64(d.conv.out_channels) * u64(d.conv.reduction()) * u64(d.weight.bits));
      EXPECT_GE(of(Stream::kBias), u64(d.conv.out_channels) * 4);
    } else {
      EXPECT_EQ(of(Stream::kWeight) + of(Stream::kBias), 0u);
    }
    // The codes that some output reads, without overlaps: rows and columns are independent.
    std::set<int> rows, columns;
    for (const Step& step : steps_of(d)) {
      const InputRegion r = input_region(d, step.pixels);
      for (int y = r.y0; y < r.y1; ++y) rows.insert(y);
      for (int x = r.x0; x < r.x1; ++x) columns.insert(x);
    }
    EXPECT_GE(of(Stream::kInput) * 8,
              rows.size() * columns.size() * u64(d.input_shape().channels) * u64(d.input.bits));
  });
}

TEST(Prediction, halving_every_width_halves_the_bytes_where_rows_divide_evenly) {
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
  auto wide = predicted_counters(d, config).stream_bytes;
  for (int bits = 8; bits >= 2; bits /= 2) {
    d.input.bits = d.weight.bits = d.requant.out.bits = bits;
    const auto narrow = predicted_counters(d, config).stream_bytes;
    for (const Stream s : {Stream::kWeight, Stream::kInput, Stream::kOutput}) {
      EXPECT_EQ(2 * narrow[s], wide[s]) << to_string(s) << " at " << bits << " bits";
    }
    wide = narrow;
  }
}

/// Step by step, and tile by tile.
LayerCounters counted(const Descriptor& d, const AcceleratorConfig& config) {
  LayerCounters counters;
  Parts parts;
  const auto moved = [&](const Parts& tile) {
    std::uint64_t words = 0;
    for (const Part& part : tile) {
      counters.stream_bytes[part.stream] += part.bytes;
      words += part.buffer_words;
    }
    return words;
  };
  counters.stream_bytes[Stream::kDescriptor] = kDescriptorBytes;
  for (const Step& step : steps_of(d)) {
    if (step.load_weights) {
      weight_parts(d, config, step, parts);
      counters.weight_buffer.writes += moved(parts);
    }
    if (step.load_input && loads_input(d)) {
      input_parts(d, config, step, parts);
      counters.input_buffer.writes += moved(parts);
    }
    // A map on chip counts once.
    if (d.kind == LayerKind::kConv && d.input_on_chip && step.opens_layer) {
      const Shape out = d.output_shape();
      counters.input_codes +=
          codes_of(input_region(d, {0, out.height, 0, out.width}), d.input_shape().channels);
    }
    if (step.load_input && d.kind == LayerKind::kConv && !d.input_on_chip) {
      counters.input_codes += codes_of(input_region(d, step.pixels), step.in1 - step.in0);
    }
    if (step.store && !d.output_on_chip) {
      output_parts(d, config, step, parts);
      counters.output_buffer.reads += moved(parts);
    }
    const StepWork work = step_work(config, d, step, counters);
    counters.compute_cycles += work.cycles;
    counters.fill_drain_cycles += work.fill_drain;
    counters.overhead_cycles += work.overhead;
  }
  return counters;
}

/// Now and then the output, the input or both of them stay on chip.
void keep_some(Descriptor& d, RandomLayer& random) {
  d.output_on_chip = random.chance(3);
  d.input_on_chip = random.chance(3);
  if (d.input_on_chip) d.input_segment = d.input_strip = 0;
  if (d.output_on_chip) d.output_segment = d.output_strip = 0;
}

TEST(Prediction, equals_what_is_counted_step_by_step) {
  int legal = 0, on_chip = 0;
  for_random_layers(9, 5000, [&](const Descriptor& layer, const AcceleratorConfig& machine) {
    const AcceleratorConfig config = with_room(machine);
    Descriptor d = layer;
    RandomLayer random(static_cast<unsigned>(legal));
    keep_some(d, random);
    d.tiling = random.tiling(d, config.array);
    if (random.chance(3)) random.cut_inputs(d);
    if (!why_illegal(d, config).empty()) return;
    ++legal;
    on_chip += d.input_on_chip || d.output_on_chip ? 1 : 0;
    const LayerCounters predicted = predicted_counters(d, config);
    const LayerCounters expected = counted(d, config);
    EXPECT_EQ(std::memcmp(&predicted, &expected, sizeof expected), 0);
    EXPECT_EQ(predicted.macs, d.macs());
  });
  EXPECT_GT(legal, 1000);
  EXPECT_GT(on_chip, 100);
}

TEST(Prediction, of_many_tilings_does_not_depend_on_their_order) {
  RandomLayer random(10);
  for (int i = 0; i < 100; ++i) {
    const AcceleratorConfig config = with_room(random.machine());
    Descriptor d = random.layer();
    random.cut_into_planes(d, config.array.columns);
    Predictor predictor(d, config);
    for (int n = 0; n < 20; ++n) {
      d.tiling = random.tiling(d, config.array);
      if (random.chance(2)) random.cut_inputs(d);
      if (!why_illegal(d, config).empty()) continue;
      const LayerCounters expected = predicted_counters(d, config);
      const Prediction& predicted = predictor.predict(d.tiling);
      EXPECT_EQ(std::memcmp(&predicted.counters, &expected, sizeof expected), 0);
    }
  }
}

TEST(Prediction, shares_its_work_wherever_maps_lie) {
  RandomLayer random(11);
  int legal = 0, on_chip = 0, in_planes = 0;
  for (int i = 0; i < 100; ++i) {
    const AcceleratorConfig config = with_room(random.machine());
    const Descriptor packed = random.layer();
    const auto work = std::make_shared<Predictor::Work>(config);
    for (int n = 0; n < 20; ++n) {
      Descriptor d = packed;
      if (random.chance(2)) random.cut_into_planes(d, config.array.columns);
      keep_some(d, random);
      d.tiling = random.tiling(d, config.array);
      if (random.chance(2)) random.cut_inputs(d);
      if (!why_illegal(d, config).empty()) continue;
      ++legal;
      on_chip += d.input_on_chip || d.output_on_chip ? 1 : 0;
      in_planes += d.input_segment != 0 || d.output_segment != 0 ? 1 : 0;
      const LayerCounters expected = predicted_counters(d, config);
      Predictor predictor(d, config, work);
      const Prediction& predicted = predictor.predict(d.tiling);
      EXPECT_EQ(std::memcmp(&predicted.counters, &expected, sizeof expected), 0);
    }
  }
  EXPECT_GT(legal, 500);
  EXPECT_GT(on_chip, 100);
  EXPECT_GT(in_planes, 100);
}

}  // namespace
}  // namespace dcnsim
