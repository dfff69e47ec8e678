// SPDX-License-Identifier: Apache-2.0
// Mappings chosen for energy by the cost tables, and for latency with energy as the second figure,
// against all that a layer may have.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "analysis/evaluation/machine.h"
#include "platform/compiler/mapper/candidates.h"
#include "platform/compiler/mapper/search.h"
#include "tests/support/all_tilings.h"
#include "tests/support/random_layer.h"
#include "tests/support/tries.h"

namespace dcnsim {
namespace {

const std::string kSource = DCNSIM_SOURCE_DIR;

/// The preset with the smallest buffers that have a price, in which not all of a small layer fits.
Machine small_machine() {
  Machine machine = load_machine(kSource + "/models/arch/presets/small_edge.yaml",
                                 kSource + "/models/cost/tables");
  AcceleratorConfig config = machine.config;
  for (BufferConfig* buffer :
       {&config.input_buffer, &config.weight_buffer, &config.output_buffer}) {
    buffer->capacity_bytes = 4096;
  }
  return make_machine(config, kSource + "/models/cost/tables");
}

/// Of 8 bits, with maps at all places.
Descriptor small_layer(RandomLayer& random) {
  while (true) {
    Descriptor d;
    d.conv.in = {random.pick(4, 10), random.pick(4, 10), random.pick(8, 64)};
    d.conv.out_channels = random.pick(8, 64);
    d.conv.kernel_h = d.conv.kernel_w = random.chance(2) ? 3 : 1;
    d.conv.pad_top = d.conv.pad_bottom = d.conv.pad_left = d.conv.pad_right = d.conv.kernel_h / 2;
    for (Format* format : {&d.input, &d.weight, &d.requant.out}) format->bits = 8;
    d.input_on_chip = random.chance(6);
    d.output_on_chip = random.chance(6);
    if (!random.chance(3)) random.cut_into_planes(d, 16);
    d.proved = true;
    if (d.macs() < 200'000 && d.macs() > 50'000) return d;
  }
}

TEST(EnergyMapping, is_the_least_of_all_legal_ones) {
  Machine machine = small_machine();
  machine.config.mapping.objective = Objective::kEnergy;
  const EnergyModel energy = energy_model(machine.cost);
  MappingSearch search(machine.config, machine.dram, energy);
  RandomLayer random(1);
  int layers = 0, exact = 0;
  for (int i = 0; i < tries(25, 100); ++i) {
    const Descriptor d = small_layer(random);
    const SearchResult found = search.best(d, {}, 1);
    if (found.best.empty()) continue;
    double least = found.best.front().score.first;
    for (const Tiling& tiling : all_legal_tilings(d, machine.config)) {
      least = std::min(least, search.evaluate(d, tiling).score.first);
    }
    // Sizes that are not balanced may leave a little less.
    EXPECT_LE(found.best.front().score.first, 1.01 * least) << i;
    exact += found.best.front().score.first == least ? 1 : 0;
    ++layers;
  }
  EXPECT_GT(layers, tries(25, 100) * 2 / 3);
  EXPECT_GT(exact, layers * 3 / 4);
}

TEST(EnergyMapping, decides_between_equal_latencies) {
  Machine machine = small_machine();
  machine.config.mapping.second = Objective::kEnergy;
  const EnergyModel energy = energy_model(machine.cost);
  MappingSearch search(machine.config, machine.dram, energy);
  RandomLayer random(2);
  int decided = 0;
  for (int i = 0; i < tries(25, 100); ++i) {
    const Descriptor d = small_layer(random);
    const SearchResult found = search.best(d, {}, 1);
    if (found.best.empty()) continue;
    const Score chosen = found.best.front().score;
    double dearest = chosen.second;
    Candidates(d, machine.config).for_each([&](const Tiling& tiling) {
      const Score other = search.evaluate(d, tiling).score;
      if (other.first != chosen.first) return;
      EXPECT_GE(other.second, chosen.second) << i;
      dearest = std::max(dearest, other.second);
    });
    decided += dearest > chosen.second ? 1 : 0;
  }
  EXPECT_GT(decided, 1);
}

}  // namespace
}  // namespace dcnsim
