// SPDX-License-Identifier: Apache-2.0
// Random layers, machines and tilings, and the steps they are executed in.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "models/base/integer.h"
#include "models/perf/schedule.h"
#include "tests/support/random_layer.h"

namespace dcnsim {

inline std::vector<Step> steps_of(const Descriptor& d) {
  std::vector<Step> steps;
  for_each_step(d, [&](const Step& step) { steps.push_back(step); });
  return steps;
}

/// Calls check(layer, machine) for random pairs with a random tiling; the maps of every second
/// layer lie in planes, the inputs of every fourth are cut between them, every fifth multiplies
/// or, of every seventh, convolutions count thresholds.
template <class Check>
void for_random_layers(unsigned seed, int count, Check check) {
  RandomLayer random(seed);
  for (int i = 0; i < count; ++i) {
    AcceleratorConfig config = random.machine();
    Descriptor d = random.layer();
    if (d.kind == LayerKind::kAdd && i % 2 == 0) random.make_product(d);
    if (i % 5 == 4) {
      config.requantizer = RequantizerKind::kMultiplier;
      config.accumulator.multiplier_bits = 8 + i % 25;
      random.make_affine(d, config.accumulator.multiplier_bits);
    }
    if (i % 7 == 5) RandomLayer::count_thresholds(d);
    if (i % 2 == 1) random.cut_into_planes(d, config.array.columns);
    d.tiling = random.tiling(d, config.array);
    if (i % 4 == 3) random.cut_inputs(d);
    SCOPED_TRACE("case " + std::to_string(i));
    check(d, config);
    if (testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace dcnsim
