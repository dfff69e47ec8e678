// SPDX-License-Identifier: Apache-2.0
// What loop orders have in common: how often tiles are loaded, and that loops of a single turn may
// lie anywhere.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <map>
#include <vector>

#include "models/perf/evaluate.h"
#include "models/perf/prediction.h"
#include "models/perf/tile_cuts.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/random_steps.h"

namespace dcnsim {
namespace {

/// Planes of one channel, of which any number is a legal input tile.
void cut_inputs(RandomLayer& random, Descriptor& d) {
  if (d.kind == LayerKind::kConv && tile_groups(d) > 1) return;
  const int channels = d.kind == LayerKind::kConv ? group_inputs(d) : d.input_shape().channels;
  d.tiling.tile_in = random.pick(1, channels);
  d.input_segment = d.input2_segment = d.output_segment = 1;
  if (d.tiling.order == LoopOrder::kWeightChunkOuter) d.tiling.chunk_k = reduction(d);
}

TEST(LoopOrders, load_every_tile_as_often_as_they_visit_it) {
  RandomLayer random(13);
  int several = 0;
  for_random_layers(13, 2000, [&](const Descriptor& layer, const AcceleratorConfig&) {
    Descriptor d = layer;
    if (random.chance(2)) cut_inputs(random, d);
    using Tile = std::array<int, 3>;
    std::map<Tile, std::uint64_t> inputs, weights;
    for (const Step& step : steps_of(d)) {
      if (step.load_input) ++inputs[{step.pixels.y0, step.pixels.x0, step.in0}];
      if (step.load_weights) ++weights[{step.channel0, step.in0, step.k0}];
    }
    EXPECT_EQ(static_cast<std::int64_t>(inputs.size()), input_tile_count(d));
    for (const auto& [tile, loads] : inputs) ASSERT_EQ(loads, input_visits(d));
    for (const auto& [tile, loads] : weights) ASSERT_EQ(loads, weight_visits(d));
    several += input_tiles_of_group(d) > 1 && (input_visits(d) > 1 || weight_visits(d) > 1) ? 1 : 0;
  });
  EXPECT_GT(several, 100);
}

std::vector<Loop> turning_loops(const Descriptor& d) {
  std::vector<Loop> loops;
  const auto counts = loop_counts(d);
  for (const Loop loop : nest(d)) {
    if (counts[loop] > 1) loops.push_back(loop);
  }
  return loops;
}

TEST(LoopOrders, are_equal_where_they_differ_in_loops_of_one_turn) {
  int pairs = 0;
  for_random_layers(14, 1500, [&](const Descriptor& layer, const AcceleratorConfig& machine) {
    if (layer.kind != LayerKind::kConv || step_count(layer) > 2000) return;
    const AcceleratorConfig config = with_room(machine);
    Descriptor a = layer;
    a.weight_address = 1 << 20;
    a.output_address = 1 << 21;
    for (int order = 0; order < 4; ++order) {
      Descriptor b = a;
      b.tiling.order = static_cast<LoopOrder>(order);
      if (a.tiling.order == b.tiling.order || turning_loops(a) != turning_loops(b)) continue;
      // With pixels outside all channels are stored together.
      if (gathers(a) != gathers(b)) continue;
      ++pairs;
      const LayerCounters of_a = evaluate({a}, 1 << 22, config, lpddr4_3200()).front();
      const LayerCounters of_b = evaluate({b}, 1 << 22, config, lpddr4_3200()).front();
      EXPECT_EQ(std::memcmp(&of_a, &of_b, sizeof of_a), 0);
    }
  });
  EXPECT_GT(pairs, 500);
}

}  // namespace
}  // namespace dcnsim
