// SPDX-License-Identifier: Apache-2.0
// Where parts of maps and joined maps of a graph lie: in what layers write, or in copies. Their
// values: network_values_test.py.
#include <gtest/gtest.h>

#include <functional>

#include "tests/workloads/onnx/model.h"

namespace dcnsim {
namespace {

using test::Model;

struct JoinedMaps : testing::Test {
  /// A 1 x 1 convolution, in a fixed-point model with Quant nodes of `frac` fractional bits.
  void conv(const std::string& input, const std::string& output, int in, int out, int frac = 0) {
    const auto count = static_cast<std::size_t>(in * out);
    model_.constant(output + "w", {out, in, 1, 1}, std::vector<float>(count, 0.5F));
    if (!fixed_) {
      model_.node("Conv", {input, output + "w"}, output);
      return;
    }
    model_.quant(output + "w", output + "wq", 0.5F, 4, true);
    model_.node("Conv", {input, output + "wq"}, output + "s");
    model_.quant(output + "s", output, frac == 0 ? 1.0F : 0.5F, 8, true);
  }
  void join(const std::vector<std::string>& inputs, const std::string& output) {
    model_.node("Concat", inputs, output).set("axis", 1);
  }
  void slice(const std::string& input, const std::string& output, int axis, int first, int last,
             int step = 1) {
    int number = 0;
    std::vector<std::string> inputs{input};
    for (const int value : {first, last, axis, step}) {
      inputs.push_back(output + std::to_string(number++));
      model_.shape_constant(inputs.back(), {value});
    }
    model_.node("Slice", inputs, output);
  }
  void pad_channels(const std::string& input, const std::string& output, int before, int after) {
    model_.shape_constant(output + "p", {0, before, 0, 0, 0, after, 0, 0});
    model_.node("Pad", {input, output + "p"}, output);
  }
  void expect_join(const LayerNode& node, int map, int channel, int channels) {
    EXPECT_EQ(node.join.map, map) << node.name;
    EXPECT_EQ(node.join.channel, channel) << node.name;
    EXPECT_EQ(node.join.channels, channels) << node.name;
  }

  bool fixed_ = false;
  Model model_{{8, 6, 3}};
};

// What else was joined to it is not computed.
TEST_F(JoinedMaps, AnOutputThatIsCutOutAgainEndsTheNetwork) {
  conv("x", "a", 3, 4);
  conv("x", "b", 3, 5);
  join({"a", "b"}, "ab");
  slice("ab", "y", 1, 0, 4);
  const FloatNetwork network = model_.load_float();
  ASSERT_EQ(network.layers.size(), 1U);
  EXPECT_EQ(network.layers[0].node.output_shape(), (Shape{8, 6, 4}));
  EXPECT_FALSE(network.layers[0].node.join.any());
}

TEST_F(JoinedMaps, AReluBehindAShuffleAndABiasStays) {
  conv("x", "a", 3, 4);
  model_.node("Relu", {"a"}, "r");
  model_.shape_constant("apart", {1, 2, 2, 8, 6});
  model_.node("Reshape", {"r", "apart"}, "s");
  model_.node("Transpose", {"s"}, "t").set("perm", std::vector<int>{0, 2, 1, 3, 4});
  model_.shape_constant("together", {1, 4, 8, 6});
  model_.node("Reshape", {"t", "together"}, "u");
  model_.constant("b", {4, 1, 1}, {-1, -1, -1, -1});
  model_.node("Add", {"u", "b"}, "v");
  model_.node("Relu", {"v"}, "y");
  EXPECT_TRUE(model_.load_float().layers.back().node.relu);
}

TEST_F(JoinedMaps, TwoLayersWriteOneMap) {
  conv("x", "squeeze", 3, 2);
  conv("squeeze", "a", 2, 4);
  conv("squeeze", "b", 2, 5);
  join({"b", "a"}, "ab");
  conv("ab", "y", 9, 2);
  const FloatNetwork network = model_.load_float();
  ASSERT_EQ(network.layers.size(), 4U);
  expect_join(network.layers[1].node, 0, 5, 9);
  expect_join(network.layers[2].node, 0, 0, 9);
  const LayerNode& reader = network.layers[3].node;
  EXPECT_EQ(reader.input, 2);
  EXPECT_EQ(reader.view, MapView{});
  EXPECT_EQ(network.shape_of(reader.input), (Shape{8, 6, 9}));
}

TEST_F(JoinedMaps, EveryJoinOfADenseBlockIsAPrefixOfTheLast) {
  conv("x", "m0", 3, 4);
  conv("m0", "g0", 4, 2);
  join({"m0", "g0"}, "m1");
  conv("m1", "g1", 6, 3);
  join({"m1", "g1"}, "m2");
  conv("m2", "y", 9, 2);
  const FloatNetwork network = model_.load_float();
  ASSERT_EQ(network.layers.size(), 4U);
  expect_join(network.layers[0].node, 0, 0, 9);
  expect_join(network.layers[1].node, 0, 4, 9);
  expect_join(network.layers[2].node, 0, 6, 9);
  EXPECT_TRUE(network.layers[1].node.view.is_part);
  EXPECT_EQ(network.layers[2].node.input, 1);
  EXPECT_EQ(network.layers[2].node.view.channel, 0);
  EXPECT_FALSE(network.layers[3].node.view.is_part);
}

TEST_F(JoinedMaps, TheShortcutOfOptionAIsReadWithStridesAndZeros) {
  conv("x", "a", 3, 4);
  conv("a", "b", 4, 7);
  test::Node(*model_.graph().mutable_node(1)).set("strides", {2, 2});
  slice("a", "rows", 2, 0, 8, 2);
  slice("rows", "pixels", 3, 0, 6, 2);
  pad_channels("pixels", "short", 1, 2);
  model_.node("Add", {"b", "short"}, "y");
  const FloatNetwork network = model_.load_float();
  ASSERT_EQ(network.layers.size(), 3U);
  const LayerNode& add = network.layers[2].node;
  EXPECT_EQ(add.input2, 0);
  EXPECT_EQ(add.add, (Shape{4, 3, 7}));
  EXPECT_TRUE(add.view2.is_part);
  EXPECT_EQ(add.view2.stride_h, 2);
  EXPECT_EQ(add.view2.stride_w, 2);
  EXPECT_EQ(add.view2.zeros_before, 1);
  EXPECT_EQ(add.view2.zeros_after, 2);
}

TEST_F(JoinedMaps, TheImageIsCopiedWhereItIsJoined) {
  conv("x", "a", 3, 4);
  join({"x", "a"}, "xa");
  conv("xa", "y", 7, 2);
  const FloatNetwork network = model_.load_float();
  ASSERT_EQ(network.layers.size(), 3U);
  const LayerNode& copy = network.layers[1].node;
  EXPECT_EQ(copy.name, "x_copy");
  EXPECT_EQ(copy.kind, LayerKind::kPool);
  EXPECT_EQ(copy.input, kNetworkInput);
  expect_join(copy, 0, 0, 7);
  expect_join(network.layers[0].node, 0, 3, 7);
}

TEST_F(JoinedMaps, TheNetworksOutputIsCopied) {
  conv("x", "a", 3, 4);
  conv("x", "b", 3, 4);
  join({"a", "b"}, "y");
  const FloatNetwork network = model_.load_float();
  ASSERT_EQ(network.layers.size(), 3U);
  EXPECT_EQ(network.layers[2].node.output_shape(), (Shape{8, 6, 8}));
  EXPECT_FALSE(network.layers[2].node.join.any());
}

TEST_F(JoinedMaps, OtherFormatsAreRequantizedToOneThatHoldsAll) {
  fixed_ = true;
  model_.quant("x", "xq", 1.0F, 8, false);
  conv("xq", "a", 3, 4, 0);
  conv("xq", "b", 3, 4, 1);
  join({"a", "b"}, "ab");
  conv("ab", "y", 8, 2);
  const FixedNetwork network = model_.load_fixed();
  ASSERT_EQ(network.layers.size(), 5U);
  const Format all{9, 1, true, false};
  int joined = 0;
  for (const FixedLayer& layer : network.layers) {
    if (!layer.node.join.any()) continue;
    EXPECT_EQ(layer.requant.out, all) << layer.node.name;
    EXPECT_EQ(layer.node.kind, LayerKind::kPool);
    ++joined;
  }
  EXPECT_EQ(joined, 2);
}

TEST_F(JoinedMaps, RefusalsNameTheNode) {
  const auto error = [](const std::function<void(JoinedMaps&)>& make) {
    struct Graph : JoinedMaps {
      void TestBody() override {}
    } graph;
    graph.conv("x", "a", 3, 4);
    make(graph);
    graph.conv("b", "y", 4, 2);
    return graph.model_.error();
  };
  EXPECT_EQ(error([](JoinedMaps& g) { g.slice("a", "b", 1, 0, 4, 2); }),
            "node 'Slice_b' (Slice): leaves out channels between others, which no layer here does");
  EXPECT_EQ(error([](JoinedMaps& g) { g.slice("a", "b", 2, 7, -9, -1); }),
            "node 'Slice_b' (Slice): goes backwards through a feature map, which no layer here "
            "does");
  EXPECT_EQ(error([](JoinedMaps& g) { g.slice("a", "b", 2, 5, 5); }),
            "node 'Slice_b' (Slice): leaves nothing of a feature map");
  EXPECT_EQ(error([](JoinedMaps& g) {
              g.model_.node("Concat", {"a", "a"}, "b").set("axis", 2);
            }),
            "node 'Concat_b' (Concat): joins maps along another axis than their channels, which no "
            "layer here does");
  EXPECT_EQ(error([](JoinedMaps& g) {
              g.pad_channels("a", "p", 0, 1);
              g.join({"p", "a"}, "pa");
              g.slice("pa", "b", 1, 3, 7);
            }),
            "node 'Conv_y' (Conv): has channels of zeros between others, which no layer here "
            "reads");
}

}  // namespace
}  // namespace dcnsim
