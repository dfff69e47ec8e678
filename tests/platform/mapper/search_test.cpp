// SPDX-License-Identifier: Apache-2.0
// The search against trying everything, and its bounds against what is evaluated.
#include "platform/compiler/mapper/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "models/base/integer.h"
#include "models/perf/prediction.h"
#include "models/perf/schedule.h"
#include "platform/compiler/mapper/candidates.h"
#include "platform/compiler/mapper/group_bounds.h"
#include "platform/compiler/mapper/layer_work.h"
#include "platform/compiler/mapper/least_pixels.h"
#include "platform/compiler/mapper/tile_times.h"
#include "tests/support/all_tilings.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/random_layer.h"

namespace dcnsim {
namespace {

bool comes_before(const Tiling& a, const Tiling& b) {
  return std::tie(a.tile_h, a.tile_w, a.tile_channels, a.tile_in, a.chunk_k, a.order) <
         std::tie(b.tile_h, b.tile_w, b.tile_channels, b.tile_in, b.chunk_k, b.order);
}

/// Energy of which every event has some part.
EnergyModel some_energy() {
  return {[](const Descriptor&, const LayerCounters& c) {
            const auto n = [](std::uint64_t count) { return static_cast<double>(count); };
            return 5 * n(c.cycles) + n(c.pe_cycles) + 3 * n(c.input_buffer.reads) +
                   3 * n(c.input_buffer.writes) + 2 * n(c.weight_buffer.reads) +
                   4 * n(c.output_buffer.writes) + 100 * n(c.dram.activates) +
                   20 * n(c.dram.read_bytes) + 25 * n(c.dram.write_bytes) +
                   1e-3 * n(c.dram.precharged_ps) + 2e-3 * n(c.dram.active_ps);
          },
          "some"};
}

/// Maps on chip, packed or in planes; some for several images.
Descriptor with_places(Descriptor d, RandomLayer& random) {
  const auto place = [&](bool& on_chip, int& segment, int channels) {
    on_chip = random.chance(4);
    if (!on_chip && random.chance(2)) segment = random.pick(1, channels);
  };
  place(d.input_on_chip, d.input_segment, d.input_shape().channels);
  place(d.output_on_chip, d.output_segment, d.output_shape().channels);
  if (d.kind == LayerKind::kAdd && random.chance(2)) {
    d.input2_segment = d.input_segment == 0 ? 1 : d.input_segment;
  }
  d.proved = random.chance(2);
  if (random.chance(4)) d.batch = random.pick(2, 3);
  return d;
}

/// Small layers, so that everything can be tried.
Descriptor small_layer(RandomLayer& random) {
  while (true) {
    Descriptor d = random.layer();
    if (d.output_shape().elements() > 600 || reduction(d) > 60) continue;
    return with_places(d, random);
  }
}

/// What balanced_sizes() says it is, by trying every size.
bool is_balanced(int size, int total, int unit, int most_even) {
  const auto tiles = [&](int of) { return (total + of - 1) / of; };
  if (size == total) return true;
  for (int even = 1; even <= most_even; even *= 2) {
    int least = unit * even;
    while (tiles(least) > tiles(size)) least += unit * even;
    if (least == size) return true;
  }
  return false;
}

/// Whether one unit more makes fewer tiles.
bool is_greatest(int size, int total, int unit) {
  const int more = size + unit;
  return size % unit == 0 &&
         (more >= total || (total + more - 1) / more < (total + size - 1) / size);
}

TEST(BalancedSizes, are_the_least_for_their_number_of_tiles) {
  for (int total = 1; total <= 70; ++total) {
    for (const int unit : {1, 3, 8}) {
      for (const int even : {1, 2, 64}) {
        std::vector<int> expected;
        for (int size = unit; size < total; size += unit) {
          if (is_balanced(size, total, unit, even)) expected.push_back(size);
        }
        expected.push_back(total);
        EXPECT_EQ(balanced_sizes(total, unit, even), expected) << total << " by " << unit;
      }
    }
  }
}

/// Output columns of which a tile must have a multiple, unless it has all.
int column_unit(const Descriptor& d, const AcceleratorConfig& config) {
  const int word_bits = 8 * config.dma.bus_bytes, bits = d.requant.out.bits;
  const int channels = d.output_shape().channels;
  const int plane = d.output_segment == 0 ? channels : d.output_segment;
  int unit = 1;
  while (unit * bits * plane % word_bits != 0 ||
         unit * bits * (channels % plane) % word_bits != 0) {
    ++unit;
  }
  return unit;
}

/// Steps of the reduction of which every block of weights, an array width of channels wide, fills
/// its bus words.
int filling_steps(const Descriptor& d, const AcceleratorConfig& config) {
  const int channels = std::min({d.tiling.tile_channels, group_channels(d), config.array.columns});
  int steps = 1;
  while (steps * channels * d.weight.bits % (8 * config.dma.bus_bytes) != 0) ++steps;
  return steps;
}

bool is_balanced(Descriptor d, const Tiling& t, const AcceleratorConfig& config) {
  d.tiling = t;
  const Shape out = d.output_shape();
  if (!is_balanced(t.tile_h, out.height, 1, 64)) return false;
  if (!is_balanced(t.tile_w, out.width, column_unit(d, config), 64)) return false;
  const std::vector<int> inputs = all_tile_inputs(d);
  const int least_inputs = inputs.size() > 1 ? inputs[1] : 0;
  const bool conv = d.kind == LayerKind::kConv;
  const int all_inputs = conv ? group_inputs(d) : d.input_shape().channels;
  if (t.tile_in != 0 && !is_balanced(t.tile_in, all_inputs, least_inputs, 1)) return false;
  if (!conv) return true;
  const auto is_balanced_part = [&](int unit) {
    return is_balanced(t.tile_channels, group_channels(d), unit, 1) ||
           is_greatest(t.tile_channels, group_channels(d), unit);
  };
  const bool channels = t.tile_channels <= group_channels(d)
                            ? is_balanced_part(config.array.columns) ||
                                  (d.output_segment != 0 && is_balanced_part(d.output_segment))
                            : is_balanced(t.tile_channels / group_channels(d), d.conv.groups, 1, 1);
  if (t.chunk_k == reduction(d)) return channels;
  return channels && (t.tile_in == 0 || t.tile_in == least_inputs) &&
         is_balanced(t.chunk_k, kernel_size(d) * tile_inputs_of_group(d),
                     reduction_unit(d, config.array), filling_steps(d, config));
}

/// Whether the order is not that of another, and loads less than another that needs no more room.
bool is_order_of_its_own(Descriptor d, const Tiling& t) {
  d.tiling = t;
  const bool chunks = chunk_count(d) > 1, pixels = pixel_tile_count(d) > 1;
  switch (t.order) {
    case LoopOrder::kPixelOuter:
      return true;
    case LoopOrder::kWeightOuter:
      return pixels && channel_tile_count(d) > 1 && !(chunks && tiles_are_planes(d));
    case LoopOrder::kWeightChunkOuter:
      return chunks && pixels;
    case LoopOrder::kPixelChunkOuter:
      return chunks && channel_tiles_of_group(d) > 1;
  }
  return false;
}

/// Rows of an output-stationary array that are idle in the layer's pixel tiles, all together.
int idle_rows(const Descriptor& d, const Tiling& t, int rows) {
  const Shape out = d.output_shape();
  int idle = 0;
  for (const Extent& y : extents(out.height, t.tile_h)) {
    for (const Extent& x : extents(out.width, t.tile_w)) {
      const int pixels = y.size() * x.size() * d.fused_pool * d.fused_pool;
      idle += (rows - pixels % rows) % rows;
    }
  }
  return idle;
}

/// Outputs of the last pixel tile.
int last_pixels(const Descriptor& d, const Tiling& t) {
  const Shape out = d.output_shape();
  return extents(out.height, t.tile_h).back().size() * extents(out.width, t.tile_w).back().size();
}

TEST(Candidates, are_the_legal_tilings_of_balanced_sizes) {
  RandomLayer random(1);
  RandomLayer scratchpads(20);
  std::size_t tilings = 0, filling = 0, small_last = 0, cut_inputs = 0;
  std::map<LoopOrder, int> orders;
  for (int i = 0; i < 1000; ++i) {
    const AcceleratorConfig config = some_with_scratchpad(random.machine(), scratchpads, 4);
    const Descriptor d = small_layer(random);
    std::vector<Tiling> expected;
    for (const Tiling& tiling : all_legal_tilings(d, config)) {
      if (is_order_of_its_own(d, tiling)) expected.push_back(tiling);
    }
    std::vector<Tiling> found;
    Candidates(d, config).for_each([&](const Tiling& tiling) { found.push_back(tiling); });
    std::sort(expected.begin(), expected.end(), comes_before);
    std::sort(found.begin(), found.end(), comes_before);
    EXPECT_TRUE(
        std::includes(expected.begin(), expected.end(), found.begin(), found.end(), comes_before))
        << i;
    EXPECT_EQ(std::adjacent_find(found.begin(), found.end()), found.end()) << i;
    EXPECT_EQ(found.empty(), expected.empty());
    EXPECT_EQ(found.empty(), !why_no_candidate(d, config).empty() && expected.empty());
    tilings += found.size();
    for (const Tiling& tiling : found) {
      ++orders[tiling.order];
      cut_inputs += tiling.tile_in != 0 ? 1 : 0;
    }
    for (const Tiling& tiling : expected) {
      const bool is_found = std::find(found.begin(), found.end(), tiling) != found.end();
      if (is_balanced(d, tiling, config)) {
        EXPECT_TRUE(is_found) << i;
      } else if (is_found) {
        Tiling least = tiling;
        const auto shrink = [](int& size, int total, int unit) {
          while (size > unit && ceil_div(total, size - unit) == ceil_div(total, size)) size -= unit;
        };
        shrink(least.tile_h, d.output_shape().height, 1);
        shrink(least.tile_w, d.output_shape().width, column_unit(d, config));
        EXPECT_EQ(config.array.dataflow, Dataflow::kOutputStationary);
        const int idle = idle_rows(d, tiling, config.array.rows);
        const int idle_of_least = idle_rows(d, least, config.array.rows);
        EXPECT_LE(idle, idle_of_least);
        if (idle == idle_of_least) {
          EXPECT_LT(last_pixels(d, tiling), last_pixels(d, least));
          ++small_last;
        }
        ++filling;
      }
    }
  }
  EXPECT_GT(tilings, 3000u);
  EXPECT_GT(filling, 3u);
  EXPECT_GT(small_last, 3u);
  EXPECT_GT(cut_inputs, 300u);
  EXPECT_EQ(orders.size(), 4u);
  for (const auto& [order, count] : orders) EXPECT_GT(count, 100) << to_string(order);
}

TEST(Candidates, have_neighbours_that_differ_in_one_size) {
  RandomLayer random(6);
  RandomLayer scratchpads(20);
  int neighbours = 0, stretched = 0;
  for (int i = 0; i < 800; ++i) {
    const AcceleratorConfig config = some_with_scratchpad(random.machine(), scratchpads, 4);
    const Descriptor d = small_layer(random);
    const std::vector<Tiling> legal = all_legal_tilings(d, config);
    const Candidates candidates(d, config);
    if (legal.empty()) continue;
    std::vector<Tiling> own;
    candidates.for_each([&](const Tiling& tiling) { own.push_back(tiling); });
    const Tiling of =
        own[static_cast<std::size_t>(random.pick(0, static_cast<int>(own.size()) - 1))];
    candidates.for_each_neighbour(of, [&](const Tiling& tiling) {
      EXPECT_NE(std::find(legal.begin(), legal.end(), tiling), legal.end())
          << tiling.tile_h << ' ' << tiling.tile_w << ' ' << tiling.tile_channels << ' '
          << tiling.chunk_k << ' ' << tiling.tile_in << ' ' << to_string(tiling.order);
      EXPECT_EQ(std::find(own.begin(), own.end(), tiling), own.end());
      EXPECT_EQ((tiling.tile_h != of.tile_h) + (tiling.tile_w != of.tile_w) +
                    (tiling.tile_channels != of.tile_channels) + (tiling.chunk_k != of.chunk_k) +
                    (tiling.tile_in != of.tile_in),
                1);
      EXPECT_EQ(tiling.order, of.order);
      // By one unit, or the greatest of as many tiles.
      const auto tiles = [&](const Tiling& t) {
        const Shape out = d.output_shape();
        return std::pair(ceil_div(out.height, t.tile_h), ceil_div(out.width, t.tile_w));
      };
      if (std::abs(tiling.tile_h - of.tile_h) > 1) {
        EXPECT_EQ(tiles(tiling), tiles(of));
        ++stretched;
        for (Tiling more = tiling; ++more.tile_h <= d.output_shape().height;) {
          EXPECT_TRUE(tiles(more) != tiles(of) ||
                      std::find(legal.begin(), legal.end(), more) == legal.end() ||
                      std::find(own.begin(), own.end(), more) != own.end());
        }
      }
      ++neighbours;
    });
  }
  EXPECT_GT(neighbours, 100);
  EXPECT_GT(stretched, 20);
}

TEST(Candidates, keep_to_what_is_requested) {
  RandomLayer random(2);
  int kept = 0, drawn = 0;
  for (int i = 0; i < 200; ++i) {
    const AcceleratorConfig config = random.machine();
    const Descriptor d = small_layer(random);
    const std::vector<Tiling> all = all_legal_tilings(d, config);
    if (all.empty()) continue;
    const Tiling one =
        all[static_cast<std::size_t>(random.pick(0, static_cast<int>(all.size()) - 1))];
    MappingRequest request;
    if (!random.chance(4)) request.tile_h = one.tile_h;
    if (!random.chance(4)) request.tile_w = one.tile_w;
    if (d.kind == LayerKind::kConv && !random.chance(4)) request.tile_channels = one.tile_channels;
    if (d.kind == LayerKind::kConv && !random.chance(4)) request.chunk_k = one.chunk_k;
    if (!random.chance(4)) request.tile_in = one.tile_in;
    if (d.kind == LayerKind::kConv && !random.chance(4)) request.order = one.order;
    const auto as_requested = [&](const Tiling& t) {
      return request.tile_h.value_or(t.tile_h) == t.tile_h &&
             request.tile_w.value_or(t.tile_w) == t.tile_w &&
             request.tile_channels.value_or(t.tile_channels) == t.tile_channels &&
             request.chunk_k.value_or(t.chunk_k) == t.chunk_k &&
             request.tile_in.value_or(t.tile_in) == t.tile_in &&
             request.order.value_or(t.order) == t.order;
    };
    std::size_t found = 0, as_drawn = 0;
    Candidates(d, config, request).for_each([&](const Tiling& tiling) {
      EXPECT_TRUE(as_requested(tiling));
      Descriptor tiled = d;
      tiled.tiling = tiling;
      EXPECT_TRUE(is_legal(tiled, config)) << i;
      as_drawn += tiling == one ? 1 : 0;
      ++found;
    });
    EXPECT_GT(found, 0u);
    if (request.tile_h && request.tile_w && request.tile_channels && request.chunk_k &&
        request.tile_in && request.order) {
      EXPECT_EQ(as_drawn, 1u) << "sizes asked for need not be balanced";
      ++drawn;
    }
    ++kept;
  }
  EXPECT_GT(kept, 100);
  EXPECT_GT(drawn, 2);
}

TEST(Bounds, are_never_beaten) {
  RandomLayer random(3);
  std::mt19937 engine(3);
  int mappings = 0, overlapped = 0, ideal = 0, sharper = 0, sharper_on_one_bus = 0, scratchpads = 0;
  for (int i = 0; i < 4000; ++i) {
    AcceleratorConfig config = random.machine();
    config.dma.max_burst_bytes = config.dma.bus_bytes << random.pick(0, 4);
    config.dma.outstanding = random.pick(1, 16);
    config.dma.arbitration =
        random.chance(2) ? Arbitration::kNeededFirst : Arbitration::kRoundRobin;
    for (BufferConfig* buffer :
         {&config.input_buffer, &config.weight_buffer, &config.output_buffer}) {
      buffer->separate_halves = buffer->double_buffered && random.chance(4);
    }
    if (!config.input_buffer.separate_halves) config = some_with_scratchpad(config, random, 3);
    config.clock_mhz = random.pick(50, 2000);
    config.dram.channels = 1 << random.pick(0, 2);
    config.array.steps = random.chance(4) ? ArraySteps::kOverlapped : ArraySteps::kApart;
    if (random.chance(4)) {
      config.memory = MemoryKind::kIdeal;
      config.ideal.latency_ns = random.pick(0, 50);
      if (random.chance(2)) config.ideal.gbytes_per_s = 0.1 * random.pick(1, 100);
      if (random.chance(2) && !config.ideal.gbytes_per_s) {
        config.memory_bytes_per_cycle = 0.1 * random.pick(1, 100);
      }
    }
    const Descriptor d = with_places(random.layer(), random);
    config.array.reduction = random.chance(4) ? Reduction::kChannels : Reduction::kWindow;
    const auto tiling = random_legal_tiling(d, config, engine);
    if (!tiling) continue;
    ++mappings;
    overlapped += config.array.steps == ArraySteps::kOverlapped ? 1 : 0;
    ideal += config.memory == MemoryKind::kIdeal ? 1 : 0;
    scratchpads += config.shares_buffer() ? 1 : 0;
    const EnergyModel none;
    MappingSearch search(config, lpddr4_3200(), none);
    const LayerCounters counters = search.evaluate(d, *tiling).counters;
    const std::uint64_t stalls =
        counters.stall_cycles.total() - counters.stall_cycles[Stall::kDescriptor];
    const std::uint64_t cycles = counters.cycles - counters.stall_cycles[Stall::kDescriptor];
    Predictor predictor(d, config);
    const Bounds bounds(config, lpddr4_3200());
    EXPECT_LE(bounds.least_stall_cycles(predictor.predict(*tiling)), stalls) << i;
    TileTimes times(d, config, bounds, predictor.step_works());
    const std::uint64_t least = times.least_cycles(*tiling);
    EXPECT_LE(least, cycles) << i;
    const std::uint64_t on_one_bus = times.least_cycles(*tiling, true);
    EXPECT_LE(on_one_bus, cycles) << i;
    EXPECT_GE(on_one_bus, least) << i;
    sharper_on_one_bus += on_one_bus > least ? 1 : 0;
    sharper += least > predictor.predict(*tiling).counters.compute_cycles +
                           bounds.least_stall_cycles(predictor.predict(*tiling))
                   ? 1
                   : 0;
    Descriptor tiled = d;
    tiled.tiling = *tiling;
    EXPECT_LE(bounds
                  .least_counters(tiled, bounds.least_work(tiled, predictor),
                                  predictor.predict_transfers(*tiling))
                  .cycles,
              cycles)
        << i;
  }
  EXPECT_GT(mappings, 2000);
  EXPECT_GT(sharper, 1000) << "TileTimes is worth its time";
  EXPECT_GT(sharper_on_one_bus, 300);
  EXPECT_GT(overlapped, 300);
  EXPECT_GT(ideal, 300);
  EXPECT_GT(scratchpads, 300);
}

TEST(Bounds, of_groups_are_never_beaten) {
  RandomLayer random(7);
  std::mt19937 engine(7);
  int groups = 0, rests = 0, of_few = 0;
  std::map<LoopOrder, int> orders;
  for (int i = 0; i < 2000; ++i) {
    AcceleratorConfig config = some_with_scratchpad(random.machine(), random, 4);
    config.clock_mhz = random.pick(50, 2000);
    config.array.steps = random.chance(4) ? ArraySteps::kOverlapped : ArraySteps::kApart;
    config.array.reduction = random.chance(4) ? Reduction::kChannels : Reduction::kWindow;
    const Descriptor d = with_places(random.layer(), random);
    const Candidates candidates(d, config);
    std::vector<TilingGroup> all;
    for (const Tiling& tile : candidates.weight_tiles()) {
      for (const TilingGroup& group : candidates.groups(tile)) all.push_back(group);
    }
    if (all.empty()) continue;
    const auto last = static_cast<int>(all.size()) - 1;
    TilingGroup group = all[static_cast<std::size_t>(random.pick(0, last))];
    // Or what is left of it behind the fewest pixel tiles.
    while (random.chance(2)) {
      const auto rest = candidates.rest(group);
      if (!rest) break;
      group = *rest;
      ++rests;
    }
    std::vector<Tiling> tilings;
    candidates.for_each(group, [&](const Tiling& tiling) { tilings.push_back(tiling); });
    if (tilings.empty()) continue;
    std::shuffle(tilings.begin(), tilings.end(), engine);
    tilings.resize(std::min<std::size_t>(tilings.size(), 5));
    const EnergyModel none;
    MappingSearch search(config, lpddr4_3200(), none);
    Predictor predictor(d, config);
    Descriptor tiled = d;
    tiled.tiling = group.fewest;
    const LeastWork work = search.bounds().least_work(tiled, predictor);
    LeastOfPixelTiles pixels(candidates.pixel_tiles(), d, config, predictor);
    const LeastCounters of_all = search.least_of_group(tiled, work, pixels.of_all(group));
    EXPECT_EQ(of_all.stream_bytes.total(), 0u) << i;
    const LeastCounters of_the_fewest =
        search.least_of_group(tiled, work, pixels.of_the_fewest(group), predictor);
    EXPECT_GE(of_the_fewest.cycles, of_all.cycles) << i;
    const LeastCounters of_tile = search.least_of_weight_tile(tiled, work, pixels.of_all());
    EXPECT_GE(of_all.cycles, of_tile.cycles) << i;
    ++orders[group.fewest.order];
    std::set<std::pair<int, int>> fewest;
    candidates.for_the_fewest(group, [&](const Tiling& tiling, std::size_t) {
      fewest.emplace(tiling.tile_h, tiling.tile_w);
    });
    for (const Tiling& tiling : tilings) {
      const bool is_one_of_few = fewest.count({tiling.tile_h, tiling.tile_w}) > 0;
      of_few += is_one_of_few ? 1 : 0;
      const LeastCounters& least = is_one_of_few ? of_the_fewest : of_all;
      const LayerCounters counters = search.evaluate(d, tiling).counters;
      EXPECT_LE(least.cycles, counters.cycles) << i;
      EXPECT_EQ(least.macs, counters.macs) << i;
      EXPECT_LE(least.pe_cycles, counters.pe_cycles) << i;
      for (const Stream stream : StreamBytes::keys()) {
        EXPECT_LE(least.stream_bytes[stream], counters.stream_bytes[stream]) << i;
      }
    }
    ++groups;
  }
  EXPECT_GT(groups, 700);
  EXPECT_GT(rests, 300);
  EXPECT_GT(of_few, 1000);
  EXPECT_EQ(orders.size(), 4u);
}

/// What any group takes at least, by asking all of them.
std::optional<Score> least_of_all_groups(MappingSearch& search, const Descriptor& d) {
  const AcceleratorConfig& config = search.config();
  const Candidates candidates(d, config);
  Predictor predictor(d, config);
  LeastOfPixelTiles pixels(candidates.pixel_tiles(), d, config, predictor);
  std::optional<Score> least;
  for (const Tiling& tile : candidates.weight_tiles()) {
    for (const TilingGroup& of_tile : candidates.groups(tile)) {
      for (std::optional<TilingGroup> group = of_tile; group; group = candidates.rest(*group)) {
        Descriptor tiled = d;
        tiled.tiling = group->fewest;
        const LeastWork work = search.bounds().least_work(tiled, predictor);
        const Score score = search.score_of(
            d, search.least_of_group(tiled, work, pixels.of_the_fewest(*group), predictor));
        if (!least || score < *least) least = score;
      }
    }
  }
  return least;
}

TEST(GroupBounds, are_the_least_of_all_groups_whatever_other_machines_buffers_hold) {
  RandomLayer random(11);
  const EnergyModel energy = some_energy();
  int none = 0, on_chip = 0;
  std::map<Objective, int> differ;
  for (int i = 0; i < 3000; ++i) {
    AcceleratorConfig first = some_with_scratchpad(random.machine(), random, 4);
    first.mapping.objective =
        std::array{Objective::kLatency, Objective::kEnergy, Objective::kTraffic}[u64(i % 3)];
    const Descriptor d = with_places(random.layer(), random);
    const auto work = std::make_shared<LayerWork>(first);
    std::set<double> scores;
    for (int machine = 0; machine < 12; ++machine) {
      AcceleratorConfig config = first;
      for (BufferConfig* buffer :
           {&config.input_buffer, &config.weight_buffer, &config.output_buffer}) {
        if (random.chance(2)) buffer->capacity_bytes <<= random.pick(0, 3);
      }
      if (random.chance(2)) config.accumulator_buffer_bytes <<= random.pick(0, 3);
      MappingSearch search(config, lpddr4_3200(), energy);
      const std::optional<Score> expected = least_of_all_groups(search, d);
      const std::optional<Score> found = GroupBounds(search, d, {}, work).least();
      ASSERT_EQ(found.has_value(), expected.has_value()) << i;
      none += expected ? 0 : 1;
      if (!expected) continue;
      EXPECT_EQ(found->first, expected->first) << i;
      EXPECT_EQ(found->second, expected->second) << i;
      on_chip += d.input_on_chip || d.output_on_chip ? 1 : 0;
      scores.insert(expected->first);
    }
    differ[first.mapping.objective] += scores.size() > 1 ? 1 : 0;
  }
  EXPECT_GT(none, 500);
  EXPECT_GT(on_chip, 1000);
  EXPECT_EQ(differ.size(), 3u);
  for (const auto& [objective, layers] : differ) EXPECT_GT(layers, 20) << to_string(objective);
}

/// By more than a search may leave that has evaluated many alike (least_gain in search.cpp).
bool is_clearly_better(const Score& a, const Score& b) { return a * 1.005 < b; }

class SearchTest : public testing::TestWithParam<Objective> {};

TEST_P(SearchTest, finds_the_best_of_all) {
  RandomLayer random(4);
  const EnergyModel energy = some_energy();
  int searched = 0, beyond = 0;
  std::uint64_t legal = 0, evaluated = 0;
  for (int i = 0; i < 600; ++i) {
    AcceleratorConfig config = random.machine();
    config.mapping.objective = GetParam();
    const Descriptor d = small_layer(random);
    MappingSearch search(config, lpddr4_3200(), energy);
    const std::size_t wanted = random.chance(2) ? 1 : 4;
    const SearchResult result = search.best(d, {}, wanted);
    std::vector<Score> balanced;
    Candidates(d, config).for_each(
        [&](const Tiling& tiling) { balanced.push_back(search.evaluate(d, tiling).score); });
    std::sort(balanced.begin(), balanced.end());
    EXPECT_LE(result.evaluated + result.given_up, result.legal);
    ASSERT_GE(result.best.size(), std::min(wanted, balanced.size())) << i;
    for (std::size_t n = 0; n < result.best.size(); ++n) {
      EXPECT_FALSE(n < balanced.size() && is_clearly_better(balanced[n], result.best[n].score))
          << i;
      const Score again = search.evaluate(d, result.best[n].tiling).score;
      EXPECT_EQ(again.first, result.best[n].score.first);
      EXPECT_EQ(again.second, result.best[n].score.second);
    }
    if (balanced.empty()) continue;
    const Score& best = result.best.front().score;
    Candidates(d, config).for_each_neighbour(result.best.front().tiling, [&](const Tiling& tiling) {
      EXPECT_FALSE(is_clearly_better(search.evaluate(d, tiling).score, best)) << i;
    });
    ++searched;
    beyond += best < balanced.front() ? 1 : 0;
    legal += balanced.size();
    evaluated += result.evaluated;

    const SearchResult again = search.best(d, {}, wanted);
    EXPECT_EQ(again.evaluated, result.evaluated);
    for (std::size_t n = 0; n < result.best.size(); ++n) {
      EXPECT_EQ(again.best[n].tiling, result.best[n].tiling) << "equal ones in the same order";
    }
  }
  EXPECT_GT(searched, 250);
  EXPECT_GT(beyond, 0) << "a neighbour of the best balanced one is better at times";
  EXPECT_LT(evaluated, legal) << "bounds rule mappings out";
}

TEST_P(SearchTest, gives_slack_away_for_the_second_figure) {
  RandomLayer random(8);
  const EnergyModel energy = some_energy();
  int gained = 0, limited = 0;
  for (int i = 0; i < 600; ++i) {
    AcceleratorConfig config = random.machine();
    config.mapping.objective = GetParam();
    if (random.chance(2) && GetParam() != Objective::kEnergy) {
      config.mapping.second = Objective::kEnergy;
    }
    const Descriptor d = small_layer(random);
    MappingSearch exact(config, lpddr4_3200(), energy);
    const SearchResult without = exact.best(d, {}, 1);
    if (without.best.empty()) continue;
    config.mapping.slack = random.pick(1, 30);
    MappingSearch search(config, lpddr4_3200(), energy);
    const SearchResult result = search.best(d, {}, 2);
    const Score& chosen = result.best.front().score;
    const double limit = without.best.front().score.first * (1 + config.mapping.slack / 100);
    EXPECT_LE(chosen.first, limit) << i;
    EXPECT_LE(chosen.second, without.best.front().score.second * 1.005) << i;
    Candidates(d, config).for_each([&](const Tiling& tiling) {
      const Score other = search.evaluate(d, tiling).score;
      EXPECT_FALSE(other.first <= limit && other.second * 1.005 < chosen.second) << i;
      limited += other.first > limit && other.second < chosen.second ? 1 : 0;
    });
    gained += chosen.second < without.best.front().score.second ? 1 : 0;
    if (result.best.size() < 2) continue;
    EXPECT_LE(result.best[1].score.first, limit) << i;
    EXPECT_GE(result.best[1].score.second, chosen.second) << i;
  }
  EXPECT_GT(gained, 20);
  EXPECT_GT(limited, 10);
}

INSTANTIATE_TEST_SUITE_P(Objectives, SearchTest,
                         testing::Values(Objective::kLatency, Objective::kEnergy,
                                         Objective::kTraffic),
                         [](const auto& objective) {
                           return std::string(to_string(objective.param));
                         });

TEST(StoredSearch, comes_back_only_if_it_can_be_of_this_layer) {
  RandomLayer random(5);
  const EnergyModel none;
  int refused = 0;
  for (int i = 0; i < 60; ++i) {
    const AcceleratorConfig config = random.machine();
    const Descriptor d = small_layer(random);
    MappingSearch search(config, lpddr4_3200(), none);
    const SearchResult found = search.best(d, {}, 3);
    if (found.best.empty()) continue;
    StoredSearch stored{{}, found.legal, found.evaluated, found.given_up};
    for (const EvaluatedMapping& mapping : found.best) stored.best.push_back(mapping.tiling);
    LayerWork work(config);
    const auto again = search.again(d, stored, work);
    ASSERT_TRUE(again) << i;
    EXPECT_EQ(again->best.front().score.first, found.best.front().score.first);
    EXPECT_EQ(again->legal, found.legal);

    stored.best.front().tile_h = 1000;
    EXPECT_FALSE(search.again(d, stored, work));
    if (found.best.front().score < found.best.back().score) {
      stored.best = {found.best.back().tiling, found.best.front().tiling};
      EXPECT_FALSE(search.again(d, stored, work));
      ++refused;
    }
  }
  EXPECT_GT(refused, 10);
}

TEST(Score, of_energy_needs_a_model) {
  MappingConfig first, second;
  first.objective = Objective::kEnergy;
  second.second = Objective::kEnergy;
  for (const MappingConfig& mapping : {first, second}) {
    EXPECT_THROW(score(mapping, {}, {}, {}), std::invalid_argument);
  }
}

}  // namespace
}  // namespace dcnsim
