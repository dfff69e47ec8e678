// SPDX-License-Identifier: Apache-2.0
// The search against trying everything, and its bounds against what is evaluated.
#include "platform/compiler/mapper/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "models/perf/prediction.h"
#include "platform/compiler/mapper/candidates.h"
#include "tests/support/all_tilings.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/random_layer.h"

namespace dcnsim {
namespace {

bool comes_before(const Tiling& a, const Tiling& b) {
  return std::tie(a.tile_h, a.tile_w, a.tile_channels, a.chunk_k, a.order) <
         std::tie(b.tile_h, b.tile_w, b.tile_channels, b.chunk_k, b.order);
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

/// Small layers, so that everything can be tried.
Descriptor small_layer(RandomLayer& random) {
  while (true) {
    Descriptor d = random.layer();
    if (d.output_shape().elements() > 600 || reduction(d) > 60) continue;
    d.input_on_chip = random.chance(4);
    d.output_on_chip = random.chance(4);
    return d;
  }
}

TEST(Candidates, are_all_legal_tilings_and_no_other) {
  RandomLayer random(1);
  std::size_t tilings = 0;
  for (int i = 0; i < 500; ++i) {
    const AcceleratorConfig config = random.machine();
    const Descriptor d = small_layer(random);
    std::vector<Tiling> expected = all_legal_tilings(d, config);
    std::vector<Tiling> found;
    Candidates(d, config).for_each([&](const Tiling& tiling) { found.push_back(tiling); });
    std::sort(expected.begin(), expected.end(), comes_before);
    std::sort(found.begin(), found.end(), comes_before);
    ASSERT_EQ(found.size(), expected.size()) << i;
    EXPECT_TRUE(std::equal(found.begin(), found.end(), expected.begin())) << i;
    tilings += found.size();
    EXPECT_EQ(found.empty(), !why_no_candidate(d, config).empty() && expected.empty());
  }
  EXPECT_GT(tilings, 3000u);
}

TEST(Candidates, keep_to_what_is_requested) {
  RandomLayer random(2);
  int kept = 0;
  for (int i = 0; i < 100; ++i) {
    const AcceleratorConfig config = random.machine();
    const Descriptor d = small_layer(random);
    const std::vector<Tiling> all = all_legal_tilings(d, config);
    if (all.empty()) continue;
    const Tiling& one =
        all[static_cast<std::size_t>(random.pick(0, static_cast<int>(all.size()) - 1))];
    MappingRequest request;
    if (random.chance(2)) request.tile_h = one.tile_h;
    if (random.chance(2)) request.tile_w = one.tile_w;
    if (d.kind == LayerKind::kConv && random.chance(2)) request.tile_channels = one.tile_channels;
    if (d.kind == LayerKind::kConv && random.chance(2)) request.chunk_k = one.chunk_k;
    const auto as_requested = [&](const Tiling& t) {
      return request.tile_h.value_or(t.tile_h) == t.tile_h &&
             request.tile_w.value_or(t.tile_w) == t.tile_w &&
             request.tile_channels.value_or(t.tile_channels) == t.tile_channels &&
             request.chunk_k.value_or(t.chunk_k) == t.chunk_k;
    };
    std::size_t found = 0;
    Candidates(d, config, request).for_each([&](const Tiling& tiling) {
      EXPECT_TRUE(as_requested(tiling));
      ++found;
    });
    EXPECT_EQ(static_cast<std::ptrdiff_t>(found),
              std::count_if(all.begin(), all.end(), as_requested));
    ++kept;
  }
  EXPECT_GT(kept, 50);
}

TEST(Bounds, are_never_beaten) {
  RandomLayer random(3);
  std::mt19937 engine(3);
  int mappings = 0, overlapped = 0, ideal = 0;
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
    config.clock_mhz = random.pick(50, 2000);
    config.dram.channels = 1 << random.pick(0, 2);
    config.array.steps = random.chance(4) ? ArraySteps::kOverlapped : ArraySteps::kApart;
    if (random.chance(4)) {
      config.memory = MemoryKind::kIdeal;
      config.ideal.latency_ns = random.pick(0, 50);
      if (random.chance(2)) config.ideal.gbytes_per_s = 0.1 * random.pick(1, 100);
    }
    Descriptor d = random.layer();
    d.input_on_chip = random.chance(4);
    d.output_on_chip = random.chance(4);
    const auto tiling = random_legal_tiling(d, config, engine);
    if (!tiling) continue;
    ++mappings;
    overlapped += config.array.steps == ArraySteps::kOverlapped ? 1 : 0;
    ideal += config.memory == MemoryKind::kIdeal ? 1 : 0;
    const EnergyModel none;
    MappingSearch search(config, lpddr4_3200(), none);
    const LayerCounters counters = search.evaluate(d, *tiling).counters;
    const std::uint64_t stalls =
        counters.stall_cycles.total() - counters.stall_cycles[Stall::kDescriptor];
    Predictor predictor(d, config);
    EXPECT_LE(Bounds(config, lpddr4_3200()).least_stall_cycles(predictor.predict(*tiling)), stalls)
        << i;
  }
  EXPECT_GT(mappings, 2000);
  EXPECT_GT(overlapped, 300);
  EXPECT_GT(ideal, 300);
}

class SearchTest : public testing::TestWithParam<Objective> {};

TEST_P(SearchTest, finds_the_best_of_all) {
  RandomLayer random(4);
  const EnergyModel energy = some_energy();
  int searched = 0;
  std::uint64_t legal = 0, evaluated = 0;
  for (int i = 0; i < 120; ++i) {
    AcceleratorConfig config = random.machine();
    config.mapping.objective = GetParam();
    const Descriptor d = small_layer(random);
    MappingSearch search(config, lpddr4_3200(), energy);
    const std::size_t wanted = random.chance(2) ? 1 : 4;
    const SearchResult result = search.best(d, {}, wanted);
    std::vector<Score> all;
    for (const Tiling& tiling : all_legal_tilings(d, config)) {
      all.push_back(search.evaluate(d, tiling).score);
    }
    std::sort(all.begin(), all.end());
    EXPECT_EQ(result.legal, all.size());
    ASSERT_EQ(result.best.size(), std::min(wanted, all.size())) << i;
    for (std::size_t n = 0; n < result.best.size(); ++n) {
      EXPECT_EQ(result.best[n].score.first, all[n].first) << i;
      EXPECT_EQ(result.best[n].score.second, all[n].second) << i;
    }
    searched += all.empty() ? 0 : 1;
    legal += result.legal;
    evaluated += result.evaluated;

    const SearchResult again = search.best(d, {}, wanted);
    EXPECT_EQ(again.evaluated, result.evaluated);
    for (std::size_t n = 0; n < result.best.size(); ++n) {
      EXPECT_EQ(again.best[n].tiling, result.best[n].tiling) << "equal ones in the same order";
    }
  }
  EXPECT_GT(searched, 50);
  EXPECT_LT(evaluated, legal) << "bounds rule mappings out";
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
    const auto again = search.again(d, stored);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->best.front().score.first, found.best.front().score.first);
    EXPECT_EQ(again->legal, found.legal);

    stored.best.front().tile_h = 1000;
    EXPECT_FALSE(search.again(d, stored));
    if (found.best.front().score < found.best.back().score) {
      stored.best = {found.best.back().tiling, found.best.front().tiling};
      EXPECT_FALSE(search.again(d, stored));
      ++refused;
    }
  }
  EXPECT_GT(refused, 10);
}

TEST(Score, of_energy_needs_a_model) {
  EXPECT_THROW(score(Objective::kEnergy, {}, {}, {}), std::invalid_argument);
}

}  // namespace
}  // namespace dcnsim
