// SPDX-License-Identifier: Apache-2.0
// The least traffic of small layers against trying every tiling that LoopWalk says is legal, whose
// bytes it counts. What it and the mapper hold for legal is the same.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "platform/compiler/mapper/search.h"
#include "tests/platform/mapper/loop_walk.h"
#include "tests/support/all_tilings.h"
#include "tests/support/classes.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/random_layer.h"

namespace dcnsim {
namespace {

/// Small layers in all places; those of several input channels more often.
Descriptor small_layer(RandomLayer& random, const AcceleratorConfig& config) {
  while (true) {
    Descriptor d = random.chance(4) ? random.layer() : random.conv();
    if (d.output_shape().elements() > 500 || reduction(d) > 100) continue;
    d.input_on_chip = random.chance(6);
    d.output_on_chip = random.chance(6);
    if (!random.chance(4)) random.cut_into_planes(d, config.array.columns);
    d.proved = true;
    return d;
  }
}

/// Calls visit(tiling) for every tiling whose channels are legal, whatever its pixels. A
/// convolution's input on chip is there as a whole: its chunks are those of the weights.
template <typename Visit>
void for_each_tiling(Descriptor d, const AcceleratorConfig& config, const Visit& visit) {
  const Shape out = d.output_shape();
  const bool conv = d.kind == LayerKind::kConv;
  const int inputs = conv ? d.conv.in.channels / d.conv.groups : out.channels;
  Tiling& t = d.tiling;
  const auto with_pixels = [&] {
    if (!LoopWalk(d, config).has_legal_channels()) {
      EXPECT_FALSE(is_legal(d, config));
      return;
    }
    for (t.tile_h = 1; t.tile_h <= out.height; ++t.tile_h) {
      for (t.tile_w = 1; t.tile_w <= out.width; ++t.tile_w) visit(t);
    }
  };
  for (int in = conv && d.input_on_chip ? inputs : 1; in <= inputs; ++in) {
    t = {1, 1, out.channels, 1, LoopOrder::kPixelOuter, in == inputs ? 0 : in};
    if (!conv) {
      with_pixels();
      continue;
    }
    for (t.tile_channels = 1; t.tile_channels <= out.channels; ++t.tile_channels) {
      const int unit = reduction_unit(d, config.array);
      const int steps = d.conv.kernel_h * d.conv.kernel_w * in;
      for (int chunk = unit; chunk < steps + unit; chunk += unit) {
        for (const LoopOrder order : kLoopOrders) {
          t.chunk_k = chunk < steps ? chunk : d.conv.reduction();
          t.order = order;
          t.tile_h = t.tile_w = 1;
          with_pixels();
        }
      }
    }
  }
}

/// A layer with its best tiling.
struct Chosen {
  AcceleratorConfig config;
  Descriptor layer;
};

std::vector<CaseClass<Chosen>> classes() {
  const auto conv = [](const Chosen& c) { return c.layer.kind == LayerKind::kConv; };
  const auto pixels = [](const Chosen& c) { return pixel_tile_count(c.layer) > 1; };
  const auto channels = [](const Chosen& c) { return channel_tile_count(c.layer) > 1; };
  std::vector<CaseClass<Chosen>> classes{
      {"several input tiles", [](const Chosen& c) { return input_tiles_of_group(c.layer) > 1; }},
      {"chunks", [=](const Chosen& c) { return conv(c) && chunk_count(c.layer) > 1; }},
      {"several blocks a tile",
       [=](const Chosen& c) {
         return conv(c) && channels(c) && c.layer.tiling.tile_channels > c.config.array.columns;
       }},
      {"part of the groups a tile",
       [=](const Chosen& c) { return conv(c) && group_tile_count(c.layer) > 1; }},
      {"several groups a tile",
       [=](const Chosen& c) { return conv(c) && tile_groups(c.layer) > 1; }},
      {"channel tiles of whole planes",
       [=](const Chosen& c) { return conv(c) && pixels(c) && tiles_are_planes(c.layer); }},
      {"channel tiles that gather",
       [=](const Chosen& c) { return conv(c) && channels(c) && gathers(c.layer); }},
      {"strips", [=](const Chosen& c) { return pixels(c) && c.layer.output_strip != 0; }},
      {"input on chip", [=](const Chosen& c) { return c.layer.input_on_chip; }},
      {"output on chip", [=](const Chosen& c) { return c.layer.output_on_chip; }},
      {"pool", [](const Chosen& c) { return c.layer.kind == LayerKind::kPool; }},
      {"addition", [](const Chosen& c) { return c.layer.kind == LayerKind::kAdd; }}};
  for (const LoopOrder order : kLoopOrders) {
    classes.push_back({std::string(to_string(order)), [=](const Chosen& c) {
                         return conv(c) && pixels(c) && channels(c) &&
                                c.layer.tiling.order == order;
                       }});
  }
  return classes;
}

/// Half of them with little room for inputs and weights, so that it matters which of them stay.
AcceleratorConfig machine(RandomLayer& random) {
  AcceleratorConfig config = random.machine();
  config.mapping.objective = Objective::kTraffic;
  if (random.chance(2)) return config;
  for (BufferConfig* buffer : {&config.input_buffer, &config.weight_buffer}) {
    *buffer = {16 * random.pick(2, 40), 16, 1, random.chance(2)};
  }
  return config;
}

/// Whether smaller tiles would be as many.
bool is_unbalanced(const Descriptor& d, const ArrayConfig& array) {
  const Shape out = d.output_shape();
  const auto could_shrink = [](int size, int total, int unit) {
    return size > unit && ceil_div(total, size - unit) == ceil_div(total, size);
  };
  const Tiling& t = d.tiling;
  const bool chunks_could =
      has_chunks(d) &&
      could_shrink(t.chunk_k, kernel_size(d) * tile_inputs_of_group(d), reduction_unit(d, array));
  return chunks_could || could_shrink(t.tile_h, out.height, 1) ||
         could_shrink(t.tile_w, out.width, 1);
}

TEST(Traffic, is_the_least_of_all_tilings) {
  RandomLayer random(1);
  const EnergyModel none;
  Census<Chosen> census(classes());
  int layers = 0, missed = 0, much = 0;
  for (int i = 0; i < 3000; ++i) {
    const AcceleratorConfig config = machine(random);
    Descriptor d = small_layer(random, config);
    MappingSearch search(config, lpddr4_3200(), none);
    const SearchResult found = search.best(d, {}, 1);
    std::int64_t least = -1;
    bool least_is_unbalanced = false;
    for_each_tiling(d, config, [&](const Tiling& tiling) {
      d.tiling = tiling;
      LoopWalk walk(d, config);
      const bool legal = walk.is_legal();
      EXPECT_EQ(is_legal(d, config), legal) << i << ' ' << why_illegal(d, config);
      if (!legal) return;
      const std::int64_t bytes = walk.bytes();
      if (least >= 0 && bytes >= least) return;
      least = bytes;
      least_is_unbalanced = is_unbalanced(d, config.array);
    });
    ASSERT_EQ(found.best.empty(), least < 0) << i;
    if (found.best.empty()) continue;
    const EvaluatedMapping& best = found.best.front();
    d.tiling = best.tiling;
    EXPECT_EQ(static_cast<double>(LoopWalk(d, config).bytes()), best.score.first) << i;
    ++layers;
    census.count({config, d});
    if (best.score.first <= static_cast<double>(least)) continue;
    ++missed;
    // Sizes that are not balanced save some where tiles share fewer bus words, and much where tiles
    // are of a few words each, or where the padding of a small map makes smaller inputs of tiles
    // that are not alike.
    if (best.score.first <= 1.02 * static_cast<double>(least) + config.dma.bus_bytes) continue;
    EXPECT_TRUE(least_is_unbalanced) << i << ": " << best.score.first << " against " << least;
    ++much;
  }
  EXPECT_GT(layers, 1500);
  EXPECT_LT(missed, layers / 20);
  EXPECT_LT(much, layers / 200);
  census.expect_each(3);
}

}  // namespace
}  // namespace dcnsim
