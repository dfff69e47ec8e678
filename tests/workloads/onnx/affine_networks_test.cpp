// SPDX-License-Identifier: Apache-2.0
// Reading networks of free scales and zero points. That they compute what their operators say, of
// random ones, network_values_test.py checks.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "tests/workloads/onnx/model.h"

namespace dcnsim {
namespace {

using test::Model;
using Type = onnx::TensorProto;

/// Scale and zero point of unsigned codes of 8 bits, as constants `name`.scale and `name`.zero.
void parameters(Model& m, const std::string& name, float scale, int zero) {
  m.constant(name + ".scale", {}, {scale});
  m.codes(name + ".zero", Type::UINT8, {}, {zero});
}

std::vector<std::string> with_parameters(const std::string& tensor, const std::string& name) {
  return {tensor, name + ".scale", name + ".zero"};
}

/// `from` -> QuantizeLinear -> DequantizeLinear -> `to`.
void pair(Model& m, const std::string& from, const std::string& to, float scale, int zero) {
  parameters(m, to, scale, zero);
  m.node("QuantizeLinear", with_parameters(from, to), to + ".codes");
  m.node("DequantizeLinear", with_parameters(to + ".codes", to), to);
}

constexpr float kScaleX = 0.5F, kScaleY = 0.7F;
const std::vector<float> kWeightScales{0.3F, 0.2F};

/// x, codes with zero point 3, and the constants of a 1 x 1 convolution of 2 to 2 channels.
Model with_constants(const std::vector<float>& weight_scales = kWeightScales) {
  Model m({4, 4, 2});
  m.codes("w", Type::INT8, {2, 2, 1, 1}, {10, -20, 30, -128});
  m.constant("w.scale", {2}, weight_scales);
  m.codes("w.zero", Type::INT8, {2}, {0, 0});
  m.codes("b", Type::INT32, {2}, {100, -7});
  return m;
}

Model qdq(const std::vector<float>& weight_scales = kWeightScales) {
  Model m = with_constants(weight_scales);
  pair(m, "x", "xq", kScaleX, 3);
  m.node("DequantizeLinear", with_parameters("w", "w"), "wq").set("axis", 0);
  m.constant("b.scale", {2}, {kScaleX * weight_scales[0], kScaleX * weight_scales[1]});
  m.node("DequantizeLinear", {"b", "b.scale"}, "bq").set("axis", 0);
  m.node("Conv", {"xq", "wq", "bq"}, "c").named("conv0");
  return m;
}

FixedNetwork loaded(Model m, const std::function<void(Model&)>& finish) {
  finish(m);
  return m.load_fixed();
}

std::string error_of(Model m, const std::function<void(Model&)>& finish) {
  finish(m);
  return m.error();
}

void plain_end(Model& m) { pair(m, "c", "y", kScaleY, 9); }

TEST(AffineNetworks, AreReadFromQdq) {
  const FixedNetwork network = loaded(qdq(), plain_end);
  EXPECT_EQ(network.input_format, (Format{8, 1, false, false, 3}));
  EXPECT_EQ(network.input_step, 1);
  ASSERT_EQ(network.layers.size(), 1U);
  const FixedLayer& layer = network.layers[0];
  EXPECT_EQ(layer.node.name, "conv0");
  EXPECT_EQ(layer.weight, (Format{8, 0, true, false}));
  EXPECT_EQ(layer.weights, (std::vector<std::int32_t>{10, -20, 30, -128}));
  // The image's zero point is in the bias.
  EXPECT_EQ(layer.bias, (std::vector<std::int64_t>{100 - 3 * (10 - 20), -7 - 3 * (30 - 128)}));
  EXPECT_TRUE(layer.requant.multiplies);
  EXPECT_EQ(layer.requant.rounding, Rounding::kHalfEven);
  EXPECT_EQ(layer.requant.out, (Format{8, 0, false, false, 9}));
  EXPECT_EQ(layer.step, double{kScaleY});
  ASSERT_EQ(layer.scales.size(), 2U);
  for (std::size_t c = 0; c < 2; ++c) {
    const double ratio = double{kScaleX} * double{kWeightScales[c]} / double{kScaleY};
    const Scale& scale = layer.scales[c];
    EXPECT_NEAR(std::ldexp(scale.multiplier, -scale.shift), ratio, ratio * 0x1p-31);
    EXPECT_GE(scale.multiplier, 1U << 30);
    EXPECT_EQ(layer.weight_steps[c], double{kWeightScales[c]});
  }
}

TEST(AffineNetworks, OfIntegerOperatorsAreTheSame) {
  Model m = with_constants();
  parameters(m, "xq", kScaleX, 3);
  parameters(m, "yq", kScaleY, 9);
  m.node("QuantizeLinear", with_parameters("x", "xq"), "xc");
  m.node("QLinearConv",
         {"xc", "xq.scale", "xq.zero", "w", "w.scale", "w.zero", "yq.scale", "yq.zero", "b"}, "yc")
      .named("conv0");
  m.node("DequantizeLinear", with_parameters("yc", "yq"), "y");
  const FixedNetwork integer = m.load_fixed(), expected = loaded(qdq(), plain_end);
  ASSERT_EQ(integer.layers.size(), 1U);
  EXPECT_EQ(integer.layers[0].node.name, "conv0");
  EXPECT_EQ(integer.layers[0].weights, expected.layers[0].weights);
  EXPECT_EQ(integer.layers[0].bias, expected.layers[0].bias);
  EXPECT_EQ(integer.layers[0].scales, expected.layers[0].scales);
  EXPECT_EQ(integer.layers[0].requant.out, expected.layers[0].requant.out);
}

TEST(AffineNetworks, OfPowersOfTwoWithoutZeroPointsAreShifted) {
  Model m = qdq({0.25F, 0.25F});
  m.graph().mutable_initializer(5)->set_int32_data(0, 0);  // xq.zero
  const FixedLayer layer = loaded(m, [](Model& end) { pair(end, "c", "y", 2.0F, 0); }).layers[0];
  EXPECT_FALSE(layer.requant.multiplies);
  EXPECT_EQ(layer.requant.shift, 4);
  EXPECT_EQ(layer.weight, (Format{8, 2, true, false}));
  EXPECT_EQ(layer.bias, (std::vector<std::int64_t>{100, -7}));
}

TEST(AffineNetworks, HaveWeightsWithoutZeroPointInTheFewestBits) {
  const auto weights = [](int zero) {
    Model m = qdq();
    m.graph().mutable_initializer(0)->set_data_type(Type::UINT8);
    m.graph().mutable_initializer(0)->set_int32_data(1, 0);
    m.graph().mutable_initializer(0)->set_int32_data(3, 255);
    m.graph().mutable_initializer(2)->set_data_type(Type::UINT8);
    for (const int channel : {0, 1}) {
      m.graph().mutable_initializer(2)->set_int32_data(channel, zero);
    }
    return loaded(m, plain_end).layers[0];
  };
  EXPECT_EQ(weights(128).weight, (Format{8, 0, true, false}));
  EXPECT_EQ(weights(128).weights, (std::vector<std::int32_t>{-118, -128, -98, 127}));
  EXPECT_EQ(weights(100).weight, (Format{9, 0, true, false}));
  EXPECT_EQ(weights(100).weights, (std::vector<std::int32_t>{-90, -100, -70, 155}));
}

TEST(AffineNetworks, TurnWeightsBehindWhichAFactorIsNegative) {
  const FixedNetwork network = loaded(qdq(), [](Model& m) {
    m.constant("factor", {1, 2, 1, 1}, {2.0F, -3.0F});
    m.node("Mul", {"c", "factor"}, "scaled");
    pair(m, "scaled", "y", kScaleY, 9);
  });
  const FixedLayer& layer = network.layers[0];
  EXPECT_EQ(layer.weights, (std::vector<std::int32_t>{10, -20, -30, 128}));
  EXPECT_EQ(layer.weight.bits, 9);
  EXPECT_EQ(layer.weight_steps[0], 2.0 * double{kWeightScales[0]});
  ASSERT_FALSE(network.assumptions.empty());
  EXPECT_EQ(network.assumptions.front(),
            "weights of 'conv0' take 9 bits: a negative factor behind them turns their lowest "
            "code");
}

/// The slope is in the second of each channel's two multipliers.
TEST(AffineNetworks, HaveMultipliersOfTheirOwnForNegativeSumsWhereSlopesAre) {
  const FixedNetwork network = loaded(qdq(), [](Model& m) {
    m.constant("slopes", {2, 1, 1}, {0.125F, 0.0F});
    m.node("PRelu", {"c", "slopes"}, "r");
    pair(m, "r", "y", kScaleY, 9);
  });
  ASSERT_EQ(network.layers.size(), 1U);
  const FixedLayer& layer = network.layers[0];
  EXPECT_TRUE(layer.requant.leaky);
  ASSERT_EQ(layer.scales.size(), 4U);
  EXPECT_EQ(layer.scales[1].multiplier, layer.scales[0].multiplier);
  EXPECT_EQ(layer.scales[1].shift, layer.scales[0].shift + 3);
  EXPECT_EQ(layer.scales[3], (Scale{0, 0})) << "what is negative becomes 0";
}

TEST(AffineNetworks, RunALeakyReluThatReadsCodesAsALayerOfItsOwn) {
  const auto leaky = [](const char* op, float alpha) {
    return [=](Model& m) {
      pair(m, "c", "d", kScaleY, 9);
      m.node(op, {"d"}, "r").set("alpha", alpha);
      pair(m, "r", "y", 0.2F, 30);
    };
  };
  const FixedNetwork network = loaded(qdq(), leaky("LeakyRelu", 0.1F));
  ASSERT_EQ(network.layers.size(), 2U);
  EXPECT_EQ(network.layers[0].node.slopes, std::vector<float>{});
  EXPECT_EQ(network.layers[1].node.slopes, std::vector<float>{0.1F});
  EXPECT_EQ(network.layers[1].bias, std::vector<std::int64_t>(2, -9)) << "the zero point";
  EXPECT_EQ(loaded(qdq(), leaky("LeakyRelu", 1)).layers.size(), 2U);
  EXPECT_TRUE(loaded(qdq(), leaky("LeakyRelu", 0)).layers[0].node.relu);
  EXPECT_EQ(error_of(qdq(), leaky("LeakyRelu", -0.5F)),
            "node 'LeakyRelu_r' (LeakyRelu): its slope -0.500000 is not 0 or more, as the "
            "machine's multipliers are");
}

TEST(AffineNetworks, LookFunctionsOfCodesUp) {
  const auto with = [](const char* op, int bits) {
    return [=](Model& m) {
      m.constant("scale", {}, {0.05F});
      m.codes("zero", bits == 8 ? Type::UINT8 : Type::UINT16, {}, {128});
      m.node("QuantizeLinear", {"c", "scale", "zero"}, "q");
      m.node("DequantizeLinear", {"q", "scale", "zero"}, "d");
      m.node(op, {"d"}, "s");
      pair(m, "s", "y", 1.0F / 256, 0);
    };
  };
  const FixedNetwork network = loaded(qdq(), with("Sigmoid", 8));
  ASSERT_EQ(network.layers.size(), 2U);
  const FixedLayer& layer = network.layers[1];
  EXPECT_EQ(to_string(layer.node.curve), "Sigmoid");
  ASSERT_EQ(layer.table.size(), 256U);
  EXPECT_EQ(layer.table[128], 128) << "of 0";
  EXPECT_EQ(layer.table[148], 187) << "of 1";
  EXPECT_EQ(layer.table[0], 0);
  EXPECT_EQ(layer.table[255], 255);
  const FixedNetwork silu = loaded(qdq(), [](Model& m) {
    pair(m, "c", "d", 0.05F, 128);
    m.node("Sigmoid", {"d"}, "s");
    m.node("Mul", {"s", "d"}, "p");
    pair(m, "p", "y", 1.0F / 16, 32);
  });
  ASSERT_EQ(silu.layers.size(), 2U);
  EXPECT_EQ(to_string(silu.layers[1].node.curve), "x Sigmoid");
  EXPECT_EQ(silu.layers[1].table[128], 32) << "of 0";
  EXPECT_EQ(silu.layers[1].table[148], 44) << "of 1: 0.7311";
  EXPECT_EQ(silu.layers[1].table[108], 28) << "of -1: -0.2689";
  EXPECT_EQ(error_of(qdq(), with("Sigmoid", 16)),
            "node 'Sigmoid_s' (Sigmoid): layer 'Sigmoid_s': looks up codes of 16 bits, expected at "
            "most 8: a table has 256 entries");
  EXPECT_EQ(error_of(qdq(), [](Model& m) { m.node("Tanh", {"c"}, "y"); }),
            "node 'conv0' (Conv): no Quant node follows; a fixed-point network needs one");
}

TEST(AffineNetworks, RoundBiasesToTheSumsGridAndSaySo) {
  Model m = qdq();
  m.constant("float", {2}, {1.0F, 0.26F});
  m.graph().mutable_node(4)->set_input(2, "float");
  const FixedNetwork network = loaded(m, plain_end);
  EXPECT_EQ(network.layers[0].bias,
            (std::vector<std::int64_t>{7 - 3 * (10 - 20), 3 - 3 * (30 - 128)}));
  EXPECT_EQ(network.assumptions,
            (std::vector<std::string>{
                "bias of 'conv0' has no Quant node: rounded to the accumulator's grid"}));
}

TEST(AffineNetworks, NameWhatIsNoQdq) {
  EXPECT_EQ(error_of(qdq(),
                     [](Model& m) {
                       parameters(m, "c", kScaleY, 9);
                       m.node("QuantizeLinear", with_parameters("c", "c"), "q");
                       m.node("Relu", {"q"}, "y");
                     }),
            "node 'Relu_y' (Relu): computes with codes: a DequantizeLinear must stand before it");
  EXPECT_EQ(error_of(qdq(),
                     [](Model& m) {
                       parameters(m, "c", kScaleY, 9);
                       parameters(m, "d", kScaleY, 8);
                       m.node("QuantizeLinear", with_parameters("c", "c"), "q");
                       m.node("DequantizeLinear", with_parameters("q", "d"), "y");
                     }),
            "node 'DequantizeLinear_y' (DequantizeLinear): reads codes of 8 bits, scale 0.7, zero "
            "point 9, unsigned, ROUND as those of 8 bits, scale 0.7, zero point 8, unsigned, "
            "ROUND: the scale and zero point of their QuantizeLinear would do");
  EXPECT_EQ(error_of(qdq(),
                     [](Model& m) {
                       m.constant("scales", {2}, {1.0F, 2.0F});
                       m.node("QuantizeLinear", {"c", "scales"}, "y");
                     }),
            "node 'QuantizeLinear_y' (QuantizeLinear): has 2 values, expected one for the whole "
            "tensor");
  Model along_inputs = qdq();
  along_inputs.graph().mutable_node(2)->mutable_attribute(0)->set_i(1);
  EXPECT_EQ(error_of(along_inputs, plain_end),
            "node 'conv0' (Conv): its weights have several scales for one output channel, of which "
            "the machine multiplies a sum with one: scales along the output channels would do");
  EXPECT_EQ(error_of(qdq(), [](Model& m) { m.node("DynamicQuantizeLinear", {"c"}, "y"); }),
            "node 'DynamicQuantizeLinear_y' (DynamicQuantizeLinear): operator "
            "DynamicQuantizeLinear is not supported: scales must be known before the image; static "
            "quantization would do");
  EXPECT_EQ(error_of(with_constants(),
                     [](Model& m) {
                       m.node("QLinearConv", {"x", "w.scale"}, "y");
                     }),
            "node 'QLinearConv_y' (QLinearConv): has no input 3");
}

/// What `network` is when it has been written and read.
FixedNetwork written(const FixedNetwork& network, QuantizedForm form) {
  const test::TemporaryFile file;
  save_network(network, file.path(), form);
  return std::get<FixedNetwork>(load_network(file.path()));
}

void expect_same_layers(const FixedNetwork& network, const FixedNetwork& expected) {
  EXPECT_EQ(network.input_format, expected.input_format);
  EXPECT_EQ(network.input_step, expected.input_step);
  ASSERT_EQ(network.layers.size(), expected.layers.size());
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const FixedLayer &layer = network.layers[i], &right = expected.layers[i];
    EXPECT_EQ(layer.weight, right.weight);
    EXPECT_EQ(layer.weights, right.weights);
    EXPECT_EQ(layer.bias, right.bias);
    EXPECT_EQ(layer.scales, right.scales);
    EXPECT_EQ(layer.step, right.step);
    EXPECT_EQ(layer.weight_steps, right.weight_steps);
    EXPECT_EQ(layer.requant.out, right.requant.out);
    EXPECT_EQ(layer.requant.shift, right.requant.shift);
    EXPECT_EQ(layer.requant.min_code(), right.requant.min_code());
    EXPECT_EQ(layer.requant.rounding, right.requant.rounding);
  }
}

TEST(AffineNetworks, AreWrittenAsTheyAre) {
  const FixedNetwork network = loaded(qdq(), [](Model& end) {
    end.node("Relu", {"c"}, "r");
    pair(end, "r", "p", kScaleY, 9);
    end.node("GlobalAveragePool", {"p"}, "g");
    pair(end, "g", "y", 0.6F, 0);
  });
  EXPECT_TRUE(network.assumptions.empty());
  expect_same_layers(written(network, QuantizedForm::kQdq), network);
  EXPECT_TRUE(written(network, QuantizedForm::kQdq).assumptions.empty());
  try {
    written(network, QuantizedForm::kQonnx);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("the input has a zero point"), std::string::npos);
  }
  Model m = qdq();
  m.graph().mutable_initializer(5)->set_int32_data(0, 0);  // xq.zero
  const FixedNetwork without = loaded(m, [](Model& end) { pair(end, "c", "y", kScaleY, 0); });
  expect_same_layers(written(without, QuantizedForm::kQonnx), without);
}

TEST(AffineNetworks, AreWrittenWithTheirSlopes) {
  for (const std::vector<float>& slopes : {std::vector<float>{0.1F}, {0.1F, 0.3F}}) {
    const FixedNetwork network = loaded(qdq(), [&](Model& end) {
      end.constant("slopes", {static_cast<int>(slopes.size()), 1, 1}, slopes);
      end.node("PRelu", {"c", "slopes"}, "r");
      end.node("MaxPool", {"r"}, "m").set("kernel_shape", {2, 2}).set("strides", {2, 2});
      pair(end, "m", "y", kScaleY, 9);
    });
    EXPECT_EQ(network.layers[0].node.slopes, slopes);
    EXPECT_EQ(network.layers[0].node.fused_pool, 2);
    const FixedNetwork back = written(network, QuantizedForm::kQdq);
    expect_same_layers(back, network);
    EXPECT_EQ(back.layers[0].node.slopes, slopes);
  }
}

TEST(AffineNetworks, AreWrittenWithTheirFunctions) {
  const FixedNetwork network = loaded(qdq(), [&](Model& end) {
    pair(end, "c", "d", 0.05F, 128);
    end.node("HardSigmoid", {"d"}, "s").set("alpha", 0.25F);
    pair(end, "s", "e", 1.0F / 256, 0);
    end.node("Gelu", {"e"}, "g").set("approximate", "tanh");
    pair(end, "g", "f", 1.0F / 256, 0);
    end.node("Swish", {"f"}, "sw");
    pair(end, "sw", "y", 1.0F / 256, 0);
  });
  const FixedNetwork back = written(network, QuantizedForm::kQdq);
  ASSERT_EQ(back.layers.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(to_string(back.layers[i].node.curve), to_string(network.layers[i].node.curve));
    EXPECT_EQ(back.layers[i].table, network.layers[i].table);
  }
}

TEST(AffineNetworks, AreWrittenWithTheirProducts) {
  const FixedNetwork network = loaded(qdq(), [&](Model& end) {
    pair(end, "c", "d", 0.05F, 128);
    end.node("Sigmoid", {"d"}, "s");
    pair(end, "s", "e", 1.0F / 256, 0);
    end.node("Mul", {"e", "d"}, "silu");
    pair(end, "silu", "f", 0.05F, 100);
    end.node("GlobalAveragePool", {"f"}, "mean");
    pair(end, "mean", "g", 0.03F, 90);
    end.node("Mul", {"g", "f"}, "scaled");
    end.node("Relu", {"scaled"}, "r");
    pair(end, "r", "y", 0.04F, 7);
  });
  ASSERT_EQ(network.layers.size(), 5U);
  EXPECT_EQ(network.layers[2].node.pair, PairKind::kProduct) << "with a quantizer in between";
  EXPECT_EQ(network.layers[4].node.pair, PairKind::kScaling);
  EXPECT_EQ(network.layers[4].node.input, 2) << "the map before the pixel, whatever their order";
  EXPECT_EQ(network.layers[4].requant.min_code(), 7) << "its ReLU";
  expect_same_layers(written(network, QuantizedForm::kQdq), network);
}

TEST(AffineNetworks, OfShiftsAreWrittenInQdqToo) {
  Model m = qdq({0.25F, 0.25F});
  m.graph().mutable_initializer(5)->set_int32_data(0, 0);  // xq.zero
  FixedNetwork network = loaded(m, [](Model& end) { pair(end, "c", "y", 2.0F, 0); });
  expect_same_layers(written(network, QuantizedForm::kQdq), network);
  // Narrower codes are held by a Clip.
  network.layers[0].requant.out.bits = 5;
  EXPECT_EQ(written(network, QuantizedForm::kQdq).layers[0].requant.max_code(), 31);
  network.layers[0].requant.rounding = Rounding::kHalfUp;
  EXPECT_THROW(written(network, QuantizedForm::kQdq), std::runtime_error);
}

TEST(AffineNetworks, KnowThatQonnxAddsZeroPointsBeforeItRounds) {
  const auto end = [](float scale, const char* mode, bool is_signed) {
    return [=](Model& m) {
      m.quant("c", "y", scale, 8, is_signed, mode);
      m.graph().mutable_initializer(m.graph().initializer_size() - 2)->set_raw_data("\0\0\x80?", 4);
    };
  };
  Model halves = qdq({0.25F, 0.25F});
  EXPECT_EQ(error_of(halves, end(0.5F, "ROUND", false)),
            "node 'conv0' (Conv): its quantizer rounds halves to odd codes, by ROUND with the zero "
            "point 1: HALF_UP would do, or an even zero point");
  EXPECT_EQ(loaded(qdq(), end(0.7F, "ROUND", false)).layers[0].requant.rounding,
            Rounding::kHalfEven);
  EXPECT_EQ(loaded(halves, end(0.5F, "HALF_UP", false)).layers[0].requant.rounding,
            Rounding::kHalfUp);
  EXPECT_EQ(loaded(halves, end(0.5F, "DOWN", false)).layers[0].requant.rounding, Rounding::kFloor);
  EXPECT_EQ(error_of(halves, end(0.5F, "DOWN", true)),
            "node 'conv0' (Conv): rounding mode DOWN with a zero point rounds signed codes about 0 "
            "and not about the zero point, which no layer here does; ROUND or FLOOR would do");
}

}  // namespace
}  // namespace dcnsim
