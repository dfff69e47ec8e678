// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/noise_law.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

#include "tests/support/small_float_network.h"

namespace dcnsim {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

FloatLayer addition(const std::string& name, int input, int input2) {
  FloatLayer layer;
  layer.node.name = name;
  layer.node.kind = LayerKind::kAdd;
  layer.node.input = input;
  layer.node.input2 = input2;
  return layer;
}

/// A calibration in which layer i's output has this signal (sum of squares).
Calibration with_signals(const std::vector<float>& signals, float input_signal = 0) {
  Calibration calibration;
  calibration.outputs.resize(signals.size());
  for (std::size_t i = 0; i < signals.size(); ++i) {
    calibration.outputs[i].add({std::sqrt(signals[i])});
  }
  calibration.input.add({std::sqrt(input_signal)});
  calibration.images = 1;
  return calibration;
}

FloatNetwork chain() {
  std::mt19937 random(1);
  FloatNetwork network{"chain", "image", kCifarShape, {}};
  network.layers = {conv_layer("a", kNetworkInput, kCifarShape, 2, 1, 1, random),
                    conv_layer("b", 0, {32, 32, 2}, 2, 1, 1, random),
                    conv_layer("c", 1, {32, 32, 2}, 2, 1, 1, random)};
  return network;
}

TEST(NoiseLaw, adds_up_all_ratios_of_a_chain) {
  const FloatNetwork network = chain();
  const Calibration calibration = with_signals({1, 4, 9});
  const PerTensor noise{{0.5, 0.25, 0.125}, {1, 2, 4}};
  EXPECT_EQ(predicted_noise(network, calibration, noise), (std::vector<double>{1.5, 3.75, 7.875}));
  const PerTensor gains = output_gains(network, calibration);
  EXPECT_EQ(gains.weights, (std::vector<double>{1, 1, 1}));
  EXPECT_EQ(gains.outputs, (std::vector<double>{1, 1, 1}));
}

TEST(NoiseLaw, weighs_the_branches_of_an_addition_by_their_power) {
  FloatNetwork network = chain();
  network.layers.push_back(addition("sum", 0, 2));
  const Calibration calibration = with_signals({1, 4, 4, 6});  // a fifth and four fifths
  const PerTensor noise{{0, 0, 0, 0}, {1, 0.5, 0.25, 0.125}};
  const std::vector<double> predicted = predicted_noise(network, calibration, noise);
  EXPECT_NEAR(predicted[3], 0.125 + 1 * 0.2 + (1 + 0.5 + 0.25) * 0.8, 1e-6);
  const PerTensor gains = output_gains(network, calibration);
  EXPECT_NEAR(gains.outputs[0], 1, 1e-6);  // by both ways
  EXPECT_NEAR(gains.outputs[1], 0.8, 1e-6);
  EXPECT_NEAR(gains.outputs[2], 0.8, 1e-6);
  EXPECT_EQ(gains.outputs[3], 1);
  EXPECT_EQ(gains.weights[3], 0);  // it has none
}

TEST(NoiseLaw, takes_the_image_in_an_addition_for_exact) {
  FloatNetwork network = chain();
  network.layers.push_back(addition("sum", 2, kNetworkInput));
  const Calibration calibration = with_signals({1, 1, 3, 4}, 1);
  EXPECT_NEAR(output_gains(network, calibration).outputs[0], 0.75, 1e-6);
  EXPECT_NEAR(predicted_noise(network, calibration, {{0, 0, 0, 0}, {1, 0, 0, 0}}).back(), 0.75,
              1e-6);
}

TEST(NoiseLaw, gives_nothing_to_branches_without_signal) {
  FloatNetwork network = chain();
  network.layers.push_back(addition("sum", 1, 2));
  const Calibration calibration = with_signals({1, 0, 0, 0});
  EXPECT_EQ(predicted_noise(network, calibration, {{0, 0, 0, 0}, {1, 1, 1, 2}}).back(), 2);
  EXPECT_EQ(output_gains(network, calibration).outputs, (std::vector<double>{0, 0, 0, 1}));
}

TEST(NoiseLaw, gives_no_gain_to_what_the_output_does_not_depend_on) {
  FloatNetwork network = chain();
  network.layers[2].node.input = 0;  // b is read by nobody
  const PerTensor gains = output_gains(network, with_signals({1, 1, 1}));
  EXPECT_EQ(gains.outputs, (std::vector<double>{1, 0, 1}));
  EXPECT_EQ(gains.weights, (std::vector<double>{1, 0, 1}));
}

TEST(NoiseLaw, predicts_the_output_as_gains_times_ratios) {
  const FloatNetwork network = mixed_network();
  const Calibration calibration = calibrate(network, random_images(3));
  std::mt19937 random(4);
  std::uniform_real_distribution<double> uniform(0, 1);
  PerTensor noise{std::vector<double>(6), std::vector<double>(6)};
  for (std::size_t layer = 0; layer < 6; ++layer) {
    if (network.layers[layer].node.kind == LayerKind::kConv) noise.weights[layer] = uniform(random);
    noise.outputs[layer] = uniform(random);
  }
  const PerTensor gains = output_gains(network, calibration);
  const double expected =
      std::inner_product(gains.weights.begin(), gains.weights.end(), noise.weights.begin(), 0.0) +
      std::inner_product(gains.outputs.begin(), gains.outputs.end(), noise.outputs.begin(), 0.0);
  EXPECT_NEAR(predicted_noise(network, calibration, noise).back(), expected, 1e-12 * expected);
}

TEST(FitLine, is_exact_on_a_line) {
  const SqnrLine line = fit_line({{2, 11}, {3, 16.5}, {7, 38.5}, {16, 88}});
  EXPECT_NEAR(line.kappa_db, 5.5, 1e-9);
  EXPECT_NEAR(line.intercept_db, 0, 1e-9);
  EXPECT_NEAR(line.residual_db, 0, 1e-5);  // a root of what is left of squares of 88
}

TEST(FitLine, minimises_the_squares_and_reports_their_mean) {
  // By hand: 1 + 2 bits leaves 1, -2, 1.
  const SqnrLine line = fit_line({{1, 4}, {2, 3}, {3, 8}});
  EXPECT_NEAR(line.kappa_db, 2, 1e-12);
  EXPECT_NEAR(line.intercept_db, 1, 1e-12);
  EXPECT_NEAR(line.residual_db, std::sqrt(2), 1e-12);
}

TEST(FitLine, leaves_out_what_is_infinite) {
  const SqnrLine line = fit_line({{1, kInfinity}, {2, 12}, {3, 18}, {4, -kInfinity}});
  EXPECT_NEAR(line.kappa_db, 6, 1e-9);
  EXPECT_NEAR(line.intercept_db, 0, 1e-9);
}

TEST(FitLine, refuses_fewer_than_two_widths) {
  EXPECT_THROW(fit_line({}), std::invalid_argument);
  EXPECT_THROW(fit_line({{4, 20}}), std::invalid_argument);
  EXPECT_THROW(fit_line({{4, 20}, {4, 24}}), std::invalid_argument);
  EXPECT_THROW(fit_line({{4, 20}, {5, kInfinity}}), std::invalid_argument);
}

TEST(ToDb, is_infinite_without_noise) {
  EXPECT_EQ(to_db(0), kInfinity);
  EXPECT_EQ(to_db(1), 0);
  EXPECT_NEAR(to_db(0.001), 30, 1e-12);
}

}  // namespace
}  // namespace dcnsim
