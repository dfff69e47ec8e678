// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/tensor_quality.h"

#include <gtest/gtest.h>

#include "workloads/images/cifar10_file.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

class TensorQualityTest : public testing::Test {
 protected:
  const std::string source_ = DCNSIM_SOURCE_DIR;
  const FloatNetwork network_ = std::get<FloatNetwork>(
      load_network(source_ + "/workloads/networks/cifar10_res8_float.onnx.gz"));
  NetworkQuantizer quantizer_{
      network_,
      calibrate(network_, load_cifar10(source_ + "/workloads/cifar10/calibration_500.bin", 8))};
};

TEST_F(TensorQualityTest, has_every_weight_and_output_in_layer_order) {
  const auto qualities = tensor_qualities(quantizer_, quantizer_.formats({}), {});
  std::size_t next = 0;
  for (const FloatLayer& layer : network_.layers) {
    if (layer.node.kind == LayerKind::kConv) {
      EXPECT_EQ(qualities.at(next++).name, layer.node.name + ".weight");
    }
    EXPECT_EQ(qualities.at(next++).name, layer.node.name + ".output");
  }
  EXPECT_EQ(next, qualities.size());
}

TEST_F(TensorQualityTest, the_formats_chosen_are_never_worse_than_the_papers) {
  QuantizeOptions options;
  for (const int bits : {4, 8}) {
    options.weight_bits = options.activation_bits = bits;
    for (const TensorQuality& quality :
         tensor_qualities(quantizer_, quantizer_.formats(options), options.scales)) {
      EXPECT_GE(quality.choice.sqnr_db(), quality.paper.sqnr_db()) << quality.name;
      EXPECT_EQ(quality.choice.format.bits, quality.paper.format.bits);
      ASSERT_TRUE(quality.kappa) << quality.name;
      EXPECT_GT(quality.kappa->kappa_db, 4) << quality.name;
      EXPECT_LT(quality.kappa->kappa_db, 6.5) << quality.name;
      EXPECT_GE(quality.clipping, 0);
      EXPECT_LT(quality.clipping, 1.01);  // weights: histogram against exact values
    }
  }
}

/// SQNR of parts of weights, each in the format that is the best under `scales`, by bits.
std::vector<std::pair<int, double>> sqnr_of(const std::vector<float>& weights, Scales scales,
                                            std::size_t channels) {
  const std::size_t size = weights.size() / (scales == Scales::kPerChannel ? channels : 1);
  std::vector<std::pair<int, double>> points;
  for (int bits = kKappaLowest; bits <= kKappaHighest; ++bits) {
    FormatChoice all;
    for (auto at = weights.begin(); at != weights.end(); at += static_cast<std::ptrdiff_t>(size)) {
      const std::vector<float> part(at, at + static_cast<std::ptrdiff_t>(size));
      FormatChoice choice = best_format(part, bits, true);
      if (scales != Scales::kPowerOfTwo) choice = with_free_scale(choice, part);
      all.signal += choice.signal;
      all.noise += choice.noise;
    }
    points.emplace_back(bits, all.sqnr_db());
  }
  return points;
}

TEST_F(TensorQualityTest, what_a_bit_brings_is_that_of_the_scales) {
  FloatNetwork first = network_;
  first.layers.resize(1);
  const std::vector<float>& weights = first.layers[0].weights;
  NetworkQuantizer quantizer{
      first, calibrate(first, load_cifar10(source_ + "/workloads/cifar10/calibration_500.bin", 8))};
  std::vector<double> at_eight_bits;
  for (const Scales scales : {Scales::kPowerOfTwo, Scales::kPerTensor, Scales::kPerChannel}) {
    QuantizeOptions options;
    options.scales = scales;
    const auto qualities = tensor_qualities(quantizer, quantizer.formats(options), scales);
    const SqnrLine found = qualities.at(0).kappa.value();
    const SqnrLine expected = fit_line(
        sqnr_of(weights, scales, static_cast<std::size_t>(first.layers[0].node.conv.out_channels)));
    EXPECT_NEAR(found.kappa_db, expected.kappa_db, 0.02) << to_string(scales);
    EXPECT_NEAR(found.intercept_db, expected.intercept_db, 0.2) << to_string(scales);
    at_eight_bits.push_back(expected.intercept_db + 8 * expected.kappa_db);
  }
  EXPECT_LT(at_eight_bits[0] + 0.5, at_eight_bits[1]);
  EXPECT_LT(at_eight_bits[1] + 0.5, at_eight_bits[2]);
}

TEST_F(TensorQualityTest, noise_of_tensors_follows_from_their_formats) {
  const auto formats = quantizer_.formats({});
  const PerTensor noise = tensor_noise(network_, formats);
  ASSERT_EQ(noise.weights.size(), network_.layers.size());
  for (std::size_t i = 0; i < formats.size(); ++i) {
    const LayerNode& node = network_.layers[i].node;
    EXPECT_EQ(noise.outputs[i], formats[i].output.noise / formats[i].output.signal);
    const double weight = formats[i].weight.noise / formats[i].weight.signal;
    EXPECT_EQ(noise.weights[i], node.kind == LayerKind::kConv ? weight : 0) << node.name;
  }
}

}  // namespace
}  // namespace dcnsim
