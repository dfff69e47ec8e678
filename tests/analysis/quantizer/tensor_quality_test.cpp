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
  const auto qualities = tensor_qualities(quantizer_, quantizer_.formats({}));
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
    for (const TensorQuality& quality : tensor_qualities(quantizer_, quantizer_.formats(options))) {
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
