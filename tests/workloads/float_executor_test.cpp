// SPDX-License-Identifier: Apache-2.0
#include "workloads/float_executor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>

#include "tests/support/naive_view.h"
#include "tests/support/network_images.h"
#include "tests/support/random_network.h"
#include "workloads/float_kernels/float_conv.h"

namespace dcnsim {
namespace {

using float_kernels::FloatConv;

float uniform(std::mt19937& random) { return std::uniform_real_distribution<float>(-1, 1)(random); }

/// The defined order: bias, then kernel row, kernel column, channel.
std::vector<float> naive_conv(const ConvShape& s, const std::vector<float>& input,
                              const std::vector<float>& weights, const std::vector<float>& bias) {
  std::vector<float> out;
  const int group_in = s.in.channels / s.groups, group_out = s.out_channels / s.groups;
  for (int y = 0; y < s.out_h(); ++y) {
    for (int x = 0; x < s.out_w(); ++x) {
      for (int o = 0; o < s.out_channels; ++o) {
        float sum = bias[static_cast<std::size_t>(o)];
        int w = o * s.reduction();
        for (int ky = 0; ky < s.kernel_h; ++ky) {
          for (int kx = 0; kx < s.kernel_w; ++kx) {
            for (int c = 0; c < group_in; ++c, ++w) {
              const int iy = y * s.stride_h + ky * (s.gap_h + 1) - s.pad_top;
              const int ix = x * s.stride_w + kx * (s.gap_w + 1) - s.pad_left;
              if (iy < 0 || ix < 0 || iy >= s.in.height || ix >= s.in.width) continue;
              const int i = (iy * s.in.width + ix) * s.in.channels + o / group_out * group_in + c;
              const float product =
                  weights[static_cast<std::size_t>(w)] * input[static_cast<std::size_t>(i)];
              sum = sum + product;
            }
          }
        }
        out.push_back(sum);
      }
    }
  }
  return out;
}

/// A random fixed network's structure with float numbers.
FloatNetwork random_float_network(unsigned seed) {
  RandomNetwork structure(seed);
  FixedNetwork fixed = seed % 3 == 0 ? structure.joined() : structure.make();
  if (seed % 2 == 0) structure.bound(fixed);
  FloatNetwork network{fixed.name, fixed.input_name, fixed.input, {}};
  std::mt19937 random(seed);
  for (const FixedLayer& layer : fixed.layers) {
    FloatLayer result{layer.node, std::vector<float>(layer.weights.size()),
                      std::vector<float>(layer.bias.size())};
    for (float& w : result.weights) w = uniform(random);
    for (float& b : result.bias) b = uniform(random);
    if (seed % 4 == 1) result.node.slopes.resize(layer.bias.size());
    for (float& slope : result.node.slopes) slope = std::abs(uniform(random));
    network.layers.push_back(std::move(result));
  }
  return network;
}

CodeTensor random_image(const Shape& shape, unsigned seed) {
  CodeTensor image(shape, {8, 0, false, false});
  std::mt19937 random(seed);
  for (std::size_t i = 0; i < image.size(); ++i) image.set(i, static_cast<int>(random() % 256));
  return image;
}

std::vector<float> naive_pool(const PoolShape& p, const std::vector<float>& in) {
  std::vector<float> out;
  for (int y = 0; y < p.out_h(); ++y) {
    for (int x = 0; x < p.out_w(); ++x) {
      for (int c = 0; c < p.in.channels; ++c) {
        std::vector<float> seen;
        for (int k = 0; k < p.kernel_h * p.kernel_w; ++k) {
          const int iy = y * p.stride_h + k / p.kernel_w - p.pad_top;
          const int ix = x * p.stride_w + k % p.kernel_w - p.pad_left;
          if (iy < 0 || ix < 0 || iy >= p.in.height || ix >= p.in.width) continue;
          seen.push_back(in[static_cast<std::size_t>((iy * p.in.width + ix) * p.in.channels + c)]);
        }
        if (p.kind == PoolKind::kMax) {
          out.push_back(*std::max_element(seen.begin(), seen.end()));
        } else {
          float sum = 0;
          for (const float v : seen) sum += v;
          const auto count =
              p.count_include_pad ? p.kernel_h * p.kernel_w : static_cast<int>(seen.size());
          out.push_back(sum / static_cast<float>(count));
        }
      }
    }
  }
  return out;
}

std::vector<std::vector<float>> naive_run(const FloatNetwork& network, const CodeTensor& image) {
  std::vector<float> pixels;
  for (std::size_t i = 0; i < image.size(); ++i) pixels.push_back(static_cast<float>(image.get(i)));
  std::vector<std::vector<float>> outputs;
  for (const FloatLayer& layer : network.layers) {
    const LayerNode& node = layer.node;
    const auto seen = [&](int producer, const MapView& view, const Shape& in) {
      std::vector<float> values(in.elements());
      for_each_seen(network, outputs.size(), producer, view, in,
                    [&](std::size_t to, int from_layer, std::size_t from) {
                      values[to] = from_layer == kNetworkInput
                                       ? pixels[from]
                                       : outputs[static_cast<std::size_t>(from_layer)][from];
                    });
      return values;
    };
    const std::vector<float> input = seen(node.input, node.view, node.input_shape());
    std::vector<float> out;
    if (node.kind == LayerKind::kConv) {
      out = naive_conv(node.conv, input, layer.weights, layer.bias);
      PoolShape window;
      window.in = node.conv.out();
      window.kernel_h = window.kernel_w = window.stride_h = window.stride_w = node.fused_pool;
      out = naive_pool(window, out);
    } else if (node.curve.any()) {
      EXPECT_EQ(node.curve.kind->op, "Tanh") << "the one function that random networks have";
      for (const float x : input) out.push_back(static_cast<float>(std::tanh(double{x})));
    } else if (node.kind == LayerKind::kPool) {
      out = naive_pool(node.pool, input);
    } else {
      out = input;
      const bool is_pixel = node.pair == PairKind::kScaling;
      const Shape in2 = is_pixel ? Shape{1, 1, node.add.channels} : node.add;
      const std::vector<float> b = seen(node.input2, node.view2, in2);
      for (std::size_t i = 0; i < out.size(); ++i) {
        const float other = b[is_pixel ? i % b.size() : i];
        out[i] = node.pair == PairKind::kSum ? out[i] + other : out[i] * other;
      }
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
      float& v = out[i];
      if (!node.slopes.empty() && v < 0) v *= node.slopes[i % node.slopes.size()];
      if (node.relu && v < 0) v = 0;
      if (v < node.bounds.low) v = node.bounds.low;
      if (v > node.bounds.high) v = node.bounds.high;
    }
    outputs.push_back(std::move(out));
  }
  return outputs;
}

TEST(FloatExecutor, EqualsPlainLoopsBitForBit) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const FloatNetwork network = random_float_network(seed);
    const CodeTensor image = random_image(network.input, seed);
    FloatExecutor executor(network);
    executor.run(numbers(random_image(network.input, seed + 1)));  // nothing of it may remain
    EXPECT_EQ(executor.run(numbers(image)), naive_run(network, image));
  }
}

TEST(FloatExecutor, EveryInstructionSetGivesEqualBits) {
  std::mt19937 random(11);
  for (int round = 0; round < 40; ++round) {
    const auto pick = [&](int low, int high) {
      return std::uniform_int_distribution<int>(low, high)(random);
    };
    ConvShape s;
    s.in = {pick(3, 9), pick(3, 9), pick(1, 40)};
    s.out_channels = pick(1, 100);
    s.kernel_h = pick(1, 3);
    s.kernel_w = pick(1, 3);
    s.stride_h = pick(1, 2);
    s.stride_w = pick(1, 2);
    std::vector<float> input(s.in.elements()), weights, bias;
    for (float& x : input) x = uniform(random);
    const int blocks = (s.out_channels + 31) / 32;
    weights.resize(static_cast<std::size_t>(blocks * s.reduction() * 32));
    bias.resize(static_cast<std::size_t>(blocks * 32));
    for (float& w : weights) w = uniform(random);
    for (float& b : bias) b = uniform(random);
    FloatConv conv{};
    conv.input = input.data();
    conv.column_stride = static_cast<std::size_t>(s.in.channels);
    conv.row_stride = conv.column_stride * static_cast<std::size_t>(s.in.width);
    conv.weights = weights.data();
    conv.bias = bias.data();
    conv.out_channels = conv.out_stride = static_cast<std::size_t>(s.out_channels);
    conv.in_channels = conv.column_stride;
    conv.kernel_h = static_cast<std::size_t>(s.kernel_h);
    conv.kernel_w = static_cast<std::size_t>(s.kernel_w);
    conv.stride_h = static_cast<std::size_t>(s.stride_h);
    conv.stride_w = static_cast<std::size_t>(s.stride_w);
    conv.out_h = static_cast<std::size_t>(s.out_h());
    conv.out_w = static_cast<std::size_t>(s.out_w());
    std::vector<std::vector<float>> results;
    for (const InstructionSet set : available_instruction_sets()) {
      std::vector<float> output(s.out().elements());
      conv.output = output.data();
      float_kernels::kernel_for(set)(conv);
      results.push_back(output);
    }
    for (const auto& result : results) EXPECT_EQ(result, results.front());
  }
}

TEST(FloatExecutor, RefusesNetworksThatDoNotFitTogether) {
  FloatNetwork network = random_float_network(1);
  network.layers[0].weights.pop_back();
  EXPECT_THROW(FloatExecutor{network}, std::invalid_argument);
}

TEST(FloatExecutor, resumes_behind_a_changed_layer_as_a_whole_run_would) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    FloatNetwork network = random_float_network(seed);
    const CodeTensor image = random_image(network.input, seed);
    FloatExecutor executor(network);
    const FloatExecutor::Outputs before = executor.run(numbers(image));
    for (std::size_t layer = 0; layer < network.layers.size(); ++layer) {
      if (network.layers[layer].node.kind != LayerKind::kConv) continue;
      const std::vector<float> original = network.layers[layer].weights;
      for (float& w : network.layers[layer].weights) w += 0.5F;
      const FloatExecutor::Outputs expected = FloatExecutor(network).run(numbers(image));
      executor.set_weights(layer, network.layers[layer].weights);
      FloatExecutor::Outputs resumed = before;
      executor.resume(numbers(image), layer, resumed.size(), resumed);
      EXPECT_EQ(resumed, expected) << "seed " << seed << " layer " << layer;
      network.layers[layer].weights = original;
      executor.set_weights(layer, original);
    }
    EXPECT_EQ(executor.run(numbers(image)), before);
  }
}

}  // namespace
}  // namespace dcnsim
