// SPDX-License-Identifier: Apache-2.0
#include "workloads/network.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>

namespace dcnsim {
namespace {

/// conv (3 x 3, padded, pool 2) -> max pool -> add to itself.
FixedNetwork sound_network() {
  FixedNetwork network{"net", "image", {8, 8, 2}, {8, 0, false, false}, {}};
  FixedLayer conv;
  conv.node.name = "conv";
  conv.node.relu = conv.requant.relu = true;
  conv.node.conv.in = {8, 8, 2};
  conv.node.conv.out_channels = 4;
  conv.node.conv.kernel_h = conv.node.conv.kernel_w = 3;
  conv.node.conv.pad_top = conv.node.conv.pad_left = 1;
  conv.node.conv.pad_bottom = conv.node.conv.pad_right = 1;
  conv.node.fused_pool = 2;
  conv.weight = {4, 3, true, false};
  conv.weights.assign(72, 7);
  conv.bias.assign(4, -100);
  conv.requant.out = {8, 1, false, false};
  conv.requant.shift = 2;
  FixedLayer pool;
  pool.node.name = "pool";
  pool.node.kind = LayerKind::kPool;
  pool.node.input = 0;
  pool.node.pool.in = {4, 4, 4};
  pool.node.pool.kernel_h = pool.node.pool.kernel_w = 3;
  pool.requant.out = conv.requant.out;
  FixedLayer add;
  add.node.name = "add";
  add.node.kind = LayerKind::kAdd;
  add.node.input = add.node.input2 = 1;
  add.node.add = {2, 2, 4};
  add.requant.out = {8, 0, false, false};
  add.requant.shift = 1;
  network.layers = {conv, pool, add};
  return network;
}

/// Lets the convolution compare with 3 thresholds a channel.
void let_count(FixedNetwork& n) {
  FixedLayer& conv = n.layers[0];
  conv.requant.counts = true;
  conv.requant.rounding = Rounding::kHalfEven;
  conv.requant.shift = 0;
  conv.requant.out = {2, 1, false, false};
  conv.thresholds = {-1, 0, 5, 2, 2, 2, -100, 50, 1000, 0, 1, 2};
}

struct Mistake {
  const char* name;
  std::function<void(FixedNetwork&)> make;
  const char* message;
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

class NetworkMistake : public testing::TestWithParam<Mistake> {};

std::string error_of_validating(const FixedNetwork& network) {
  try {
    validate(network);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST_P(NetworkMistake, NamesTheLayer) {
  FixedNetwork network = sound_network();
  GetParam().make(network);
  EXPECT_EQ(error_of_validating(network), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Network, NetworkMistake,
    testing::Values(
        Mistake{"None", [](FixedNetwork&) {}, ""},
        Mistake{"NoLayers", [](FixedNetwork& n) { n.layers.clear(); }, "the network has no layers"},
        Mistake{"InputShape", [](FixedNetwork& n) { n.input.width = 0; },
                "input: impossible shape 8 x 0 x 2"},
        Mistake{"InputFormat", [](FixedNetwork& n) { n.input_format.bits = 17; },
                "input format: bits: 17 is not a width from 1 to 16"},
        Mistake{"NameTwice", [](FixedNetwork& n) { n.layers[2].node.name = "conv"; },
                "layer 'conv': the name is used twice"},
        Mistake{"InputFromLater", [](FixedNetwork& n) { n.layers[1].node.input = 1; },
                "layer 'pool': input 1 does not come before the layer"},
        Mistake{"SecondInput", [](FixedNetwork& n) { n.layers[2].node.input2 = 0; },
                "layer 'add': expects an input of 2 x 2 x 4, its producer delivers 4 x 4 x 4"},
        Mistake{"ProducerShape", [](FixedNetwork& n) { n.layers[0].node.conv.in.height = 9; },
                "layer 'conv': expects an input of 9 x 8 x 2, its producer delivers 8 x 8 x 2"},
        Mistake{"HugePadding", [](FixedNetwork& n) { n.layers[0].node.conv.pad_top = INT32_MAX; },
                "layer 'conv': top padding: 2147483647 is not between 0 and 65536"},
        Mistake{"LargeKernel", [](FixedNetwork& n) { n.layers[0].node.conv.kernel_w = 11; },
                "layer 'conv': kernel is larger than the padded input 8 x 8 x 2"},
        Mistake{"FusedPool", [](FixedNetwork& n) { n.layers[0].node.fused_pool = 9; },
                "layer 'conv': fused pool 9 does not fit the map 8 x 8 x 4"},
        Mistake{"FusedPoolOfPool", [](FixedNetwork& n) { n.layers[1].node.fused_pool = 2; },
                "layer 'pool': only conv fuses a pool"},
        Mistake{"NothingBetweenBounds",
                [](FixedNetwork& n) {
                  n.layers[1].node.bounds = {2, 1.5F};
                },
                "layer 'pool': bounds 2..1.5 leave nothing between them"},
        Mistake{"BoundIsNoNumber", [](FixedNetwork& n) { n.layers[1].node.bounds.high = NAN; },
                "layer 'pool': bounds ..nan leave nothing between them"},
        Mistake{"Bounds", [](FixedNetwork& n) { n.layers[1].node.bounds.high = 1; },
                "layer 'pool': bounds differ between node and requantizer"},
        Mistake{"WeightCount", [](FixedNetwork& n) { n.layers[0].weights.push_back(0); },
                "layer 'conv': has 73 weights, expected 72"},
        Mistake{"BiasCount", [](FixedNetwork& n) { n.layers[2].bias.push_back(0); },
                "layer 'add': has 1 biases, expected 0"},
        Mistake{"WeightCode", [](FixedNetwork& n) { n.layers[0].weights.set(5, 8); },
                "layer 'conv': weight code 8 is outside format s4.3"},
        Mistake{"WeightIsNoSign",
                [](FixedNetwork& n) {
                  n.layers[0].weight = {1, 3, true, true};
                  n.layers[0].weights.assign(72, -1);
                  n.layers[0].weights.set(7, 0);
                },
                "layer 'conv': weight code 0 is outside format s1.3n"},
        Mistake{"MapOfSigns",
                [](FixedNetwork& n) {
                  n.layers[1].requant.out = {1, 1, true, true};
                },
                "layer 'pool': output format: codes -1 and +1 are for weights only"},
        Mistake{"ImageOfSigns",
                [](FixedNetwork& n) {
                  n.input_format = {1, 0, true, true};
                },
                "input format: codes -1 and +1 are for weights only"},
        Mistake{"BiasCode", [](FixedNetwork& n) { n.layers[0].bias[1] = INT64_MIN; },
                "layer 'conv': bias code -9223372036854775808 is beyond 2^62"},
        Mistake{"WeightFormat", [](FixedNetwork& n) { n.layers[0].weight.bits = 0; },
                "layer 'conv': weight format: bits: 0 is not a width from 1 to 16"},
        Mistake{"OutputFormat", [](FixedNetwork& n) { n.layers[1].requant.out.frac = 49; },
                "layer 'pool': output format: frac: 49 is not between -48 and 48"},
        Mistake{"Relu", [](FixedNetwork& n) { n.layers[0].requant.relu = false; },
                "layer 'conv': ReLU differs between node and requantizer"},
        Mistake{"SlopesOfPool", [](FixedNetwork& n) { n.layers[1].node.slopes = {0.5F}; },
                "layer 'pool': only conv has slopes"},
        Mistake{"SlopeCount",
                [](FixedNetwork& n) {
                  n.layers[0].node.slopes = {0.5F, 1, 2};
                },
                "layer 'conv': has 3 slopes, expected 1 or 4"},
        Mistake{"NegativeSlope", [](FixedNetwork& n) { n.layers[0].node.slopes = {-0.5F}; },
                "layer 'conv': slope -0.500000 is not 0 or more"},
        Mistake{"SlopesOfNodeAlone", [](FixedNetwork& n) { n.layers[0].node.slopes = {0.5F}; },
                "layer 'conv': slopes differ between node and requantizer"},
        Mistake{"SlopesWithoutMultiplier",
                [](FixedNetwork& n) {
                  n.layers[0].node.slopes = {0.5F};
                  n.layers[0].requant.leaky = true;
                },
                "layer 'conv': has slopes, which take a multiplier"},
        Mistake{"ThresholdsOfPool", [](FixedNetwork& n) { n.layers[1].requant.counts = true; },
                "layer 'pool': counts thresholds, which a convolution does"},
        Mistake{"ThresholdsAndShift",
                [](FixedNetwork& n) {
                  let_count(n);
                  n.layers[0].requant.shift = 1;
                },
                "layer 'conv': counts thresholds, and multiplies, shifts or rounds"},
        Mistake{"ThresholdsAndRounding",
                [](FixedNetwork& n) {
                  let_count(n);
                  n.layers[0].requant.rounding = Rounding::kFloor;
                },
                "layer 'conv': counts thresholds, and multiplies, shifts or rounds"},
        Mistake{"ThresholdsOfWideCodes",
                [](FixedNetwork& n) {
                  let_count(n);
                  n.layers[0].requant.out.bits = 5;
                },
                "layer 'conv': has 31 thresholds a channel, expected 1 to 15: one for each code of "
                "the output but the least"},
        Mistake{"ThresholdCount",
                [](FixedNetwork& n) {
                  let_count(n);
                  n.layers[0].thresholds.pop_back();
                },
                "layer 'conv': has 11 thresholds, expected 12"},
        Mistake{"FallingThresholds",
                [](FixedNetwork& n) {
                  let_count(n);
                  n.layers[0].thresholds[8] = 49;
                },
                "layer 'conv': threshold 49 is less than the one before"},
        Mistake{"ThresholdsOfARequantizer",
                [](FixedNetwork& n) {
                  n.layers[0].thresholds = {1, 2, 3};
                },
                "layer 'conv': has 3 thresholds, expected 0"},
        Mistake{"FunctionWithoutTable",
                [](FixedNetwork& n) { n.layers[1].node.curve.kind = find_curve("Tanh"); },
                "layer 'pool': a function without a table, or the other way"},
        Mistake{"TableOfWindows",
                [](FixedNetwork& n) {
                  n.layers[1].node.curve.kind = find_curve("Tanh");
                  n.layers[1].node.pool.kind = PoolKind::kTable;
                },
                "layer 'pool': a table is looked up by pixels"},
        Mistake{"TableWithoutFunction",
                [](FixedNetwork& n) {
                  n.layers[1].table = {1, 2};
                },
                "layer 'pool': has a table of 2 entries, expected 0"},
        Mistake{"Shift", [](FixedNetwork& n) { n.layers[0].requant.shift = 3; },
                "layer 'conv': shift: 3 does not follow from the formats, expected 2"}),
    [](const auto& mistake) { return mistake.param.name; });

TEST(Network, CountsThresholdsThatRiseInEachChannel) {
  FixedNetwork network = sound_network();
  let_count(network);
  EXPECT_EQ(error_of_validating(network), "");
  // Steps and binary points of what is read and delivered may be any.
  network.input_step = 0.3;
  EXPECT_EQ(error_of_validating(network), "");
  network.input_format.zero_point = 1;
  EXPECT_NE(error_of_validating(network).find("which takes a multiplier"), std::string::npos);
}

/// A chain of additions of a value to itself.
FixedNetwork chain_of_additions(Shape shape, std::size_t count) {
  FixedNetwork network{"net", "image", shape, {8, 0, false, false}, {}};
  for (std::size_t i = 0; i < count; ++i) {
    FixedLayer add;
    add.node.name = "add" + std::to_string(i);
    add.node.kind = LayerKind::kAdd;
    add.node.input = add.node.input2 = static_cast<int>(i) - 1;
    add.node.add = shape;
    add.requant.out = {8, 0, false, false};
    network.layers.push_back(add);
  }
  return network;
}

TEST(Network, HasAtMost2To28Elements) {
  const Shape half{1 << 14, 1 << 13, 1};  // 2^27
  EXPECT_EQ(error_of_validating(chain_of_additions(half, 1)), "");
  EXPECT_EQ(error_of_validating(chain_of_additions(half, 2)),
            "layer 'add1': feature maps up to here have more than 268435456 elements");
}

TEST(Network, CountsTheMapsThatAFusedPoolReads) {
  FixedNetwork network{"net", "image", {1 << 14, 1 << 13, 1}, {8, 0, false, false}, {}};
  FixedLayer conv;
  conv.node.name = "conv";
  conv.node.conv.in = network.input;
  conv.node.fused_pool = 1 << 13;
  conv.weight = {4, 0, true, false};
  conv.weights = {1};
  conv.bias = {0};
  conv.requant.out = {8, 0, true, false};
  network.layers = {conv};
  EXPECT_EQ(error_of_validating(network),
            "layer 'conv': feature maps up to here have more than 268435456 elements");
  network.layers[0].node.conv.stride_h = 2;
  EXPECT_EQ(error_of_validating(network), "");
}

TEST(Network, HasAtMost2To14Layers) {
  FixedNetwork network = chain_of_additions({1, 1, 1}, 16384);
  EXPECT_EQ(error_of_validating(network), "");
  EXPECT_EQ(error_of_validating(chain_of_additions({1, 1, 1}, 16385)),
            "the network has 16385 layers; at most 16384 are supported");
}

TEST(Network, TakesCodesUpToTheEndsOfTheirRanges) {
  const std::int64_t most = std::int64_t{1} << 62;
  FixedNetwork network = sound_network();
  for (const std::int64_t bias : {most, -most}) {
    network.layers[0].bias[2] = bias;
    EXPECT_EQ(error_of_validating(network), "");
    network.layers[0].bias[2] += bias > 0 ? 1 : -1;
    EXPECT_NE(error_of_validating(network), "");
  }
  network = sound_network();
  for (const std::int32_t weight : {-8, 7}) {
    network.layers[0].weights.set(2, weight);
    EXPECT_EQ(error_of_validating(network), "");
    network.layers[0].weights.set(2, weight + (weight > 0 ? 1 : -1));
    EXPECT_NE(error_of_validating(network), "");
  }
}

TEST(Network, RefusesFloatsThatAreNotNumbers) {
  FloatNetwork network{"net", "image", {1, 1, 1}, {}};
  FloatLayer layer;
  layer.node.name = "fc";
  layer.weights = {1.0F};
  layer.bias = {0.0F};
  network.layers = {layer};
  EXPECT_NO_THROW(validate(network));
  network.layers[0].bias = {std::numeric_limits<float>::infinity()};
  EXPECT_THROW(validate(network), std::invalid_argument);
}

}  // namespace
}  // namespace dcnsim
