// SPDX-License-Identifier: Apache-2.0
// Which layers are taken for the same, and how much is kept of lists that are no network's.
#include "models/values/kept_weights.h"

#include <gtest/gtest.h>

namespace dcnsim {
namespace {

/// A fully-connected layer of `inputs` x 1024 weights.
Descriptor layer(int inputs) {
  Descriptor d;
  d.conv.in = {1, 1, inputs};
  d.conv.out_channels = 1024;
  d.input = {8, 0, false, false};
  d.weight = {8, 0, true, false};
  d.requant = {0, Rounding::kHalfUp, true, {8, 0, false, false}};
  return d;
}

bool is_empty(const KeptWeights::Layer& layer) { return layer.sources.empty(); }

TEST(KeptWeights, are_those_of_the_layer_wherever_its_maps_are) {
  KeptWeights kept;
  Descriptor d = layer(16);
  kept.of(3, d).sources[0];
  d.input_address = 64;
  d.input2_address = 128;
  d.output_address = 192;
  EXPECT_FALSE(is_empty(kept.of(3, d)));
  EXPECT_TRUE(is_empty(kept.of(2, d))) << "at another place of the list";
  d.weight_address = 8;
  EXPECT_TRUE(is_empty(kept.of(3, d)));
}

TEST(KeptWeights, are_no_more_than_a_bound_however_many_layers_there_are) {
  KeptWeights kept;
  const Descriptor d = layer(1 << 14);
  const std::uint64_t most = KeptWeights::kMostCodes / (std::uint64_t{1} << 24);
  for (std::uint64_t i = 0; i < most; ++i) kept.of(i, d).sources[0];
  for (std::uint64_t i = 0; i < most; ++i) EXPECT_FALSE(is_empty(kept.of(i, d))) << i;
  kept.of(0, layer(1 << 13)).sources[0];
  EXPECT_FALSE(is_empty(kept.of(1, d))) << "one in the place of a larger one is none more";
  kept.of(most, d).sources[0];
  EXPECT_TRUE(is_empty(kept.of(1, d)));
  EXPECT_FALSE(is_empty(kept.of(most, d)));
}

}  // namespace
}  // namespace dcnsim
