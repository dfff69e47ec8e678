// SPDX-License-Identifier: Apache-2.0
// Reading fixed-point networks.
#include <gtest/gtest.h>

#include <functional>

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
            "node 'conv0' (Conv): its bias has scale 2^-4, finer than the accumulator's 2^-3");
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
  EXPECT_EQ(error_of(fine_input(), [](Model& m) { m.node("Relu", {"c"}, "y"); }),
            "node 'conv0' (Conv): " + follows);
  EXPECT_EQ(error_of(fine_input(),
                     [](Model& m) {
                       m.node("AveragePool", {"c"}, "p").set("kernel_shape", {2, 2});
                       m.quant("p", "y", 0.5F, 6, true);
                     }),
            "node 'conv0' (Conv): " + follows);
  EXPECT_EQ(error_of(fine_input(),
                     [](Model& m) {
                       m.graph().mutable_node(3)->set_input(0, "x");
                       plain_end(m);
                     }),
            "input 'x': " + follows);
  EXPECT_EQ(error_of(fine_input(),
                     [](Model& m) {
                       m.graph().mutable_node(3)->set_input(1, "w");
                       plain_end(m);
                     }),
            "node 'conv0' (Conv): its weights have no Quant node");
  EXPECT_EQ(error_of(fine_input(),
                     [](Model& m) {
                       m.graph().mutable_node(3)->set_input(2, "b");
                       plain_end(m);
                     }),
            "node 'conv0' (Conv): its bias has no Quant node");
}

TEST(Qonnx, NamesQuantNodesThatShiftsCannotExecute) {
  const auto error = [](float scale, int bits, const char* mode) {
    return error_of(fine_input(), [&](Model& m) { m.quant("c", "y", scale, bits, true, mode); });
  };
  EXPECT_EQ(error(0.3F, 8, "ROUND"),
            "node 'Quant_y' (Quant): scale 0.300000 is not a power of two, which the shift "
            "requantizer needs");
  EXPECT_EQ(error(-0.5F, 8, "ROUND"),
            "node 'Quant_y' (Quant): scale -0.500000 is not a power of two, which the shift "
            "requantizer needs");
  EXPECT_EQ(error(0.5F, 17, "ROUND"),
            "node 'Quant_y' (Quant): bits: 17 is not a width from 1 to 16");
  EXPECT_EQ(error(0.5F, 0, "ROUND"),
            "node 'Quant_y' (Quant): bit width 0.000000 is not a number from 1 to 62");
  EXPECT_EQ(error(0x1p-60F, 8, "ROUND"),
            "node 'Quant_y' (Quant): frac: 60 is not between -48 and 48");
  EXPECT_EQ(error(0.5F, 8, "CEIL"),
            "node 'Quant_y' (Quant): rounding mode CEIL is not supported, expected ROUND, "
            "HALF_UP, DOWN or FLOOR");
  EXPECT_EQ(error_of(fine_input(),
                     [](Model& m) {
                       m.quant("c", "y", 0.5F, 8, true);
                       m.graph().mutable_node(4)->set_input(2, "xq.scale");
                     }),
            "node 'Quant_y' (Quant): its zero point is not 0, which the shift requantizer needs");
  EXPECT_EQ(error_of(fine_input(),
                     [](Model& m) {
                       m.quant("c", "y", 0.5F, 8, true);
                       m.graph().mutable_node(4)->set_input(1, "b");
                     }),
            "node 'Quant_y' (Quant): has 2 values, expected one for the whole tensor");
}

TEST(Qonnx, RefusesToQuantizeTwice) {
  EXPECT_EQ(error_of(fine_input(),
                     [](Model& m) {
                       m.quant("c", "d", 0.5F, 8, true);
                       m.quant("d", "y", 1.0F, 8, true);
                     }),
            "node 'Quant_y' (Quant): quantizes a second time, from 8 bits, scale 2^-1, signed, "
            "ROUND to 8 bits, scale 2^0, signed, ROUND");
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
