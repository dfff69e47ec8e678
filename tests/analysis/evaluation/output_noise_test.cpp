// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/output_noise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "analysis/quantizer/quantize_network.h"
#include "models/numeric/rounding.h"
#include "tests/support/small_float_network.h"
#include "workloads/executor.h"
#include "workloads/float_executor.h"

namespace dcnsim {
namespace {

std::vector<double> plain_loop(const FloatNetwork& floats, const FixedNetwork& fixed,
                               const Dataset& images) {
  FloatExecutor reference(floats);
  Executor executor(fixed, {});
  std::vector<double> signal(floats.layers.size()), noise(floats.layers.size());
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto& expected = reference.run(image_values(images, i));
    const Activations& actual = executor.run(image_codes(images, i, fixed.input_format));
    for (std::size_t layer = 0; layer < signal.size(); ++layer) {
      const CodeTensor& codes = actual.layers[layer];
      for (std::size_t k = 0; k < codes.size(); ++k) {
        const double y{expected[layer][k]};
        const double error = dequantize(codes.get(k), codes.format()) - y;
        signal[layer] += y * y;
        noise[layer] += error * error;
      }
    }
  }
  std::vector<double> ratios;
  for (std::size_t layer = 0; layer < signal.size(); ++layer) {
    ratios.push_back(noise[layer] / signal[layer]);
  }
  return ratios;
}

TEST(MeasuredNoise, equals_a_plain_loop) {
  const FloatNetwork floats = mixed_network();
  const Dataset images = random_images(7);
  for (const int input_bits : {8, 4}) {
    QuantizeOptions options;
    options.weight_bits = 4;
    options.activation_bits = 6;
    options.input_bits = input_bits;
    const FixedNetwork fixed = quantize_network(floats, images, options).network;
    const std::vector<double> expected = plain_loop(floats, fixed, images);
    const std::vector<double> measured = measured_noise(floats, fixed, images, 2);
    ASSERT_EQ(measured.size(), expected.size());
    for (std::size_t layer = 0; layer < expected.size(); ++layer) {
      EXPECT_GT(measured[layer], 0);
      EXPECT_NEAR(measured[layer], expected[layer], 1e-12 * expected[layer]);
    }
  }
}

TEST(MeasuredNoise, of_the_output_alone_has_the_same_bits) {
  const FloatNetwork floats = mixed_network();
  const Dataset images = random_images(7);
  const FixedNetwork fixed = quantize_network(floats, images, {}).network;
  const FloatOutputs outputs = kept_float_outputs({}, floats, images, 2);
  for (const std::size_t jobs : {1U, 3U}) {
    EXPECT_EQ(measured_output_noise(outputs, fixed, images, jobs),
              measured_noise(floats, fixed, images, 1).back());
  }
}

TEST(MeasuredNoise, has_equal_bits_for_any_number_of_jobs) {
  const FloatNetwork floats = mixed_network();
  const Dataset images = random_images(11);
  const FixedNetwork fixed = quantize_network(floats, images, {}).network;
  const std::vector<double> one = measured_noise(floats, fixed, images, 1);
  for (const std::size_t jobs : {2U, 5U}) {
    EXPECT_EQ(measured_noise(floats, fixed, images, jobs), one);
  }
}

TEST(MeasuredNoise, falls_by_about_6_db_a_bit) {
  const FloatNetwork floats = mixed_network();
  const Dataset images = random_images(4);
  QuantizeOptions coarse, fine;
  coarse.weight_bits = coarse.activation_bits = 6;
  fine.weight_bits = fine.activation_bits = 12;
  const double ratio =
      measured_noise(floats, quantize_network(floats, images, coarse).network, images, 2)[1] /
      measured_noise(floats, quantize_network(floats, images, fine).network, images, 2)[1];
  EXPECT_GT(ratio, 4096 / 4.0);
  EXPECT_LT(ratio, 4096 * 4.0);
}

TEST(MeasuredNoise, of_a_layer_without_signal_is_nothing_or_infinite) {
  FloatNetwork floats = mixed_network();
  FloatLayer& conv0 = floats.layers[0];
  std::fill(conv0.weights.begin(), conv0.weights.end(), 0.0F);
  std::fill(conv0.bias.begin(), conv0.bias.end(), 0.0F);
  const Dataset images = random_images(3);
  FixedNetwork fixed = quantize_network(floats, images, {}).network;
  EXPECT_EQ(measured_noise(floats, fixed, images, 2)[0], 0);
  std::fill(fixed.layers[0].bias.begin(), fixed.layers[0].bias.end(), 1 << 20);
  EXPECT_EQ(measured_noise(floats, fixed, images, 2)[0], std::numeric_limits<double>::infinity());
}

TEST(MeasuredNoise, reports_every_image) {
  const FloatNetwork floats = mixed_network();
  const Dataset images = random_images(3);
  std::vector<std::size_t> progress;
  measured_noise(floats, quantize_network(floats, images, {}).network, images, 2,
                 [&](std::size_t done) { progress.push_back(done); });
  EXPECT_EQ(progress, (std::vector<std::size_t>{1, 2, 3}));
}

}  // namespace
}  // namespace dcnsim
