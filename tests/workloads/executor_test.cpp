// SPDX-License-Identifier: Apache-2.0
#include "workloads/executor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

#include "models/numeric/rounding.h"
#include "tests/support/classes.h"
#include "tests/support/naive_view.h"
#include "tests/support/random_network.h"
#include "tests/support/small_float_network.h"
#include "workloads/fixed_point.h"
#include "workloads/float_executor.h"

namespace dcnsim {
namespace {

/// Of a channel's sum.
const Scale& scale_of(const FixedLayer& layer, int channel, bool is_negative) {
  if (layer.node.slopes.empty()) return layer.scales[static_cast<std::size_t>(channel)];
  return layer.scales[static_cast<std::size_t>(2 * channel + (is_negative ? 1 : 0))];
}

/// The least code and one more for each threshold of the channel that is not above `sum`.
std::int32_t reached(const FixedLayer& layer, int channel, std::int64_t sum) {
  const std::ptrdiff_t count = layer.requant.max_code() - layer.requant.min_code();
  const auto first = layer.thresholds.begin() + channel * count;
  const auto below = [&](std::int64_t threshold) { return threshold <= sum; };
  return layer.requant.min_code() +
         static_cast<std::int32_t>(std::count_if(first, first + count, below));
}

/// Layer by layer with the golden convolution, pooled after requantizing each output.
std::vector<CodeTensor> golden_run(const FixedNetwork& network, const CodeTensor& image,
                                   const Accumulator& accumulator) {
  std::vector<CodeTensor> outputs;
  for (const FixedLayer& layer : network.layers) {
    const LayerNode& node = layer.node;
    const auto seen = [&](int producer, const MapView& view, const Shape& in) {
      CodeTensor codes(in, network.format_of(producer));
      for_each_seen(network, outputs.size(), producer, view, codes.shape(),
                    [&](std::size_t to, int from_layer, std::size_t from) {
                      codes.set(to, from_layer == kNetworkInput
                                        ? image.get(from)
                                        : outputs[static_cast<std::size_t>(from_layer)].get(from));
                    });
      return codes;
    };
    const CodeTensor input = seen(node.input, node.view, node.input_shape());
    if (node.curve.any()) {
      CodeTensor out(node.output_shape(), layer.requant.out);
      const int least = input.format().is_signed ? -(1 << (input.format().bits - 1)) : 0;
      for (std::size_t i = 0; i < out.size(); ++i) {
        out.set(i, layer.table[static_cast<std::size_t>(input.get(i) - least)]);
      }
      outputs.push_back(std::move(out));
      continue;
    }
    if (node.kind == LayerKind::kPool) {
      outputs.push_back(pool_tensor(node.pool, input, layer.requant));
      continue;
    }
    if (node.kind == LayerKind::kAdd) {
      const CodeTensor second = seen(node.input2, node.view2, node.input2_shape());
      outputs.push_back(pair_tensors(node.pair, input, second, layer.requant));
      continue;
    }
    const Accumulators sums =
        conv_golden(node.conv, input, layer.weights.to_vector(), layer.bias, accumulator);
    CodeTensor out(node.output_shape(), layer.requant.out);
    for (int y = 0; y < out.shape().height; ++y) {
      for (int x = 0; x < out.shape().width; ++x) {
        for (int c = 0; c < out.shape().channels; ++c) {
          std::int32_t largest = INT32_MIN;
          for (int k = 0; k < node.fused_pool * node.fused_pool; ++k) {
            const int row = y * node.fused_pool + k / node.fused_pool;
            const int column = x * node.fused_pool + k % node.fused_pool;
            const auto index = static_cast<std::size_t>(
                (row * node.conv.out_w() + column) * node.conv.out_channels + c);
            const std::int64_t sum = sums.get(index);
            largest =
                std::max(largest, layer.requant.counts ? reached(layer, c, sum)
                                  : layer.requant.multiplies
                                      ? requantize(sum, layer.requant, scale_of(layer, c, sum < 0))
                                      : requantize(sum, layer.requant));
          }
          out.set_at(y, x, c, largest);
        }
      }
    }
    outputs.push_back(std::move(out));
  }
  return outputs;
}

class ExecutorWith : public testing::TestWithParam<Accumulator> {};

TEST_P(ExecutorWith, EqualsTheGoldenModelInEveryLayer) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    RandomNetwork random(seed);
    FixedNetwork network = seed % 3 == 0 ? random.joined() : random.make();
    if (seed % 2 == 0) random.bound(network);
    const int bits = 8 + static_cast<int>(seed % 25);
    if (seed % 5 < 2) random.make_affine(network, bits);
    if (seed % 5 == 1) RandomNetwork::round_twice(network, bits);
    if (seed % 5 == 3) random.count_thresholds(network, GetParam().bits);
    Executor executor(network, GetParam());
    for (int image = 0; image < 2; ++image) {
      const CodeTensor codes = random.image(network);
      EXPECT_EQ(executor.run(codes).layers, golden_run(network, codes, GetParam()));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Executor, ExecutorWith,
                         testing::Values(Accumulator{32, Overflow::kWrap},
                                         Accumulator{20, Overflow::kWrap},
                                         Accumulator{18, Overflow::kSaturate},
                                         Accumulator{48, Overflow::kSaturate}));

/// One 1 x 1 convolution, `pool` fused.
FixedNetwork single_conv(Shape in, int pad_top, int pool) {
  FixedLayer layer;
  layer.node.name = "conv";
  layer.node.conv.in = in;
  layer.node.conv.pad_top = pad_top;
  layer.node.fused_pool = pool;
  layer.weight = {8, 0, true, false};
  layer.weights = {100};
  layer.bias = {0};
  layer.requant.out = {16, 0, true, false};
  return {"net", "image", in, {8, 0, false, false}, {layer}};
}

TEST(Executor, CountsOverflowsOfEachImageAnew) {
  const FixedNetwork network = single_conv({1, 2, 1}, 0, 1);
  Executor executor(network, {12, Overflow::kSaturate});
  CodeTensor image(network.input, network.input_format);
  image.set(0, 255);
  EXPECT_EQ(executor.run(image).overflows, 1U);
  EXPECT_EQ(executor.run(image).layers[0].get(0), 2047);
  image.set(1, 200);
  EXPECT_EQ(executor.run(image).overflows, 2U);
}

TEST(Executor, DoesNotCountOverflowsOfOutputsThatAPoolDrops) {
  const FixedNetwork network = single_conv({3, 3, 1}, 0, 2);
  Executor executor(network, {12, Overflow::kSaturate});
  CodeTensor image(network.input, network.input_format);
  for (std::size_t i = 0; i < image.size(); ++i) image.set(i, 255);
  EXPECT_EQ(executor.run(image).overflows, 4U);
}

TEST(Executor, RunsPoolsThatSeeNothingButPadding) {
  const FixedNetwork network = single_conv({1, 4, 1}, 5, 4);
  Executor executor(network, {});
  CodeTensor image(network.input, network.input_format);
  for (std::size_t i = 0; i < image.size(); ++i) image.set(i, 255);
  EXPECT_EQ(executor.run(image).layers[0].get(0), 0);
}

TEST(Executor, RefusesNetworksThatDoNotFitTogether) {
  FixedNetwork network = RandomNetwork(1).make();
  network.layers[0].requant.shift += 1;
  EXPECT_THROW(Executor(network, {}), std::invalid_argument);
}

TEST(Executor, TakesTheFirstOfEqualLogits) {
  CodeTensor logits({1, 1, 4}, {8, 0, true, false});
  logits.set(0, -5);
  logits.set(2, 3);
  logits.set(3, 3);
  EXPECT_EQ(argmax(logits), 2);
}

/// Two 1 x 1 convolutions of the image, and the sum of two of the three maps, in 16 bits of binary
/// points of their own.
struct ResidualCase {
  FloatNetwork network{"residual", "image", {3, 4, 3}, {}};
  NetworkFormats formats;
  LayerNode sum;

  explicit ResidualCase(unsigned seed) {
    std::mt19937 random(seed);
    const auto frac = [&] { return std::uniform_int_distribution<int>(7, 13)(random); };
    formats.input = {16, frac(), true, false};
    for (const char* name : {"a", "b"}) {
      network.layers.push_back(conv_layer(name, kNetworkInput, network.input, 3, 1, 1, random));
      formats.layers.push_back({{16, 14, true, false}, {16, frac(), true, false}});
    }
    sum.name = "sum";
    sum.kind = LayerKind::kAdd;
    sum.add = network.input;
    sum.input = std::uniform_int_distribution<int>(kNetworkInput, 1)(random);
    sum.input2 = std::uniform_int_distribution<int>(kNetworkInput, 1)(random);
    sum.relu = random() % 2 == 0;
    network.layers.push_back({sum, {}, {}});
    formats.layers.push_back({{}, {16, frac(), true, false}});
  }

  int first() const { return formats.of(sum.input).frac; }
  int second() const { return formats.of(sum.input2).frac; }
  int output() const { return formats.layers.back().output.frac; }

  /// Half a step of each operand and of the sum; weights and biases are finer.
  double tolerance() const {
    return std::ldexp(0.5, -first()) + std::ldexp(0.5, -second()) + std::ldexp(0.5, -output()) +
           std::ldexp(1, -12);
  }
};

/// The float executor knows nothing of binary points.
TEST(Executor, AddsNumbersWhateverTheirBinaryPoints) {
  using Case = ResidualCase;
  Census<Case> census(
      {{"first operand finer", [](const Case& c) { return c.first() > c.second() + 2; }},
       {"second operand finer", [](const Case& c) { return c.first() + 2 < c.second(); }},
       {"sum coarser", [](const Case& c) { return c.output() < std::min(c.first(), c.second()); }},
       {"sum finer", [](const Case& c) { return c.output() > std::max(c.first(), c.second()); }},
       {"the image is an operand", [](const Case& c) { return c.sum.input == kNetworkInput; }},
       {"ReLU", [](const Case& c) { return c.sum.relu; }}});
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const ResidualCase c(seed);
    census.count(c);
    std::mt19937 random(seed);
    CodeTensor image(c.network.input, c.formats.input);
    FloatExecutor::Map numbers;
    for (std::size_t i = 0; i < image.size(); ++i) {
      image.set(i,
                quantize(std::uniform_real_distribution<double>(-1, 1)(random), c.formats.input));
      numbers.push_back(static_cast<float>(std::ldexp(image.get(i), -c.formats.input.frac)));
    }
    Executor executor(in_fixed_point(c.network, c.formats), {});
    const CodeTensor& codes = executor.run(image).layers.back();
    const FloatExecutor::Map expected = FloatExecutor(c.network).run(numbers).back();
    for (std::size_t i = 0; i < codes.size(); ++i) {
      EXPECT_NEAR(std::ldexp(codes.get(i), -c.output()), double{expected[i]}, c.tolerance());
    }
  }
  census.expect_each(20);
}

}  // namespace
}  // namespace dcnsim
