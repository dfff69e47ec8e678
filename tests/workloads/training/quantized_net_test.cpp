// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/quantized_net.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

#include "tests/support/random_network.h"
#include "workloads/executor.h"
#include "workloads/images/network_input.h"
#include "workloads/training/training_data.h"

namespace dcnsim {
namespace {

constexpr Accumulator kWide{64, Overflow::kWrap};

/// Codes as values, 1 x C x H x W, in double precision.
torch::Tensor values_of(const CodeTensor& codes) {
  const Shape& shape = codes.shape();
  torch::Tensor values =
      torch::empty({1, shape.height, shape.width, shape.channels}, torch::kDouble);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    values.data_ptr<double>()[i] = dequantize(codes.get(i), codes.format());
  }
  return values.permute({0, 3, 1, 2});
}

/// What the codes of weights and biases stand for.
FloatNetwork numbers_of(const FixedNetwork& network) {
  FloatNetwork numbers{network.name, network.input_name, network.input, {}, network.convention};
  for (const FixedLayer& layer : network.layers) {
    FloatLayer values{layer.node, {}, {}};
    for (const std::int32_t code : layer.weights) {
      values.weights.push_back(static_cast<float>(dequantize(code, layer.weight)));
    }
    const int grid = layer.weight.frac + network.format_of(layer.node.input).frac;
    for (const std::int64_t code : layer.bias) {
      values.bias.push_back(static_cast<float>(std::ldexp(static_cast<double>(code), -grid)));
    }
    numbers.layers.push_back(std::move(values));
  }
  return numbers;
}

void expect_equal_layers(const FixedNetwork& network, const QuantizedNet& net,
                         const CodeTensor& image) {
  Executor executor(network, kWide);
  const Activations& expected = executor.run(image);
  torch::NoGradGuard no_gradients;
  const std::vector<torch::Tensor> found = net.outputs(values_of(image));
  ASSERT_EQ(found.size(), expected.layers.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_TRUE(found[i].equal(values_of(expected.layers[i])))
        << "layer " << i << " of " << found.size();
  }
}

/// Tables and products of maps are not.
bool is_trained(const FixedNetwork& network) {
  return std::none_of(network.layers.begin(), network.layers.end(), [](const FixedLayer& layer) {
    return layer.node.curve.any() || multiplies(layer.node.pair);
  });
}

TEST(QuantizedNet, ComputesTheExecutorsCodesInEveryLayer) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    RandomNetwork random(seed);
    FixedNetwork network = seed % 3 == 0   ? random.residual()
                           : seed % 3 == 1 ? random.joined()
                                           : random.make();
    if (!is_trained(network)) continue;
    if (seed % 2 == 0) random.bound(network);
    QuantizedNet net(numbers_of(network), formats_of(network));
    net.to(torch::kDouble);
    expect_equal_layers(network, net, random.image(network));
  }
}

TEST(QuantizedNet, ComputesTheExecutorsNumbersUnderFreeScales) {
  std::int64_t moved = 0, codes = 0;  // multipliers have 31 bits
  for (unsigned seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    RandomNetwork random(seed);
    FixedNetwork plain = seed % 2 == 0 ? random.residual() : random.make();
    if (!is_trained(plain)) continue;
    if (seed % 3 == 0) random.bound(plain);
    const FloatNetwork numbers = numbers_of(plain);
    NetworkFormats formats = formats_of(plain);
    std::mt19937 draws(seed);
    const auto octave = [&] { return std::uniform_real_distribution<double>(0.7, 1.4)(draws); };
    for (std::size_t i = 0; i < formats.layers.size(); ++i) {
      TensorFormats& layer = formats.layers[i];
      layer.output_step = octave();
      for (std::size_t c = 0; c < numbers.layers[i].bias.size(); ++c) {
        layer.weight_scales.push_back(std::ldexp(octave(), -layer.weight.frac));
      }
    }
    QuantizedNet net(numbers, formats);
    net.to(torch::kDouble);
    const FixedNetwork network = in_fixed_point(net.network(), formats);
    const CodeTensor image = random.image(network);
    Executor executor(network, kWide);
    const Activations& expected = executor.run(image);
    torch::NoGradGuard no_gradients;
    const std::vector<torch::Tensor> found = net.outputs(values_of(image));
    for (std::size_t i = 0; i < found.size(); ++i) {
      const double scale = network.scale_of(static_cast<int>(i));
      const int frac = expected.layers[i].format().frac;
      const torch::Tensor right = values_of(expected.layers[i]) * std::ldexp(1.0, frac);
      const torch::Tensor off = (found[i] / scale - right).abs();
      EXPECT_LE(off.max().item<double>(), 2.1) << "layer " << i;
      moved += (off > 0.5).sum().item<std::int64_t>();
      codes += off.numel();
    }
    EXPECT_EQ(formats_of(network).layers.back().output_step, formats.layers.back().output_step);
  }
  EXPECT_LT(static_cast<double>(moved), 1e-3 * static_cast<double>(codes));
}

/// One image: pixels, or values around them.
Dataset image_of(const Shape& shape, bool has_pixels, unsigned seed) {
  std::mt19937 random(seed);
  Dataset images;
  images.shape = shape;
  images.labels = {0};
  for (std::size_t i = 0; i < shape.elements(); ++i) {
    const auto pixel = static_cast<std::uint8_t>(random() % 256);
    if (has_pixels) {
      images.pixels.push_back(pixel);
    } else {
      images.values.push_back(static_cast<float>(pixel) / 17 - 3);
    }
  }
  return images;
}

TEST(QuantizedNet, TakesPixelsAndValuesAsTheExecutorDoes) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    FixedNetwork network = RandomNetwork(seed).make();
    if (!is_trained(network)) continue;
    const bool has_pixels = seed % 2 == 0;
    network.convention.pixels = parse_convention(seed % 4 == 0 ? "unit,mean=0.25,std=0.01" : "bgr");
    if (seed % 3 != 0) {
      network.convention.chain = {{AffineStep::Kind::kAdd, {-0.3}},
                                  {AffineStep::Kind::kMultiply, {1.7}},
                                  {AffineStep::Kind::kDivide, {0.9}}};
    }
    const Dataset images = image_of(network.input, has_pixels, seed);
    QuantizedNet net(numbers_of(network), formats_of(network), {},
                     has_pixels ? QuantizedNet::Images::kPixels : QuantizedNet::Images::kValues);
    net.to(torch::kDouble);
    const torch::Tensor numbers =
        plain_batch(images, raw_pixels(network.input.channels), 0, 1).first.to(torch::kDouble);
    Executor executor(network, kWide);
    const Activations& expected = executor.run(CodeInput(network, images)(0));
    torch::NoGradGuard no_gradients;
    EXPECT_TRUE(net.outputs(numbers).back().equal(values_of(expected.layers.back())));
  }
}

TEST(QuantizedNet, IsInFixedPointWhatItComputesWhileTrained) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    RandomNetwork random(seed);
    const FixedNetwork before = random.make();
    if (!is_trained(before)) continue;
    QuantizedNet net(numbers_of(before), formats_of(before));
    {
      // Weights and biases off the grid and beyond the range.
      torch::NoGradGuard no_gradients;
      torch::manual_seed(seed);
      for (const auto& [weight, bias] : net.trained()) {
        if (!weight.defined()) continue;
        weight.mul_(1 + 0.3 * torch::randn_like(weight));
        bias.mul_(1 + 0.3 * torch::randn_like(bias));
      }
    }
    net.to(torch::kDouble);
    const FixedNetwork after = in_fixed_point(net.network(), net.formats());
    expect_equal_layers(after, net, random.image(before));
  }
}

TEST(QuantizedNet, TrainsEveryWeightAndBias) {
  RandomNetwork random(3);
  const FixedNetwork network = random.residual();
  QuantizedNet net(numbers_of(network), formats_of(network), {true, true});
  net.forward(values_of(random.image(network)).to(torch::kFloat)).square().sum().backward();
  for (const torch::Tensor& parameter : net.parameters()) {
    ASSERT_TRUE(parameter.grad().defined());
    EXPECT_TRUE(parameter.grad().isfinite().all().item<bool>());
  }
}

TEST(QuantizedNet, MovingWeightsOfTheFirstLayerKeepsTheMeanOfItsOutputs) {
  FixedNetwork network = RandomNetwork(1).make();
  network.input_format = {8, 0, false, false};
  QuantizedNet net(numbers_of(network), formats_of(network), {true, true});
  const torch::Tensor grey =
      torch::full({1, network.input.channels, network.input.height, network.input.width}, 128.0F);
  const torch::Tensor before = net.outputs(grey)[0];
  torch::NoGradGuard no_gradients;
  net.trained()[0].weight.add_(0.25);
  const ConvShape& conv = network.layers[0].node.conv;
  if (conv.pad_top + conv.pad_left + conv.pad_bottom + conv.pad_right > 0) return;
  // Differences are roundings of sums in single precision.
  EXPECT_TRUE(net.outputs(grey)[0].allclose(before, 1e-4, 1e-2));
}

TEST(QuantizedNet, ClipsWeightsToTheRangeOfTheirFormat) {
  const FixedNetwork network = RandomNetwork(5).make();
  QuantizedNet net(numbers_of(network), formats_of(network));
  torch::NoGradGuard no_gradients;
  for (const auto& [weight, bias] : net.trained()) {
    if (weight.defined()) weight.mul_(10);
  }
  net.clip();
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const torch::Tensor& weight = net.trained()[i].weight;
    if (!weight.defined()) continue;
    const Format& format = network.layers[i].weight;
    EXPECT_LE(weight.max().item<double>(), dequantize(format.max_code(), format));
    EXPECT_GE(weight.min().item<double>(), dequantize(format.min_code(), format));
  }
}

TEST(QuantizedNet, RefusesFormatsOfAnotherNumberOfLayers) {
  const FixedNetwork network = RandomNetwork(1).make();
  NetworkFormats formats = formats_of(network);
  formats.layers.pop_back();
  EXPECT_THROW(QuantizedNet(numbers_of(network), formats), std::invalid_argument);
}

}  // namespace
}  // namespace dcnsim
