// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/onnx_network.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/workloads/onnx/model.h"
#include "tests/workloads/onnx/nchw.h"

namespace dcnsim {
namespace {

using test::Image;
using test::Model;
using test::Nchw;
using test::random_floats;

class OnnxNetwork : public testing::Test {
 protected:
  std::vector<float> floats(int count) { return random_floats(random_, count); }
  Image image(const Shape& shape) { return Image(shape, random_); }

  std::mt19937 random_{7};
};

TEST_F(OnnxNetwork, ReadsTheBuiltInNetwork) {
  const auto network = std::get<FloatNetwork>(
      load_network(DCNSIM_SOURCE_DIR "/workloads/networks/cifar10_plain7_float.onnx.gz"));
  EXPECT_EQ(network.input_name, "image");
  EXPECT_EQ(network.input, (Shape{32, 32, 3}));
  ASSERT_EQ(network.layers.size(), 8U);
  const std::vector<std::string> names{"conv0", "conv1", "conv2", "conv3",
                                       "conv4", "conv5", "conv6", "fc"};
  const std::vector<int> pools{1, 2, 1, 2, 1, 2, 3, 1};
  const std::vector<Shape> shapes{{30, 30, 48}, {15, 15, 64}, {15, 15, 64}, {7, 7, 256},
                                  {7, 7, 256},  {3, 3, 256},  {1, 1, 256},  {1, 1, 10}};
  std::size_t weights = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    const LayerNode& node = network.layers[i].node;
    EXPECT_EQ(node.name, names[i]);
    EXPECT_EQ(node.input, static_cast<int>(i) - 1);
    EXPECT_EQ(node.fused_pool, pools[i]);
    EXPECT_EQ(node.relu, i != 7);
    EXPECT_EQ(node.output_shape(), shapes[i]);
    weights += network.layers[i].weights.size();
  }
  EXPECT_EQ(weights, 1985296U);
}

TEST_F(OnnxNetwork, ReadsGroupedStridedUnevenlyPaddedConvolutions) {
  const Shape in{9, 7, 6};
  const auto weights = floats(4 * 3 * 3 * 2), bias = floats(4);
  Model model(in);
  model.constant("w", {4, 3, 3, 2}, weights);
  model.constant("b", {4}, bias);
  model.node("Conv", {"x", "w", "b"}, "y")
      .set("group", 2)
      .set("strides", {2, 3})
      .set("pads", {1, 0, 2, 1})
      .set("dilations", {1, 1});
  const Image img = image(in);
  expect_result(model.load_float(), img,
                test::conv(img.map, weights, bias, 4, 3, 2, 2, 3, {1, 0, 2, 1}, 2));
}

TEST_F(OnnxNetwork, ComputesAutomaticPadding) {
  const Shape in{8, 5, 2};
  const auto weights = floats(3 * 2 * 3 * 4);
  const Image img = image(in);
  // Height: 4 outputs need 9 rows, one more; width: 3 outputs need 8 columns, three more.
  const std::vector<std::pair<const char*, test::Pads>> cases{
      {"SAME_UPPER", {0, 1, 1, 2}}, {"SAME_LOWER", {1, 2, 0, 1}}, {"VALID", {}}, {"NOTSET", {}}};
  for (const auto& [mode, pads] : cases) {
    SCOPED_TRACE(mode);
    Model model(in);
    model.constant("w", {3, 2, 3, 4}, weights);
    model.node("Conv", {"x", "w"}, "y").set("strides", {2, 2}).set("auto_pad", mode);
    expect_result(model.load_float(), img,
                  test::conv(img.map, weights, {}, 3, 3, 4, 2, 2, pads, 1));
  }
}

TEST_F(OnnxNetwork, FoldsBatchNormalization) {
  const Shape in{5, 5, 3};
  const auto weights = floats(4 * 3 * 3 * 3), bias = floats(4);
  const auto gamma = floats(4), beta = floats(4), mean = floats(4);
  std::vector<float> variance = floats(4);
  for (float& v : variance) v = v * v + 0.1F;
  Model model(in);
  model.constant("w", {4, 3, 3, 3}, weights);
  model.constant("b", {4}, bias);
  model.constant("gamma", {4}, gamma);
  model.constant("beta", {4}, beta);
  model.constant("mean", {4}, mean);
  model.constant("variance", {4}, variance);
  model.node("Conv", {"x", "w", "b"}, "c");
  model.node("BatchNormalization", {"c", "gamma", "beta", "mean", "variance"}, "n")
      .set("epsilon", 0.01F)
      .set("momentum", 0.9F);
  model.node("Relu", {"n"}, "y");
  const Image img = image(in);
  Nchw expected = test::conv(img.map, weights, bias, 4, 3, 3, 1, 1, {}, 1);
  for (int c = 0; c < 4; ++c) {
    const auto i = static_cast<std::size_t>(c);
    for (int p = 0; p < 9; ++p) {
      double& v = expected.v[static_cast<std::size_t>(c * 9 + p)];
      v = (v - double{mean[i]}) / std::sqrt(double{variance[i]} + 0.01) * double{gamma[i]} +
          double{beta[i]};
    }
  }
  const FloatNetwork network = model.load_float();
  EXPECT_EQ(network.layers.size(), 1U);
  expect_result(network, img, test::relu(expected));
}

TEST_F(OnnxNetwork, BringsFullyConnectedWeightsIntoTheMapsOrder) {
  const Shape in{3, 2, 4};
  const int inputs = 24, outputs = 5;
  const auto matrix = floats(inputs * outputs), bias = floats(outputs);  // [out][in]
  std::vector<float> turned(matrix.size());                              // [in][out]
  for (int o = 0; o < outputs; ++o) {
    for (int i = 0; i < inputs; ++i) {
      turned[static_cast<std::size_t>(i * outputs + o)] =
          matrix[static_cast<std::size_t>(o * inputs + i)];
    }
  }
  const Image img = image(in);
  const Nchw expected = test::gemm(img.map, matrix, bias);

  Model transposed(in);
  transposed.constant("w", {outputs, inputs}, matrix);
  transposed.constant("b", {outputs}, bias);
  transposed.node("Flatten", {"x"}, "f").set("axis", 1);
  transposed.node("Gemm", {"f", "w", "b"}, "y").set("transB", 1);
  expect_result(transposed.load_float(), img, expected);

  Model scaled(in);
  std::vector<float> halved = turned, doubled = bias;
  for (float& w : halved) w /= 2;
  for (float& b : doubled) b *= 2;
  scaled.constant("w", {inputs, outputs}, halved);
  scaled.constant("b", {1, outputs}, doubled);
  scaled.shape_constant("s", {0, -1});
  scaled.node("Reshape", {"x", "s"}, "f");
  scaled.node("Gemm", {"f", "w", "b"}, "y").set("alpha", 2.0F).set("beta", 0.5F);
  expect_result(scaled.load_float(), img, expected);

  Model product(in);
  product.constant("w", {inputs, outputs}, turned);
  product.constant("b", {outputs}, bias);
  product.shape_constant("s", {1, inputs});
  product.node("Reshape", {"x", "s"}, "f");
  product.node("MatMul", {"f", "w"}, "m");
  product.node("Add", {"b", "m"}, "y");
  const FloatNetwork network = product.load_float();
  EXPECT_EQ(network.layers.size(), 1U);
  EXPECT_EQ(network.layers[0].node.name, "MatMul_m");
  expect_result(network, img, expected);
}

TEST_F(OnnxNetwork, ReadsResidualNetworksWithTwoBranches) {
  const Shape in{6, 6, 3};
  const auto w0 = floats(4 * 3 * 9), w1 = floats(4 * 4 * 9), w2 = floats(4 * 3), w3 = floats(40);
  Model model(in);
  model.constant("w0", {4, 3, 3, 3}, w0);
  model.constant("w1", {4, 4, 3, 3}, w1);
  model.constant("w2", {4, 3, 1, 1}, w2);
  model.constant("w3", {10, 4}, w3);
  model.node("Conv", {"x", "w0"}, "a").set("pads", {1, 1, 1, 1});
  model.node("Relu", {"a"}, "b");
  model.node("Conv", {"b", "w1"}, "c").set("pads", {1, 1, 1, 1});
  model.node("Conv", {"x", "w2"}, "d");
  model.node("Add", {"c", "d"}, "e");
  model.node("Relu", {"e"}, "f");
  model.node("Add", {"f", "b"}, "g");
  model.node("GlobalAveragePool", {"g"}, "h");
  model.node("Flatten", {"h"}, "i");
  model.node("Gemm", {"i", "w3"}, "y").set("transB", 1);
  const FloatNetwork network = model.load_float();
  ASSERT_EQ(network.layers.size(), 7U);
  EXPECT_TRUE(network.layers[0].node.relu);
  EXPECT_EQ(network.layers[3].node.kind, LayerKind::kAdd);
  EXPECT_TRUE(network.layers[3].node.relu);
  const Image img = image(in);
  const Nchw b = test::relu(test::conv(img.map, w0, {}, 4, 3, 3, 1, 1, {1, 1, 1, 1}, 1));
  const Nchw c = test::conv(b, w1, {}, 4, 3, 3, 1, 1, {1, 1, 1, 1}, 1);
  const Nchw d = test::conv(img.map, w2, {}, 4, 1, 1, 1, 1, {}, 1);
  const Nchw g = test::add(test::relu(test::add(c, d)), b);
  expect_result(network, img, test::gemm(test::pool(g, false, 6, 6), w3, {}));
}

/// conv -> ops -> y on an 8 x 8 x 2 image, 3 channels.
Model after_conv(const std::vector<float>& weights) {
  Model model({8, 8, 2});
  model.constant("w", {3, 2, 3, 3}, weights);
  model.node("Conv", {"x", "w"}, "c").set("pads", {1, 1, 1, 1});
  return model;
}

TEST_F(OnnxNetwork, FusesReluAndMaxPoolInEitherOrder) {
  const auto weights = floats(54);
  const Image img = image({8, 8, 2});
  const Nchw expected = test::pool(
      test::relu(test::conv(img.map, weights, {}, 3, 3, 3, 1, 1, {1, 1, 1, 1}, 1)), true, 3, 3);
  for (const bool pool_first : {false, true}) {
    Model model = after_conv(weights);
    model.node(pool_first ? "MaxPool" : "Relu", {"c"}, "d");
    model.node(pool_first ? "Relu" : "MaxPool", {"d"}, "y");
    test::Node(*model.graph().mutable_node(pool_first ? 1 : 2))
        .set("kernel_shape", {3, 3})
        .set("strides", {3, 3});
    const FloatNetwork network = model.load_float();
    ASSERT_EQ(network.layers.size(), 1U);
    EXPECT_EQ(network.layers[0].node.fused_pool, 3);
    expect_result(network, img, expected);
  }
}

TEST_F(OnnxNetwork, KeepsAPoolApartWhoseInputSomethingElseReads) {
  Model model = after_conv(floats(54));
  model.node("MaxPool", {"c"}, "d").set("kernel_shape", {2, 2}).set("strides", {2, 2});
  model.constant("w2", {3, 3, 2, 2}, floats(36));
  model.node("Conv", {"c", "w2"}, "e").set("strides", {2, 2});
  model.node("Add", {"d", "e"}, "y");
  const FloatNetwork network = model.load_float();
  ASSERT_EQ(network.layers.size(), 4U);
  EXPECT_EQ(network.layers[0].node.fused_pool, 1);
  EXPECT_EQ(network.layers[1].node.kind, LayerKind::kPool);
  EXPECT_EQ(network.layers[3].node.input, 1);
  EXPECT_EQ(network.layers[3].node.input2, 2);
}

TEST_F(OnnxNetwork, MovesAReluBehindAnOverlappingMaxPoolToTheConvolution) {
  const auto weights = floats(54);
  Model model = after_conv(weights);
  model.node("MaxPool", {"c"}, "d")
      .set("kernel_shape", {3, 3})
      .set("strides", {2, 2})
      .set("pads", {1, 1, 1, 1});
  model.node("Relu", {"d"}, "y");
  const FloatNetwork network = model.load_float();
  ASSERT_EQ(network.layers.size(), 2U);
  EXPECT_TRUE(network.layers[0].node.relu);
  const Image img = image({8, 8, 2});
  expect_result(
      network, img,
      test::pool(test::relu(test::conv(img.map, weights, {}, 3, 3, 3, 1, 1, {1, 1, 1, 1}, 1)), true,
                 3, 2, {1, 1, 1, 1}));
}

TEST_F(OnnxNetwork, ReadsAveragePoolsWithAndWithoutPaddingCounted) {
  const Image img = image({8, 8, 2});
  for (const bool count_pad : {false, true}) {
    Model model({8, 8, 2});
    model.node("AveragePool", {"x"}, "y")
        .set("kernel_shape", {3, 3})
        .set("strides", {2, 2})
        .set("pads", {1, 1, 1, 1})
        .set("count_include_pad", count_pad ? 1 : 0);
    expect_result(model.load_float(), img,
                  test::pool(img.map, false, 3, 2, {1, 1, 1, 1}, count_pad));
  }
}

TEST_F(OnnxNetwork, PadsForCeilModeOnlyAsFarAsNeeded) {
  const Image img = image({8, 8, 2});
  Model model({8, 8, 2});
  model.node("MaxPool", {"x"}, "y")
      .set("kernel_shape", {3, 3})
      .set("strides", {2, 2})
      .set("ceil_mode", 1);
  expect_result(model.load_float(), img, test::pool(img.map, true, 3, 2, {0, 0, 1, 1}));

  Model global({8, 8, 2});
  global.node("GlobalMaxPool", {"x"}, "y");
  expect_result(global.load_float(), img, test::pool(img.map, true, 8, 1));
}

TEST_F(OnnxNetwork, IgnoresWhatChangesNothing) {
  Model model = after_conv(floats(54));
  model.node("Relu", {"x"}, "unused");
  model.node("LSTM", {"unused"}, "nobody_reads_this");
  model.node("Relu", {"c"}, "d");
  model.node("Dropout", {"d"}, "e").set("ratio", 0.5F);
  model.node("Identity", {"e"}, "f");
  model.node("Relu", {"f"}, "y");
  const FloatNetwork network = model.load_float();
  EXPECT_EQ(network.layers.size(), 1U);
}

TEST_F(OnnxNetwork, TakesConstantNodesFloatListsAndUnnamedNodes) {
  const auto weights = floats(6);
  Model model({4, 4, 2});
  test::Node constant = model.node("Constant", {}, "w");
  onnx::AttributeProto& value = *constant.proto().add_attribute();
  value.set_name("value");
  value.set_type(onnx::AttributeProto::TENSOR);
  value.mutable_t()->set_data_type(onnx::TensorProto::FLOAT);
  for (const int dim : {3, 2, 1, 1}) value.mutable_t()->add_dims(dim);
  for (const float w : weights) value.mutable_t()->add_float_data(w);
  model.node("Conv", {"x", "w"}, "y").named("");
  const FloatNetwork network = model.load_float();
  ASSERT_EQ(network.layers.size(), 1U);
  EXPECT_EQ(network.layers[0].node.name, "y");
  EXPECT_EQ(network.layers[0].weights, weights);
  EXPECT_EQ(network.layers[0].bias, std::vector<float>(3, 0.0F));
}

}  // namespace
}  // namespace dcnsim
