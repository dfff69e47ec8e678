// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/quantize_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "analysis/quantizer/format_search.h"
#include "models/numeric/rounding.h"
#include "tests/support/small_float_network.h"
#include "workloads/executor.h"
#include "workloads/float_executor.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

std::string error_of(const QuantizeOptions& options, const Dataset& images,
                     const FloatNetwork& network = mixed_network()) {
  try {
    quantize_network(network, images, options);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(QuantizeNetwork, ChoosesSignsWidthsAndRounding) {
  QuantizeOptions options;
  options.weight_bits = 7;
  options.activation_bits = 6;
  options.logit_bits = 12;
  options.layers = {{"conv1", 3, 5}, {"average", 0, 9}};
  const FixedNetwork network = quantize_network(mixed_network(), random_images(3), options).network;
  EXPECT_EQ(network.input_format, (Format{8, 0, false, false}));
  const auto& layers = network.layers;
  ASSERT_EQ(layers.size(), 6U);
  const int widths[] = {6, 5, 5, 6, 9, 12};
  const bool is_signed[] = {false, true, true, false, false, true};
  for (std::size_t i = 0; i < 6; ++i) {
    SCOPED_TRACE(layers[i].node.name);
    EXPECT_EQ(layers[i].requant.out.bits, widths[i]);
    EXPECT_EQ(layers[i].requant.out.is_signed, is_signed[i]);
    EXPECT_EQ(layers[i].requant.rounding, is_signed[i] ? Rounding::kHalfEven : Rounding::kHalfUp);
  }
  EXPECT_EQ(layers[0].weight.bits, 7);
  EXPECT_EQ(layers[1].weight.bits, 3);
  EXPECT_EQ(layers[2].requant.out, layers[1].requant.out);
  EXPECT_EQ(layers[2].requant.shift, 0);
}

TEST(QuantizeNetwork, LosesLessWithFreeScalesAndLeastWithOneAChannel) {
  QuantizeOptions options;
  options.weight_bits = options.activation_bits = 4;
  const auto noise_with = [&](Scales scales) {
    options.scales = scales;
    const QuantizedNetwork quantized = quantize_network(mixed_network(), random_images(3), options);
    double noise = 0;
    for (std::size_t i = 0; i < quantized.formats.size(); ++i) {
      const FixedLayer& layer = quantized.network.layers[i];
      if (layer.node.kind != LayerKind::kConv) continue;
      EXPECT_EQ(layer.requant.multiplies, scales != Scales::kPowerOfTwo);
      noise += quantized.formats[i].weight.noise_to_signal() +
               quantized.formats[i].output.noise_to_signal();
      // What is said of the weights is what they hold.
      const std::vector<float> weights = mixed_network().layers[i].weights;
      double error = 0;
      for (std::size_t k = 0; k < weights.size(); ++k) {
        const double scale =
            layer.weight_steps.empty()
                ? std::ldexp(1.0, -layer.weight.frac)
                : layer.weight_steps[k * layer.weight_steps.size() / weights.size()];
        error += std::pow(double{weights[k]} - layer.weights[k] * scale, 2);
      }
      EXPECT_NEAR(quantized.formats[i].weight.noise, error, 1e-9 * error);
    }
    return noise;
  };
  const double power_of_two = noise_with(Scales::kPowerOfTwo);
  const double per_tensor = noise_with(Scales::kPerTensor);
  EXPECT_LT(per_tensor, power_of_two);
  EXPECT_LT(noise_with(Scales::kPerChannel), per_tensor);
}

/// Two convolutions, of which one has a ReLU, write one map, which a third reads.
FloatNetwork joined_network(float largest_weight) {
  std::mt19937 random(4);
  FloatNetwork network{"joined", "image", kCifarShape, {}};
  network.layers.push_back(conv_layer("a", kNetworkInput, kCifarShape, 3, 8, 8, random));
  network.layers.push_back(conv_layer("b", kNetworkInput, kCifarShape, 2, 8, 8, random));
  network.layers.push_back(conv_layer("fc", 1, {4, 4, 5}, 4, 4, 1, random));
  network.layers[0].node.join = {0, 2, 5};
  network.layers[1].node.join = {0, 0, 5};
  network.layers[0].node.relu = true;
  network.layers[1].weights[0] = largest_weight;
  return network;
}

TEST(QuantizeNetwork, GivesOneFormatToWhatLiesInOneMap) {
  QuantizeOptions options;
  const auto format = [&](float largest_weight) {
    const FixedNetwork network =
        quantize_network(joined_network(largest_weight), random_images(2), options).network;
    EXPECT_EQ(network.layers[0].requant.out, network.layers[1].requant.out);
    EXPECT_EQ(network.layers[0].requant.rounding, Rounding::kHalfEven);
    return network.layers[0].requant.out;
  };
  const Format usual = format(0.1F);
  EXPECT_EQ(usual.bits, 8);
  EXPECT_TRUE(usual.is_signed);
  EXPECT_LT(format(50.0F).frac, usual.frac);
  options.layers = {{"a", 0, 5}};
  EXPECT_EQ(format(0.1F).bits, 5);
  options.layers = {{"a", 0, 5}, {"b", 0, 11}};
  EXPECT_EQ(format(0.1F).bits, 11);
}

TEST(QuantizeNetwork, ScalesTheImageToOtherInputWidths) {
  QuantizeOptions options;
  for (const int bits : {1, 5, 16}) {
    options.input_bits = bits;
    EXPECT_EQ(quantize_network(mixed_network(), random_images(1), options).network.input_format,
              (Format{bits, bits - 8, false, false}));
  }
}

TEST(QuantizeNetwork, MakesWeightsOfOneBitTheirSigns) {
  const FloatNetwork network = mixed_network();
  QuantizeOptions options;
  options.weight_bits = 1;
  const QuantizedNetwork quantized = quantize_network(network, random_images(4), options);
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const FixedLayer& layer = quantized.network.layers[l];
    if (layer.node.kind != LayerKind::kConv) continue;
    SCOPED_TRACE(layer.node.name);
    EXPECT_TRUE(layer.weight.is_sign());
    const std::vector<float>& weights = network.layers[l].weights;
    double mean = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      EXPECT_EQ(layer.weights[i], weights[i] < 0 ? -1 : 1);
      mean += std::abs(double{weights[i]}) / static_cast<double>(weights.size());
    }
    const double scale = std::ldexp(1.0, -layer.weight.frac);
    EXPECT_GE(mean, 0.75 * scale);
    EXPECT_LE(mean, 1.5 * scale);
  }
}

TEST(QuantizeNetwork, PicksAndReportsWhatTheExactTensorsSay) {
  const FloatNetwork network = mixed_network();
  const Dataset images = random_images(4);
  std::vector<std::vector<float>> outputs(network.layers.size());
  FloatExecutor executor(network);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto& result = executor.run(image_values(images, i));
    for (std::size_t l = 0; l < result.size(); ++l) {
      outputs[l].insert(outputs[l].end(), result[l].begin(), result[l].end());
    }
  }
  QuantizeOptions options;
  options.logit_bits = 10;
  const QuantizedNetwork quantized = quantize_network(network, images, options);
  ASSERT_EQ(quantized.formats.size(), network.layers.size());
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const FixedLayer& layer = quantized.network.layers[l];
    SCOPED_TRACE(layer.node.name);
    if (layer.node.kind == LayerKind::kConv) {
      const FormatChoice weights = best_format(network.layers[l].weights, 8, true);
      EXPECT_EQ(layer.weight, weights.format);
      EXPECT_EQ(quantized.formats[l].weight.format, weights.format);
      EXPECT_EQ(quantized.formats[l].weight.sqnr_db(), weights.sqnr_db());
    }
    const Format& format = layer.requant.out;
    if (layer.node.name != "max") {
      EXPECT_EQ(format, best_format(outputs[l], format.bits, format.is_signed).format);
    }
    double signal = 0, noise = 0;
    for (const float value : outputs[l]) {
      const double x{value}, error = x - dequantize(quantize(x, format), format);
      signal += x * x;
      noise += error * error;
    }
    EXPECT_EQ(quantized.formats[l].output.format, format);
    // The smallest tensors have 20 values: their errors are spread less evenly than assumed.
    const double tolerance = outputs[l].size() > 500 ? 0.3 : 3;
    EXPECT_NEAR(quantized.formats[l].output.sqnr_db(), 10 * std::log10(signal / noise), tolerance);
  }
}

TEST(QuantizeNetwork, PutsBiasesOnTheAccumulatorsGrid) {
  const FloatNetwork network = mixed_network();
  const FixedNetwork fixed = quantize_network(network, random_images(2), {}).network;
  const FixedLayer& layer = fixed.layers[1];
  const int grid = layer.weight.frac + fixed.layers[0].requant.out.frac;
  for (std::size_t i = 0; i < layer.bias.size(); ++i) {
    EXPECT_EQ(layer.bias[i],
              std::llrint(std::ldexp(static_cast<double>(network.layers[1].bias[i]), grid)));
  }
}

TEST(QuantizeNetwork, KeepsBiasesWithinTheirThirtyTwoBits) {
  FloatNetwork floats = mixed_network();
  // Activations of 1e-12 beside biases of 1, as an initialiser may leave them.
  for (float& weight : floats.layers[0].weights) weight *= 1e-14F;
  for (float& bias : floats.layers[0].bias) bias *= 1e-14F;
  floats.layers[1].bias[0] = 1.0F;
  const FixedNetwork network = quantize_network(floats, random_images(2), {}).network;
  std::int64_t largest = 0;
  for (const FixedLayer& layer : network.layers) {
    for (const std::int64_t code : layer.bias) largest = std::max(largest, std::abs(code));
  }
  EXPECT_LE(largest, INT32_MAX);
  EXPECT_GT(largest, INT32_MAX / 4);
}

TEST(QuantizeNetwork, RefusesBiasesThatFitOnNoGrid) {
  FloatNetwork floats = mixed_network();
  for (float& weight : floats.layers[0].weights) weight *= 1e-25F;
  for (float& bias : floats.layers[0].bias) bias *= 1e-25F;
  floats.layers[1].bias[0] = 1e17F;
  try {
    quantize_network(floats, random_images(2), {});
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(
        error.what(),
        "layer conv1: its biases do not fit 32 bits beside inputs with 48 fractional bits");
  }
}

TEST(QuantizeNetwork, KeepsSumsOfOperandsWithinFortyEightBits) {
  FloatNetwork floats = mixed_network();
  // A branch of 1e-12 beside one of 10, as a factor near 0 in front of it leaves it.
  FloatLayer branch = floats.layers[1];
  branch.node.name = "branch";
  for (float& weight : branch.weights) weight *= 1e-13F;
  for (float& bias : branch.bias) bias *= 1e-13F;
  floats.layers.insert(floats.layers.begin() + 2, branch);
  LayerNode& max = floats.layers[3].node;
  max.kind = LayerKind::kAdd;
  max.input = 1;
  max.input2 = 2;
  max.add = {6, 6, 5};
  floats.layers[4].node.kind = LayerKind::kPool;
  floats.layers[4].node.relu = false;
  floats.layers[4].node.pool.in = {6, 6, 5};
  floats.layers[4].node.pool.kernel_h = floats.layers[4].node.pool.kernel_w = 3;
  floats.layers[4].node.input = 3;
  floats.layers[5].node.input = 4;
  floats.layers[6].node.input = 5;
  QuantizeOptions options;
  options.activation_bits = 16;
  for (const bool first : {true, false}) {
    if (!first) std::swap(max.input, max.input2);
    const std::vector<LayerFormats> formats =
        quantize_network(floats, random_images(2), options).formats;
    const int coarse = formats[1].output.format.frac;
    EXPECT_LT(coarse, 16);
    EXPECT_EQ(formats[2].output.format.frac, coarse + 31);
  }
}

TEST(QuantizeNetwork, ComputesNearlyWhatTheFloatNetworkDoes) {
  const FloatNetwork network = mixed_network();
  const Dataset images = random_images(3);
  QuantizeOptions options;
  options.weight_bits = options.activation_bits = 16;
  const FixedNetwork fixed = quantize_network(network, images, options).network;
  FloatExecutor real(network);
  Executor executor(fixed, {48, Overflow::kWrap});
  for (std::size_t i = 0; i < images.size(); ++i) {
    const CodeTensor image = image_tensor(images, i);
    const CodeTensor& result = executor.run(image).layers.back();
    const std::vector<float>& expected = real.run(numbers(image)).back();
    for (std::size_t k = 0; k < expected.size(); ++k) {
      const double value = dequantize(result.get(k), result.format());
      EXPECT_NEAR(value, static_cast<double>(expected[k]), 0.02);
    }
  }
}

TEST(QuantizeNetwork, GivesEqualResultsEveryTimeAndReportsProgress) {
  const Dataset images = random_images(3);
  std::vector<std::size_t> progress;
  const auto a = quantize_network(mixed_network(), images, {},
                                  [&](std::size_t done) { progress.push_back(done); });
  const auto b = quantize_network(mixed_network(), images, {});
  EXPECT_EQ(progress, (std::vector<std::size_t>{1, 2, 3}));
  ASSERT_EQ(a.formats.size(), b.formats.size());
  for (std::size_t i = 0; i < a.formats.size(); ++i) {
    EXPECT_EQ(a.formats[i].output.format, b.formats[i].output.format);
    EXPECT_EQ(a.formats[i].output.noise, b.formats[i].output.noise);
    EXPECT_EQ(a.formats[i].weight.format, b.formats[i].weight.format);
  }
  for (std::size_t i = 0; i < a.network.layers.size(); ++i) {
    EXPECT_EQ(a.network.layers[i].weights, b.network.layers[i].weights);
  }
}

TEST(QuantizeNetwork, SaysWhatIsWrong) {
  const Dataset images = random_images(1);
  QuantizeOptions options;
  EXPECT_EQ(error_of(options, {}), "no calibration images");
  options.weight_bits = 0;
  EXPECT_EQ(error_of(options, images), "weights: 0 is not a width from 1 to 16");
  options = {};
  options.logit_bits = 17;
  EXPECT_EQ(error_of(options, images), "logits: 17 is not a width from 1 to 16");
  options = {};
  options.layers = {{"conv2", 4, 4}};
  EXPECT_EQ(error_of(options, images),
            "layers.conv2: the network has no such layer; did you mean \"conv0\" or \"conv1\"?");
  options.layers = {{"conv0", 4, 17}};
  EXPECT_EQ(error_of(options, images), "layers.conv0.output: 17 is not a width from 1 to 16");
  options.layers = {{"add", 4, 4}};
  EXPECT_EQ(error_of(options, images), "layers.add.weights: the layer has no weights");
  options.layers = {{"fc", 4, 4}, {"fc", 5, 5}};
  EXPECT_EQ(error_of(options, images), "layers.fc: given twice");

  FloatNetwork network = mixed_network();
  network.layers[0].weights[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(error_of({}, images, network),
            "layer 'conv0': a weight or bias is not a finite number");
  network.layers[0].weights[0] = std::numeric_limits<float>::max();
  EXPECT_EQ(error_of({}, images, network), "layer 'conv0': outputs are not finite numbers");
}

TEST(QuantizeNetwork, SurvivesOnnxUnchanged) {
  const QuantizedNetwork quantized = quantize_network(mixed_network(), random_images(2), {});
  const std::string path = testing::TempDir() + "dcnsim_quantized_mixed.onnx";
  save_network(quantized.network, path);
  const auto read = std::get<FixedNetwork>(load_network(path));
  std::remove(path.c_str());
  ASSERT_EQ(read.layers.size(), quantized.network.layers.size());
  for (std::size_t i = 0; i < read.layers.size(); ++i) {
    EXPECT_EQ(read.layers[i].weights, quantized.network.layers[i].weights);
    EXPECT_EQ(read.layers[i].bias, quantized.network.layers[i].bias);
    EXPECT_EQ(read.layers[i].requant.out, quantized.network.layers[i].requant.out);
    EXPECT_EQ(read.layers[i].requant.rounding, quantized.network.layers[i].requant.rounding);
    EXPECT_EQ(read.layers[i].requant.shift, quantized.network.layers[i].requant.shift);
  }
}

std::size_t correct_in_float(const FloatNetwork& network, const Dataset& images) {
  FloatExecutor executor(network);
  std::size_t correct = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const std::vector<float>& logits = executor.run(image_values(images, i)).back();
    const auto best = std::max_element(logits.begin(), logits.end()) - logits.begin();
    correct += best == images.labels[i] ? 1 : 0;
  }
  return correct;
}

TEST(QuantizeNetwork, KeepsTheBuiltInNetworksAccuracyAtEightBits) {
  const std::string workloads = DCNSIM_SOURCE_DIR "/workloads/";
  const auto network =
      std::get<FloatNetwork>(load_network(workloads + "networks/cifar10_plain7_float.onnx.gz"));
  const Dataset images = load_cifar10(workloads + "cifar10/test_1000.bin");
  const Dataset calibration = load_cifar10(workloads + "cifar10/calibration_500.bin");
  const std::size_t in_float = correct_in_float(network, images);
  EXPECT_EQ(in_float, 931U);

  Executor executor(quantize_network(network, calibration, {}).network, {});
  std::size_t correct = 0;
  std::uint64_t overflows = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const Activations& result = executor.run(image_tensor(images, i));
    correct += argmax(result.layers.back()) == images.labels[i] ? 1 : 0;
    overflows += result.overflows;
  }
  EXPECT_GE(correct + 5, in_float);  // half a point of 1,000
  EXPECT_EQ(overflows, 0U);
}

}  // namespace
}  // namespace dcnsim
