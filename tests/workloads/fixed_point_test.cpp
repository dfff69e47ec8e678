// SPDX-License-Identifier: Apache-2.0
#include "workloads/fixed_point.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/error_of.h"

namespace dcnsim {
namespace {

/// 1 x 1 convolutions of one pixel, one output for each bias, then an addition to the first.
FloatNetwork network(const std::vector<float>& weights, const std::vector<float>& biases) {
  FloatNetwork n{"net", "image", {1, 1, 1}, {}};
  FloatLayer conv;
  conv.node.name = "conv";
  conv.node.relu = true;
  conv.node.conv.in = {1, 1, 1};
  conv.node.conv.out_channels = static_cast<int>(biases.size());
  conv.weights = weights;
  conv.bias = biases;
  FloatLayer next = conv;
  next.node.name = "next";
  next.node.relu = false;
  next.node.input = 0;
  next.node.conv.in = {1, 1, conv.node.conv.out_channels};
  next.weights.assign(biases.size() * biases.size(), 0.5F);
  FloatLayer add;
  add.node.name = "add";
  add.node.kind = LayerKind::kAdd;
  add.node.input = 1;
  add.node.input2 = 0;
  add.node.add = next.node.conv.out();
  n.layers = {conv, next, add};
  return n;
}

NetworkFormats formats() {
  return {{8, 1, true, false},
          {{{4, 2, true, false}, {8, -1, false, false}, Rounding::kHalfUp},
           {{8, 1, true, false}, {8, 3, true, false}, Rounding::kHalfEven},
           {{}, {6, 2, true, false}, Rounding::kFloor}}};
}

TEST(FixedPoint, weights_round_half_to_even_and_stop_at_the_ends_of_their_format) {
  // Steps of a quarter.
  const FixedNetwork fixed = in_fixed_point(
      network({0.125F, 0.375F, -0.125F, -0.375F, 0.63F, 9, -9}, std::vector<float>(7)), formats());
  EXPECT_EQ(fixed.layers[0].weights, (std::vector<std::int32_t>{0, 2, 0, -2, 3, 7, -8}));
}

TEST(FixedPoint, biases_round_half_to_even_on_the_grid_of_the_sums) {
  // Weights of two fractional bits, inputs of one: steps of an eighth.
  const std::vector<float> biases = {0.0625F,  0.1875F, -0.0625F, -0.1875F,
                                     0.31251F, -7,      1e6F,     0.0624F};
  const FixedNetwork fixed = in_fixed_point(network(std::vector<float>(8), biases), formats());
  EXPECT_EQ(fixed.layers[0].bias, (std::vector<std::int64_t>{0, 2, 0, -2, 3, -56, 8'000'000, 0}));
  // Behind the first layer: 2 to the power of 1 - 1.
  EXPECT_EQ(fixed.layers[1].bias, (std::vector<std::int64_t>{0, 0, 0, 0, 0, -7, 1'000'000, 0}));
}

TEST(FixedPoint, shifts_bring_sums_to_the_outputs_binary_point) {
  const FixedNetwork fixed = in_fixed_point(network({1}, {0}), formats());
  EXPECT_EQ(fixed.layers[0].requant.shift, 1 + 2 - -1);
  EXPECT_EQ(fixed.layers[1].requant.shift, -1 + 1 - 3);
  EXPECT_EQ(fixed.layers[2].requant.shift, 3 - 2) << "operands of 3 and -1 fractional bits";
  EXPECT_EQ(fixed.layers[0].requant.rounding, Rounding::kHalfUp);
  EXPECT_EQ(fixed.layers[1].requant.rounding, Rounding::kHalfEven);
  EXPECT_EQ(fixed.layers[2].requant.rounding, Rounding::kFloor);
  EXPECT_TRUE(fixed.layers[0].requant.relu);
  EXPECT_FALSE(fixed.layers[1].requant.relu);
}

TEST(FixedPoint, a_bias_beyond_2_to_62_is_refused_with_its_layer) {
  EXPECT_EQ(error_of([] { in_fixed_point(network({1}, {0x1p59F}), formats()); }), "no error");
  EXPECT_EQ(error_of([] { in_fixed_point(network({1}, {0x1.000002p59F}), formats()); }),
            "layer 'conv': a bias is too large for the accumulator's grid");
}

TEST(FixedPoint, formats_of_a_network_are_those_it_was_made_with) {
  const NetworkFormats wanted = formats();
  const NetworkFormats found = formats_of(in_fixed_point(network({1}, {0}), wanted));
  EXPECT_EQ(found.input, wanted.input);
  ASSERT_EQ(found.layers.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    if (i < 2) {
      EXPECT_EQ(found.layers[i].weight, wanted.layers[i].weight);
    }
    EXPECT_EQ(found.layers[i].output, wanted.layers[i].output);
    EXPECT_EQ(found.layers[i].rounding, wanted.layers[i].rounding);
  }
}

TEST(FixedPoint, thresholds_are_no_formats) {
  FixedNetwork counting = in_fixed_point(network({1}, {0}), formats());
  counting.layers[0].requant.counts = true;
  try {
    formats_of(counting);
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "layer 'conv': counts thresholds, which formats do not say");
  }
}

TEST(FixedPoint, the_first_difference_from_a_float_network_is_named) {
  const FloatNetwork original = network({1, 1}, {0, 0});
  const FixedNetwork fixed = in_fixed_point(original, formats());
  EXPECT_EQ(difference_between(original, fixed), "");
  const auto with = [&](void (*change)(FixedNetwork&)) {
    FixedNetwork other = fixed;
    change(other);
    return difference_between(original, other);
  };
  EXPECT_EQ(with([](FixedNetwork& n) { n.layers.pop_back(); }), "2 layers, expected 3");
  EXPECT_EQ(with([](FixedNetwork& n) { n.layers[1].node.name = "x"; }),
            "layer 'next': name: x, expected next");
  EXPECT_EQ(with([](FixedNetwork& n) { n.layers[2].node.kind = LayerKind::kPool; }),
            "layer 'add': kind: pool, expected add");
  EXPECT_EQ(with([](FixedNetwork& n) { n.layers[2].node.input2 = 1; }),
            "layer 'add': producer: 1 and 1, expected 1 and 0");
  EXPECT_EQ(with([](FixedNetwork& n) { n.layers[0].node.conv.kernel_w = 2; }),
            "layer 'conv': kernel: 1 x 2, expected 1 x 1");
  EXPECT_EQ(with([](FixedNetwork& n) { n.layers[0].node.fused_pool = 2; }),
            "layer 'conv': max pool: 2, expected 1");
  EXPECT_EQ(with([](FixedNetwork& n) { n.layers[0].node.relu = false; }),
            "layer 'conv': ReLU: 0, expected 1");
  EXPECT_EQ(with([](FixedNetwork& n) { n.layers[1].node.slopes = {0.1F}; }),
            "layer 'next': slopes: others, expected those of the float network");
  EXPECT_EQ(with([](FixedNetwork& n) { n.layers[1].node.conv.out_channels = 3; }),
            "layer 'next': output: 1 x 1 x 3, expected 1 x 1 x 2");
}

/// Of one pixel, whose function of `op` follows.
FloatNetwork curve_of_a_pixel(const char* op) {
  FloatNetwork n{"net", "image", {1, 1, 1}, {}};
  FloatLayer table;
  table.node.name = "table";
  table.node.kind = LayerKind::kPool;
  table.node.pool.kind = PoolKind::kTable;
  table.node.pool.in = n.input;
  table.node.curve.kind = find_curve(op);
  n.layers.push_back(table);
  return n;
}

std::vector<std::int32_t> table_of(const char* op, const Format& in, const Format& out) {
  return in_fixed_point(curve_of_a_pixel(op), {in, {{{}, out}}}).layers[0].table;
}

TEST(FixedPoint, LooksUpTheFunctionOfEachCode) {
  EXPECT_EQ(table_of("HardSwish", {3, 0, true, false}, {8, 1, true, false}),
            (std::vector<std::int32_t>{0, 0, -1, -1, 0, 1, 3, 6}));
  EXPECT_EQ(table_of("Sigmoid", {2, 0, false, false}, {8, 8, false, false}),
            (std::vector<std::int32_t>{128, 187, 225, 244}));
  EXPECT_EQ(table_of("Tanh", {2, 0, true, false}, {8, 7, true, false}),
            (std::vector<std::int32_t>{-123, -97, 0, 97}));
  FloatNetwork bounded = curve_of_a_pixel("Tanh");
  bounded.layers[0].node.clip({0, 0.5F});
  EXPECT_EQ(
      in_fixed_point(bounded, {{2, 0, true, false}, {{{}, {8, 7, true, false}}}}).layers[0].table,
      (std::vector<std::int32_t>{0, 0, 0, 64}));
  EXPECT_EQ(error_of([] {
              table_of("Tanh", {9, 0, true, false}, {8, 7, true, false});
            }),
            "layer 'table': looks up codes of 9 bits, expected at most 8: a table has 256 entries");
}

}  // namespace
}  // namespace dcnsim
