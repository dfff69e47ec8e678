// SPDX-License-Identifier: Apache-2.0
// Reading fixed-point networks.
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/workloads/onnx/model.h"

namespace dcnsim {
namespace {

using test::Model;

/// x -> Quant -> Conv (2 -> 2, 1 x 1, weights 0.25 .. 1 at scale 1/8, bias 3/16 and -1) -> c.
Model quantized_conv() {
  Model model({4, 4, 2});
  model.constant("w", {2, 2, 1, 1}, {0.25F, -0.5F, 1.0F, 0.125F});
  model.constant("b", {2}, {0.1875F, -1.0F});
  model.quant("x", "xq", 1.0F, 8, false);
  model.quant("w", "wq", 0.125F, 5, true);
  model.quant("b", "bq", 0.125F / 2, 16, true);
  model.node("Conv", {"xq", "wq", "bq"}, "c").named("conv0");
  return model;
}

/// The input at scale 1/2, so that the bias's grid of 1/16 is the accumulator's.
Model fine_input() {
  Model model = quantized_conv();
  model.graph().mutable_initializer(2)->set_raw_data("\0\0\0\x3F", 4);  // xq.scale = 0.5
  return model;
}

FixedNetwork loaded(Model model, const std::function<void(Model&)>& finish) {
  finish(model);
  return model.load_fixed();
}

std::string error_of(Model model, const std::function<void(Model&)>& finish) {
  finish(model);
  return model.error();
}

void plain_end(Model& m) { m.quant("c", "y", 0.5F, 6, true); }

TEST(Qonnx, ReadsFormatsCodesAndShift) {
  const FixedNetwork network = loaded(fine_input(), plain_end);
  EXPECT_EQ(network.input_format, (Format{8, 1, false, false}));
  ASSERT_EQ(network.layers.size(), 1U);
  const FixedLayer& layer = network.layers[0];
  EXPECT_EQ(layer.node.name, "conv0");
  EXPECT_EQ(layer.weight, (Format{5, 3, true, false}));
  EXPECT_EQ(layer.weights, (std::vector<std::int32_t>{2, -4, 8, 1}));
  EXPECT_EQ(layer.bias, (std::vector<std::int64_t>{3, -16}));
  EXPECT_EQ(layer.requant.out, (Format{6, 1, true, false}));
  EXPECT_EQ(layer.requant.shift, 3);
  EXPECT_EQ(layer.requant.rounding, Rounding::kHalfEven);
  EXPECT_FALSE(layer.requant.relu);
}

/// `from` -> Clip -> `to`.
void clip(Model& m, const std::string& from, const std::string& to, float low, float high) {
  m.constant(to + ".low", {}, {low});
  m.constant(to + ".high", {}, {high});
  m.node("Clip", {from, to + ".low", to + ".high"}, to);
}

TEST(Qonnx, BoundsAreTheCodesThatQuantRoundsThemTo) {
  const auto codes = [](const char* mode) {
    const Requant requant = loaded(fine_input(),
                                   [&](Model& m) {
                                     clip(m, "c", "r", -0.9F, 1.3F);  // -1.8 and 2.6 steps
                                     m.quant("r", "y", 0.5F, 6, true, mode);
                                   })
                                .layers.at(0)
                                .requant;
    EXPECT_EQ(requant.out.min_code() + requant.clamp_low, requant.min_code());
    return std::pair(requant.min_code(), requant.max_code());
  };
  EXPECT_EQ(codes("ROUND"), std::pair(-2, 3));
  EXPECT_EQ(codes("FLOOR"), std::pair(-2, 2));
  EXPECT_EQ(codes("DOWN"), std::pair(-1, 2));
}

TEST(Qonnx, BoundsBehindAQuantAreCodesOfItOrALayerOfTheirOwn) {
  const auto behind_quant = [](float high, const std::function<void(Model&)>& finish) {
    return loaded(fine_input(), [&](Model& m) {
      m.quant("c", "q", 0.5F, 6, true);
      clip(m, "q", "r", 0.0F, high);
      finish(m);
    });
  };
  const auto nothing = [](Model& m) { m.node("Identity", {"r"}, "y"); };
  const FixedNetwork code = behind_quant(1.5F, nothing);
  ASSERT_EQ(code.layers.size(), 1U);
  EXPECT_EQ(code.layers[0].requant.max_code(), 3);
  EXPECT_EQ(code.layers[0].requant.min_code(), 0);
  const FixedNetwork between =
      behind_quant(0.75F, [](Model& m) { m.quant("r", "y", 0.25F, 6, true); });
  ASSERT_EQ(between.layers.size(), 2U);
  EXPECT_FALSE(between.layers[0].requant.is_bounded());
  EXPECT_EQ(between.layers[1].node.kind, LayerKind::kPool);
  EXPECT_EQ(between.layers[1].requant.max_code(), 3);
  EXPECT_EQ(error_of(fine_input(),
                     [](Model& m) {
                       m.quant("c", "q", 0.5F, 6, true);
                       clip(m, "q", "r", 0.0F, 0.75F);
                       m.node("Identity", {"r"}, "y");
                     }),
            "node 'Clip_r' (Clip): no Quant node follows; a fixed-point network needs one");
  // Beyond the format: no code of it is 20.
  EXPECT_EQ(error_of(fine_input(),
                     [](Model& m) {
                       m.quant("c", "q", 0.5F, 6, true);
                       clip(m, "q", "r", 20.0F, 21.0F);
                       m.node("Identity", {"r"}, "y");
                     }),
            "node 'Clip_r' (Clip): no Quant node follows; a fixed-point network needs one");
}

TEST(Qonnx, MapsRoundingModes) {
  const auto rounding = [](const char* mode, bool is_signed, bool relu) {
    return loaded(fine_input(),
                  [&](Model& m) {
                    if (relu) m.node("Relu", {"c"}, "r");
                    m.quant(relu ? "r" : "c", "y", 0.5F, 6, is_signed, mode);
                  })
        .layers[0]
        .requant.rounding;
  };
  EXPECT_EQ(rounding("ROUND", true, false), Rounding::kHalfEven);
  EXPECT_EQ(rounding("DOWN", true, false), Rounding::kTowardZero);
  EXPECT_EQ(rounding("FLOOR", true, false), Rounding::kFloor);
  EXPECT_EQ(rounding("HALF_UP", true, false), Rounding::kHalfAway);
  EXPECT_EQ(rounding("HALF_UP", true, true), Rounding::kHalfUp);
  EXPECT_EQ(rounding("HALF_UP", false, false), Rounding::kHalfUp);
}

TEST(Qonnx, HonoursNarrowRangesAndTheOlderDomain) {
  const FixedNetwork network = loaded(fine_input(), [](Model& m) {
    test::Node quant = m.quant("c", "y", 0.5F, 6, true);
    quant.proto().mutable_attribute(1)->set_i(1);
    quant.proto().set_domain("finn.custom_op.general");
  });
  EXPECT_EQ(network.layers[0].requant.out, (Format{6, 1, true, true}));
}

TEST(Qonnx, ClampsWeightsThatTheirFormatDoesNotReach) {
  Model model = fine_input();
  model.graph().mutable_initializer(7)->set_raw_data("\0\0\x40\x40", 4);  // wq.bits = 3
  const FixedNetwork network = loaded(model, plain_end);
  EXPECT_EQ(network.layers[0].weights, (std::vector<std::int32_t>{2, -4, 3, 1}));
}

TEST(Qonnx, BringsABiasOnACoarserGridToTheAccumulators) {
  Model model = fine_input();
  model.graph().mutable_initializer(8)->set_raw_data("\0\0\0\x3E", 4);  // bq.scale = 1/8
  // 3/16 is 1.5 steps of 1/8: rounds to 2, which is 4 steps of 1/16.
  EXPECT_EQ(loaded(model, plain_end).layers[0].bias, (std::vector<std::int64_t>{4, -16}));
}

TEST(Qonnx, RefusesABiasOnAFinerGrid) {
  EXPECT_EQ(error_of(quantized_conv(), plain_end),
            "node 'conv0' (Conv): its bias has scale 2^-4, finer than the accumulator's 2^-3: "
            "without its Quant it is rounded to that");
}

TEST(Qonnx, FusesAPoolBehindTheQuantNode) {
  const FixedNetwork network = loaded(fine_input(), [](Model& m) {
    m.quant("c", "q", 0.5F, 6, true);
    m.node("MaxPool", {"q"}, "p").set("kernel_shape", {2, 2}).set("strides", {2, 2});
    m.node("Relu", {"p"}, "r");
    m.quant("r", "y", 0.5F, 6, true);
  });
  ASSERT_EQ(network.layers.size(), 1U);
  EXPECT_EQ(network.layers[0].node.fused_pool, 2);
  EXPECT_TRUE(network.layers[0].requant.relu);
}

TEST(Qonnx, MakesAPoolThatChangesTheFormatALayer) {
  const FixedNetwork network = loaded(fine_input(), [](Model& m) {
    m.quant("c", "q", 0.5F, 6, true);
    m.node("MaxPool", {"q"}, "p").named("pool0").set("kernel_shape", {2, 2}).set("strides", {2, 2});
    m.quant("p", "y", 1.0F, 4, true);
  });
  ASSERT_EQ(network.layers.size(), 2U);
  EXPECT_EQ(network.layers[0].node.fused_pool, 1);
  EXPECT_EQ(network.layers[0].requant.out, (Format{6, 1, true, false}));
  EXPECT_EQ(network.layers[1].node.name, "pool0");
  EXPECT_EQ(network.layers[1].node.output_shape(), (Shape{2, 2, 2}));
  EXPECT_EQ(network.layers[1].requant.out, (Format{4, 0, true, false}));
  EXPECT_EQ(network.layers[1].requant.shift, 1);
}

TEST(Qonnx, LetsAMaxPoolKeepItsInputsFormat) {
  const FixedNetwork network = loaded(fine_input(), [](Model& m) {
    m.quant("c", "q", 0.5F, 6, true);
    m.node("MaxPool", {"q"}, "p").set("kernel_shape", {3, 3}).set("strides", {1, 1});
    m.node("Add", {"p", "p"}, "a");
    m.quant("a", "y", 1.0F, 6, true);
  });
  ASSERT_EQ(network.layers.size(), 3U);
  EXPECT_EQ(network.layers[1].requant.out, (Format{6, 1, true, false}));
  EXPECT_EQ(network.layers[1].requant.shift, 0);
  EXPECT_EQ(network.layers[2].requant.shift, 1);
}

TEST(Qonnx, NamesWhatHasNoQuantNode) {
  const std::string follows = "no Quant node follows; a fixed-point network needs one";
  EXPECT_EQ(error_of(fine_input(),
                     [](Model& m) {
                       m.node("AveragePool", {"c"}, "p").set("kernel_shape", {2, 2});
                       m.quant("p", "y", 0.5F, 6, true);
                     }),
            "node 'conv0' (Conv): " + follows);
  EXPECT_EQ(error_of(fine_input(),
                     [](Model& m) {
                       m.node("MaxPool", {"c"}, "p").set("kernel_shape", {3, 3});
                       m.node("Add", {"p", "xq"}, "y");
                     }),
            "node 'MaxPool_p' (MaxPool): " + follows);
  EXPECT_EQ(error_of(fine_input(),
                     [](Model& m) {
                       m.graph().mutable_node(3)->set_input(1, "w");
                       plain_end(m);
                     }),
            "node 'conv0' (Conv): its weights have no Quant or DequantizeLinear node");
}

/// quantized_conv() on the image as it comes.
Model without_input_quant() {
  Model model = quantized_conv();
  model.graph().mutable_node(3)->set_input(0, "x");
  model.graph().mutable_node(3)->set_input(2, "b");
  model.node("Relu", {"c"}, "y");
  return model;
}

TEST(Qonnx, SaysWhatItTakesWhereAQuantNodeIsMissing) {
  const FixedNetwork network = without_input_quant().load_fixed();
  EXPECT_EQ(network.input_format, (Format{8, 0, false, false}));
  EXPECT_EQ(network.layers[0].bias, (std::vector<std::int64_t>{2, -8}));  // 1.5 and -8 of 1/8
  // At most 8 * 255 + 1 * 255 + 8 = 2303 steps of 1/8: 16 bits hold them as they are.
  EXPECT_EQ(network.layers[0].requant.out, (Format{16, 3, true, false}));
  EXPECT_EQ(
      network.assumptions,
      (std::vector<std::string>{
          "input 'x' has no Quant node: taken as pixels of 8 bits, scale 2^0, unsigned, ROUND",
          "bias of 'conv0' has no Quant node: rounded to the accumulator's 2^-3",
          "output 'y' has no Quant node: given 16 bits, scale 2^-3, signed, ROUND"}));
}

FixedNetwork loaded_for(const Model& model, const std::optional<PixelConvention>& pixels) {
  const test::TemporaryFile file;
  file.write(model.proto.SerializeAsString());
  return std::get<FixedNetwork>(load_network(file.path(), pixels));
}

TEST(Qonnx, GivesAnInputWithoutQuantNodeTheFormatOfItsPixels) {
  const std::vector<std::pair<std::string, Format>> formats = {
      {"raw", {8, 0, false, false}},
      {"scale=1/256", {8, 8, false, false}},
      {"scale=4", {8, -2, false, false}},
      {"scale=1,mean=128", {8, 0, true, false}},
      {"scale=1/256,mean=0.5", {8, 8, true, false}},
      // Not exact: 1 is clipped by one step, which costs less than steps twice as wide.
      {"unit", {8, 8, false, false}},
      {"signed", {8, 7, true, false}}};
  for (const auto& [pixels, format] : formats) {
    Model model = without_input_quant();
    const FixedNetwork asked = loaded_for(model, parse_convention(pixels));
    EXPECT_EQ(asked.input_format, format) << pixels;
    EXPECT_TRUE(asked.input_is_assumed);
    EXPECT_FALSE(asked.convention.pixels) << "the file states none";
    onnx::StringStringEntryProto& entry = *model.proto.add_metadata_props();
    entry.set_key("dcnsim.pixels");
    entry.set_value(pixels);
    const FixedNetwork stated = loaded_for(model, {});
    EXPECT_EQ(stated.input_format, format) << pixels;
    EXPECT_EQ(stated.convention.pixels, parse_convention(pixels));
    EXPECT_EQ(loaded_for(model, PixelConvention{}).input_format, (Format{8, 0, false, false}));
  }
  const FixedNetwork fine = loaded_for(without_input_quant(), parse_convention("scale=1/256"));
  EXPECT_EQ(fine.layers[0].bias, (std::vector<std::int64_t>{384, -2048}));  // of 2^-11
  EXPECT_FALSE(loaded(fine_input(), plain_end).input_is_assumed);
}

TEST(Qonnx, GivesAnInputBehindNodesTheFormatOfWhatTheyMakeOfPixels) {
  Model model = quantized_conv();
  model.constant("half", {}, {0.5F});
  model.node("Sub", {"x", "half"}, "s");
  model.node("Mul", {"s", "half"}, "m");
  const onnx::GraphProto nodes = model.graph();
  model.graph().clear_node();
  for (const int at : {4, 5, 1, 2, 3}) *model.graph().add_node() = nodes.node(at);
  model.graph().mutable_node(4)->set_input(0, "m");
  model.graph().mutable_node(4)->set_input(2, "b");
  model.node("Relu", {"c"}, "y");
  // 2 * pixel - 1 over 4: of -1/4 .. 127.25 the 8 bits hold halves less well than whole numbers.
  EXPECT_EQ(loaded_for(model, {}).input_format, (Format{8, 0, true, false}));
  EXPECT_EQ(loaded_for(model, parse_convention("scale=2,mean=-0.5")).input_format,
            (Format{8, 0, false, false}));
}

TEST(Qonnx, KeepsAReluOnAnInputWhosePixelsMayBeNegative) {
  Model model = quantized_conv();
  const onnx::GraphProto nodes = model.graph();
  model.graph().clear_node();
  model.node("Relu", {"x"}, "r");
  for (const int at : {1, 2, 3}) *model.graph().add_node() = nodes.node(at);
  model.graph().mutable_node(3)->set_input(0, "r");
  model.graph().mutable_node(3)->set_input(2, "b");
  model.node("Relu", {"c"}, "y");
  EXPECT_EQ(loaded_for(model, {}).layers.size(), 1U);
  EXPECT_EQ(loaded_for(model, parse_convention("signed")).layers.size(), 2U);
}

TEST(Qonnx, NamesQuantNodesThatNothingCanExecute) {
  const auto error = [](float scale, int bits, const char* mode) {
    return error_of(fine_input(), [&](Model& m) { m.quant("c", "y", scale, bits, true, mode); });
  };
  EXPECT_EQ(error(-0.5F, 8, "ROUND"),
            "node 'Quant_y' (Quant): scale -0.500000 is not a positive number");
  EXPECT_EQ(error(0.5F, 17, "ROUND"),
            "node 'Quant_y' (Quant): bits: 17 is not a width from 1 to 16");
  EXPECT_EQ(error(0.5F, 0, "ROUND"),
            "node 'Quant_y' (Quant): bit width 0.000000 is not a number from 1 to 62");
  EXPECT_EQ(error(0x1p-60F, 8, "ROUND"),
            "node 'conv0' (Conv): a scale of 72057594037927936.000000 has no multiplier of 31 "
            "bits");
  EXPECT_EQ(error(0.5F, 8, "CEIL"),
            "node 'Quant_y' (Quant): rounding mode CEIL is not supported, expected ROUND, "
            "HALF_UP, DOWN or FLOOR");
  EXPECT_EQ(error_of(fine_input(),
                     [](Model& m) {
                       m.quant("c", "y", 0.5F, 8, true);
                       m.graph().mutable_node(4)->set_input(2, "xq.scale");
                     }),
            "node 'Quant_y' (Quant): zero point 0.500000 is no code, from -128 to 127");
  EXPECT_EQ(error_of(fine_input(),
                     [](Model& m) {
                       m.quant("c", "y", 0.5F, 8, true);
                       m.graph().mutable_node(4)->set_input(1, "b");
                     }),
            "node 'Quant_y' (Quant): has 2 values, expected one for the whole tensor");
}

/// The model's weights through BipolarQuant, or a Quant to a signed bit, of scale 1/8.
Model with_signs(const std::vector<float>& weights, bool by_quant) {
  Model model({4, 4, 2});
  model.constant("w", {2, 2, 1, 1}, weights);
  model.quant("x", "xq", 1.0F, 8, false);
  if (by_quant) {
    model.quant("w", "wq", 0.125F, 1, true);
  } else {
    model.constant("scale", {}, {0.125F});
    model.node("BipolarQuant", {"w", "scale"}, "wq").proto().set_domain("qonnx.custom_op.general");
  }
  model.node("Conv", {"xq", "wq"}, "c").named("conv0");
  model.quant("c", "y", 0.5F, 8, true);
  return model;
}

TEST(Qonnx, ReadsBipolarWeightsAsMinusAndPlusOne) {
  for (const bool by_quant : {false, true}) {
    const FixedNetwork network = with_signs({0.3F, -0.01F, 0.0F, -0.0F}, by_quant).load_fixed();
    EXPECT_EQ(network.layers.at(0).weight, (Format{1, 3, true, true}));
    EXPECT_EQ(network.layers[0].weights, (std::vector<std::int32_t>{1, -1, 1, 1}));
    EXPECT_EQ(network.layers[0].requant.shift, 2);
  }
}

TEST(Qonnx, RefusesWhatWasWrittenAsMinusOneAndZero) {
  EXPECT_EQ(with_signs({0.0F, -0.125F, -0.125F, 0.0F}, true).error(),
            "node 'Quant_wq' (Quant): its values are 0 and the scale's negative, but a signed bit "
            "is -1 or +1: a file that an earlier dcnsim wrote; quantize the float network again");
  EXPECT_EQ(with_signs({-0.125F, -0.125F, -0.125F, -0.125F}, true).error(), "");
  EXPECT_EQ(with_signs({0.0F, -0.125F, -0.125F, 0.125F}, true).error(), "");
}

TEST(Qonnx, ComparesForBipolarOutputs) {
  const auto bipolar = [](const char* input) {
    return [input](Model& m) {
      m.node("BipolarQuant", {input, "xq.scale"}, "y")
          .proto()
          .set_domain("qonnx.custom_op.general");
    };
  };
  const FixedLayer bit =
      loaded(fine_input(), [](Model& m) { m.quant("c", "y", 0.5F, 1, true); }).layers[0];
  EXPECT_EQ(bit.requant.out, (Format{2, 1, true, true}));
  for (const FixedLayer& layer : {bit, loaded(fine_input(), bipolar("c")).layers[0]}) {
    EXPECT_TRUE(layer.requant.counts);
    EXPECT_EQ(layer.thresholds, (std::vector<std::int64_t>{-3, -3, 16, 16})) << "of biases 3, -16";
  }
  EXPECT_EQ(
      error_of(fine_input(), bipolar("x")),
      "node 'BipolarQuant_y' (BipolarQuant): signed 1 bit is -1 and +1, which an image cannot "
      "be here: signed 2 bits would do, or unsigned 1 bit");
  EXPECT_EQ(loaded(fine_input(), [](Model& m) { m.quant("c", "y", 0.5F, 1, false); })
                .layers[0]
                .requant.out,
            (Format{1, 1, false, false}));
}

/// Unsigned 1 bit with zero point 1 are codes -1 and 0.
TEST(Qonnx, ReadsZeroPointOneOfOneBit) {
  const auto rounding = [](const char* mode) {
    const FixedNetwork network = loaded(fine_input(), [&](Model& m) {
      m.quant("c", "y", 0.5F, 1, false, mode);
      m.graph().mutable_node(4)->set_input(2, "y.bits");
    });
    EXPECT_EQ(network.layers[0].requant.out, (Format{1, 1, true, false}));
    return network.layers[0].requant.rounding;
  };
  EXPECT_EQ(rounding("ROUND"), Rounding::kHalfAway);    // 1/2 to 0: -1/2 to -1
  EXPECT_EQ(rounding("half_up"), Rounding::kHalfEven);  // 1/2 to 1: -1/2 to 0
  EXPECT_EQ(rounding("CEIL"), Rounding::kTowardZero);
  EXPECT_EQ(rounding("FLOOR"), Rounding::kFloor);
  EXPECT_EQ(rounding("DOWN"), Rounding::kFloor);
  EXPECT_EQ(error_of(fine_input(),
                     [](Model& m) {
                       m.quant("c", "y", 0.5F, 2, false);
                       m.graph().mutable_node(4)->set_input(2, "xq.scale");
                     }),
            "node 'Quant_y' (Quant): zero point 0.500000 is no code, from 0 to 3");
}

TEST(Qonnx, QuantizesASecondTimeInALayerOfItsOwn) {
  const FixedNetwork network = loaded(fine_input(), [](Model& m) {
    m.quant("c", "d", 0.5F, 8, true);
    m.quant("d", "y", 1.0F, 4, true);
  });
  ASSERT_EQ(network.layers.size(), 2U);
  EXPECT_EQ(network.layers[1].node.kind, LayerKind::kPool);
  EXPECT_EQ(network.layers[1].requant.out, (Format{4, 0, true, false}));
  EXPECT_EQ(network.layers[1].requant.shift, 1);
  EXPECT_EQ(error_of(fine_input(),
                     [](Model& m) {
                       m.quant("c", "d", 0.5F, 8, true);
                       m.quant("c", "e", 1.0F, 8, true);
                       m.node("Add", {"d", "e"}, "a");
                       m.quant("a", "y", 1.0F, 8, true);
                     }),
            "node 'Quant_d' (Quant): something else reads 'c' before it is quantized");
}

}  // namespace
}  // namespace dcnsim
