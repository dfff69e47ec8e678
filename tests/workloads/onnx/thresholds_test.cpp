// SPDX-License-Identifier: Apache-2.0
// What MultiThreshold nodes become: a bias, a shift and a clamp, or comparisons; and which are
// refused.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tests/workloads/onnx/model.h"

namespace dcnsim {
namespace {

using test::Model;
using test::Node;

using Codes = std::vector<std::int32_t>;
using Sums = std::vector<std::int64_t>;

/// x, 8 bits, -> Conv (2 -> 2, 1 x 1, weights of -1 and +1 at scale 1/4) -> c -> MultiThreshold ->
/// y with `thresholds` of `rows` channels.
struct Thresholds {
  Model model{{4, 4, 2}};
  Node node;

  explicit Thresholds(int rows, std::vector<float> thresholds, bool has_bias = false)
      : node(made(rows, std::move(thresholds), has_bias)) {}

  Node made(int rows, std::vector<float> thresholds, bool has_bias) {
    const int columns = static_cast<int>(thresholds.size()) / rows;
    model.constant("w", {2, 2, 1, 1}, {1, -1, 1, 1});
    model.constant("scale", {}, {0.25F});
    model.constant("b", {2}, {1, 2});
    model.constant("t", {rows, columns}, std::move(thresholds));
    model.quant("x", "xq", 1.0F, 8, false);
    model.node("BipolarQuant", {"w", "scale"}, "wq").proto().set_domain("qonnx.custom_op.general");
    std::vector<std::string> inputs{"xq", "wq"};
    if (has_bias) inputs.emplace_back("b");
    model.node("Conv", inputs, "c");
    Node result = model.node("MultiThreshold", {"c", "t"}, "y");
    result.proto().set_domain("qonnx.custom_op.general");
    return result;
  }

  FixedLayer layer() { return model.load_fixed().layers.at(0); }
  std::string error() { return model.error(); }
};

std::string refused(const std::string& what) {
  return "node 'MultiThreshold_y' (MultiThreshold): " + what;
}

TEST(MultiThreshold, OfOneThresholdIsABiasAndAClamp) {
  // The least sums are 3 (of 0.75) and ceil(-1.7 * 4) = -6.
  const FixedLayer layer = Thresholds(2, {0.75F, -1.7F}).layer();
  EXPECT_EQ(layer.weights, (Codes{1, -1, 1, 1}));
  EXPECT_EQ(layer.weight.bits, 1);
  EXPECT_EQ(layer.bias, (Sums{1 - 3, 1 + 6}));
  EXPECT_EQ(layer.requant.shift, 0);
  EXPECT_EQ(layer.requant.out, (Format{1, 0, false, false}));
}

TEST(MultiThreshold, OfMinusAndPlusOneIsTwoEqualOnes) {
  Thresholds bipolar(1, {0.75F});
  bipolar.node.set("out_scale", 2.0F).set("out_bias", -1.0F).set("out_dtype", "BIPOLAR");
  const FixedLayer layer = bipolar.layer();
  EXPECT_EQ(layer.weights, (Codes{1, -1, 1, 1}));
  EXPECT_EQ(layer.weight.bits, 1);
  EXPECT_TRUE(layer.requant.counts);
  EXPECT_EQ(layer.thresholds, (Sums{3, 3, 3, 3}));
  EXPECT_EQ(layer.bias, (Sums{0, 0}));
  EXPECT_EQ(layer.requant.out, (Format{2, 0, true, true}));
}

TEST(MultiThreshold, OfEvenDistancesShifts) {
  // Sums 5, 9, 13 and, of what lies between them, -3, 1, 5.
  Thresholds even(2, {1.25F, 2.25F, 3.25F, -0.8F, 0.125F, 1.25F});
  even.node.set("out_scale", 0.5F).set("out_bias", -1.0F);
  const FixedLayer layer = even.layer();
  EXPECT_EQ(layer.bias, (Sums{(-2 + 1) * 4 - 5, (-2 + 1) * 4 + 3}));
  EXPECT_EQ(layer.requant.shift, 2);
  EXPECT_EQ(layer.requant.rounding, Rounding::kFloor);
  EXPECT_EQ(layer.requant.out, (Format{2, 1, true, false}));
}

TEST(MultiThreshold, BeyondAllSumsLieWhereASumIsNot) {
  // Sums are from -510 to 510.
  const FixedLayer layer = Thresholds(2, {1e9F, -1e9F}).layer();
  EXPECT_EQ(layer.bias, (Sums{1 - 511, 1 + 510}));
}

TEST(MultiThreshold, IsWrittenAsWhatReadsBackAsIt) {
  Thresholds even(2, {1.25F, 2.25F, 3.25F, -0.8F, 0.125F, 1.25F});
  Thresholds uneven(2, {1.25F, 2.5F, 3.25F, -1e9F, 0.125F, 1e9F}, true);
  uneven.node.set("out_scale", 0.3F).set("out_bias", -0.6F);
  Thresholds bipolar(2, {0.75F, -1.7F});
  bipolar.node.set("out_scale", 2.0F).set("out_bias", -1.0F);
  for (Thresholds* thresholds : {&even, &uneven, &bipolar}) {
    const FixedNetwork network = thresholds->model.load_fixed();
    const test::TemporaryFile file;
    save_network(network, file.path(), QuantizedForm::kQonnx);
    const FixedNetwork read = std::get<FixedNetwork>(load_network(file.path()));
    const FixedLayer &layer = read.layers.at(0), &right = network.layers.at(0);
    EXPECT_EQ(layer.weights, right.weights);
    EXPECT_EQ(layer.bias, right.bias);
    EXPECT_EQ(layer.requant.shift, right.requant.shift);
    EXPECT_EQ(layer.requant.out, right.requant.out);
    EXPECT_EQ(layer.requant.rounding, right.requant.rounding);
    EXPECT_EQ(layer.requant.counts, right.requant.counts);
    EXPECT_EQ(layer.thresholds, right.thresholds);
    EXPECT_EQ(layer.step, right.step);
  }
}

TEST(MultiThreshold, QdqHasNoNodeForIt) {
  const FixedNetwork network = Thresholds(1, {0, 1, 3}).model.load_fixed();
  const test::TemporaryFile file;
  try {
    save_network(network, file.path(), QuantizedForm::kQdq);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("counts thresholds, for which QDQ has no node"),
              std::string::npos)
        << error.what();
  }
}

TEST(MultiThreshold, OfOtherDistancesCompares) {
  const FixedLayer layer = Thresholds(1, {0, 0.75F, 1.5F}).layer();
  EXPECT_TRUE(layer.requant.counts);
  EXPECT_EQ(layer.thresholds, (Sums{0, 3, 6, 0, 3, 6}));
  EXPECT_EQ(layer.requant.out, (Format{2, 0, false, false}));
  EXPECT_EQ(layer.weight.frac, 2);
  EXPECT_TRUE(layer.weight_steps.empty());
  EXPECT_EQ(Thresholds(2, {0, 1, 2, 0, 2, 4}).layer().thresholds, (Sums{0, 4, 8, 0, 8, 16}));
}

TEST(MultiThreshold, ComparesWithFifteenAtMost) {
  std::vector<float> squares;
  for (int i = 0; i < 15; ++i) squares.push_back(static_cast<float>(i * i));
  const FixedLayer layer = Thresholds(1, squares).layer();
  EXPECT_EQ(layer.thresholds.size(), 30U);
  EXPECT_EQ(layer.requant.out, (Format{4, 0, false, false}));
  squares.push_back(300);
  EXPECT_EQ(
      Thresholds(1, squares).error(),
      refused("has 16 thresholds that are not 2^n sums apart, the same in all channels, which "
              "is what a shift can count: others are compared with, at most 15 a channel"));
}

TEST(MultiThreshold, HasCodesThatAreNotAllOfTheirBits) {
  Thresholds five(1, {0, 1, 3, 4, 20});
  five.node.set("out_bias", -2.0F);
  const FixedLayer layer = five.layer();
  EXPECT_EQ(layer.requant.out, (Format{3, 0, true, true}));
  EXPECT_EQ(layer.requant.min_code(), -2);
  EXPECT_EQ(layer.requant.max_code(), 3);
}

TEST(MultiThreshold, TakesInWhatIsAddedBefore) {
  // sum / 4 + 1 and sum / 4 + 2.
  EXPECT_EQ(Thresholds(1, {0}, true).layer().bias, (Sums{1 + 4, 1 + 8}));
  EXPECT_EQ(Thresholds(1, {0, 1, 3}, true).layer().thresholds, (Sums{-4, 0, 8, -8, -4, 4}));
}

TEST(MultiThreshold, NeedsNoMultiplierForFreeSteps) {
  Thresholds free(1, {0, 1, 3});
  free.node.set("out_scale", 0.3F).set("out_bias", -0.6F);
  const FixedLayer layer = free.layer();
  EXPECT_FALSE(layer.requant.multiplies);
  EXPECT_EQ(layer.requant.out, (Format{2, 0, true, false}));
  EXPECT_EQ(layer.step, double{0.3F});
}

TEST(MultiThreshold, KeepsItsThresholdsInFrontOfAReLU) {
  Thresholds uneven(1, {0, 1, 3});
  uneven.node.set("out_bias", -2.0F);
  uneven.node.proto().set_output(0, "counted");
  uneven.model.node("Relu", {"counted"}, "y");
  const FixedNetwork network = uneven.model.load_fixed();
  ASSERT_EQ(network.layers.size(), 2U);
  EXPECT_EQ(network.layers[0].thresholds.size(), 6U);
  EXPECT_EQ(network.layers[0].requant.min_code(), -2);
  EXPECT_TRUE(network.layers[1].node.relu);
}

TEST(MultiThreshold, IsRefusedWithWhatIsNoThreshold) {
  EXPECT_EQ(Thresholds(1, {1, 0, 2}).error(), refused("the thresholds of channel 0 do not rise"));
  EXPECT_EQ(Thresholds(3, {0, 0, 0}).error(),
            refused("has thresholds of 3 channels, expected 1 or 2"));
  Thresholds last(2, {0, 0});
  last.node.set("data_layout", "NHWC");
  EXPECT_NE(last.error().find("data_layout: 'NHWC', but the channels of"), std::string::npos);
  Thresholds falling(1, {0});
  falling.node.set("out_scale", -1.0F);
  EXPECT_EQ(falling.error(), refused("out_scale: -1.000000, expected a positive number"));
  Thresholds uneven_bias(1, {0});
  uneven_bias.node.set("out_bias", 0.25F);
  EXPECT_NE(uneven_bias.error().find("out_bias: 0.250000, expected a multiple of out_scale"),
            std::string::npos);
}

/// As FINN's streamlining leaves it: x, annotated, -> Conv (2 -> 2, 1 x 1, plain weights) ->
/// MultiThreshold -> MatMul -> Mul -> TopK.
struct Annotated {
  Model model{{1, 1, 2}};

  explicit Annotated(const std::string& weights, std::vector<float> values = {1, -1, 1, 1},
                     const std::string& image = "UINT8") {
    model.constant("w", {2, 2, 1, 1}, values);
    model.constant("t", {2, 3}, {0, 1, 5, -7, 3, 9});
    model.constant("v", {2, 3}, {1, 0, -2, 1, 1, -1});
    model.constant("factor", {}, {0.37F});
    model.shape_constant("k", {1});
    annotate("x", image);
    annotate("w", weights);
    annotate("v", "INT2");
    model.node("Conv", {"x", "w"}, "c");
    model.node("MultiThreshold", {"c", "t"}, "m").proto().set_domain("finn.custom_op.general");
    model.node("Flatten", {"m"}, "f");
    model.node("MatMul", {"f", "v"}, "s");
    model.node("Mul", {"s", "factor"}, "scores");
    model.node("TopK", {"scores", "k"}, "largest").proto().add_output("y");
  }

  void annotate(const std::string& tensor, const std::string& datatype) {
    onnx::TensorAnnotation& annotation = *model.graph().add_quantization_annotation();
    annotation.set_tensor_name(tensor);
    onnx::StringStringEntryProto& entry = *annotation.add_quant_parameter_tensor_names();
    entry.set_key("finn_datatype");
    entry.set_value(datatype);
  }
};

TEST(MultiThreshold, OfFinnHasAnnotationsInPlaceOfQuant) {
  const FixedNetwork network = Annotated("BIPOLAR").model.load_fixed();
  ASSERT_EQ(network.layers.size(), 2U);
  EXPECT_EQ(network.input_format, (Format{8, 0, false, false}));
  EXPECT_EQ(network.layers[0].weights, (Codes{1, -1, 1, 1}));
  EXPECT_EQ(network.layers[0].weight.bits, 1);
  EXPECT_EQ(network.layers[0].thresholds, (Sums{0, 1, 5, -7, 3, 9}));
  EXPECT_EQ(network.layers[1].weights, (Codes{1, 1, 0, 1, -2, -1}));
  EXPECT_EQ(network.layers[1].weight.bits, 2);
  const auto bits_of = [](const std::string& datatype, std::vector<float> values) {
    return Annotated(datatype, std::move(values)).model.load_fixed().layers[0].weight.bits;
  };
  EXPECT_EQ(bits_of("BINARY", {1, 0, 1, 1}), 1);
  EXPECT_EQ(bits_of("TERNARY", {1, 0, -1, 1}), 2);
  EXPECT_EQ(bits_of("UINT5", {31, 0, 7, 1}), 5);
}

TEST(MultiThreshold, AnnotationsThatCannotBeAreRefused) {
  const auto error = [](const std::string& datatype, std::vector<float> values,
                        const std::string& image = "UINT8") {
    return Annotated(datatype, std::move(values), image).model.error();
  };
  const std::string conv = "node 'Conv_c' (Conv): tensor 'w' is annotated as ";
  EXPECT_EQ(error("BIPOLAR", {1, 0, 1, 1}).rfind(conv, 0), 0U);
  EXPECT_EQ(error("INT2", {1, 2, 1, 1}).rfind(conv, 0), 0U);
  EXPECT_EQ(error("INT2", {1, 0.5F, 1, 1}).rfind(conv, 0), 0U);
  EXPECT_EQ(error("INT", {1, 1, 1, 1}), conv +
                                            "'INT', expected BIPOLAR, BINARY, TERNARY, INT<bits> "
                                            "or UINT<bits>");
  for (const char* odd : {"INT1", "INT2x", "UINT99999999999", "UINT-2", "FIXED<4,2>"}) {
    EXPECT_EQ(error(odd, {1, 1, 1, 1}).rfind(conv + "'" + odd, 0), 0U) << odd;
  }
  EXPECT_NE(error("FLOAT32", {1, 1, 1, 1}).find("the weights before it have no Quant"),
            std::string::npos);
  EXPECT_EQ(error("INT2", {1, 1, 1, 1}, "RGB").rfind("input 'x' is annotated as 'RGB'", 0), 0U);
}

}  // namespace
}  // namespace dcnsim
