// SPDX-License-Identifier: Apache-2.0
// What files say of pixels: nodes in front of the first layer, and dcnsim's own metadata.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>

#include "tests/support/small_float_network.h"
#include "tests/workloads/onnx/model.h"
#include "workloads/fixed_point.h"
#include "workloads/images/network_input.h"

namespace dcnsim {
namespace {

using test::error_of;
using test::TemporaryFile;

constexpr Shape kShape{4, 3, 2};

FloatNetwork network() {
  std::mt19937 random(1);
  FloatNetwork network{"net", "image", kShape, {}};
  network.layers.push_back(conv_layer("conv", kNetworkInput, kShape, 3, 3, 1, random));
  network.layers[0].node.conv.pad_left = 1;
  return network;
}

const AffineChain kChain{{AffineStep::Kind::kAdd, {-0.5, -0.25}},
                         {AffineStep::Kind::kMultiply, {3}},
                         {AffineStep::Kind::kDivide, {0.5, 7}}};

FloatNetwork written_and_read(const FloatNetwork& network) {
  const TemporaryFile file;
  save_network(network, file.path());
  return std::get<FloatNetwork>(load_network(file.path()));
}

TEST(InputConvention, is_written_and_read_back) {
  FloatNetwork floats = network();
  EXPECT_FALSE(written_and_read(floats).convention.pixels);
  floats.convention.pixels = parse_convention("unit,mean=0.5:0.25,bgr");
  floats.convention.chain = kChain;
  const FloatNetwork read = written_and_read(floats);
  EXPECT_EQ(read.convention.pixels, floats.convention.pixels);
  EXPECT_EQ(pixel_table(read), pixel_table(floats));
  EXPECT_EQ(read.layers[0].weights, floats.layers[0].weights);
}

TEST(InputConvention,
     of_a_fixed_point_network_stands_before_its_quant_node_and_keeps_its_rounding) {
  FloatNetwork floats = network();
  floats.convention.chain = kChain;
  NetworkFormats formats;
  formats.input = {8, 3, true, false};
  formats.layers.push_back({{8, 7, true, false}, {8, 2, true, false}, Rounding::kHalfEven});
  FixedNetwork fixed = in_fixed_point(floats, formats);
  fixed.convention.pixels = parse_convention("signed");
  for (const Rounding rounding :
       {Rounding::kHalfEven, Rounding::kHalfAway, Rounding::kTowardZero, Rounding::kFloor}) {
    fixed.input_rounding = rounding;
    const TemporaryFile file;
    save_network(fixed, file.path());
    const auto read = std::get<FixedNetwork>(load_network(file.path()));
    EXPECT_EQ(read.input_rounding, rounding);
    EXPECT_EQ(read.input_format, fixed.input_format);
    EXPECT_EQ(read.convention.pixels, fixed.convention.pixels);
    EXPECT_EQ(pixel_table(read), pixel_table(fixed));
  }
}

/// Normalises the image by numbers that float32 does not hold, in the forms that files have.
FloatNetwork with_batch_norm(const char* form) {
  test::Model model(kShape);
  model.constant("w", {1, 2, 1, 1}, {1, 2});
  if (form == std::string("batch norm")) {
    model.constant("gamma", {2}, {0.3F, 1.7F});
    model.constant("beta", {2}, {0.1F, -0.2F});
    model.constant("mean", {2}, {120.3F, 110.7F});
    model.constant("variance", {2}, {3400.1F, 2900.9F});
    model.node("BatchNormalization", {"x", "gamma", "beta", "mean", "variance"}, "n");
  } else {
    onnx::TensorProto& tenth = model.constant("tenth", {}, {});
    tenth.set_data_type(onnx::TensorProto::DOUBLE);
    tenth.clear_raw_data();
    tenth.add_double_data(0.1);
    model.node(form, {"x", "tenth"}, "n");
  }
  model.node("Conv", {"n", "w"}, "y");
  return model.load_float();
}

TEST(InputConvention, of_an_unfolded_batch_norm_is_computed_as_it_is_written) {
  for (const char* form : {"batch norm", "Mul", "Div", "Add", "Sub"}) {
    const FloatNetwork floats = with_batch_norm(form);
    EXPECT_EQ(pixel_table(written_and_read(floats)), pixel_table(floats)) << form;
    NetworkFormats formats;
    formats.input = {8, 4, true, false};
    formats.layers.push_back({{8, 5, true, false}, {8, 2, true, false}, Rounding::kHalfEven});
    const FixedNetwork fixed = in_fixed_point(floats, formats);
    const TemporaryFile file;
    save_network(fixed, file.path());
    EXPECT_EQ(pixel_table(std::get<FixedNetwork>(load_network(file.path()))), pixel_table(floats))
        << form;
  }
  const std::vector<double> table = pixel_table(with_batch_norm("batch norm"));
  const double deviation = std::sqrt(double{2900.9F} + 1e-5);
  const double expected = (77 - double{110.7F}) / deviation * double{1.7F} + double{-0.2F};
  EXPECT_NEAR(table.at(256 + 77), expected, 1e-6 * std::abs(expected));
}

TEST(InputConvention, that_cannot_be_understood_or_written_is_refused) {
  const TemporaryFile file;
  FloatNetwork floats = network();
  floats.convention.pixels = PixelConvention{};
  save_network(floats, file.path());
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(file.read()));
  model.mutable_metadata_props(0)->set_value("upside down");
  file.write(model.SerializeAsString());
  EXPECT_EQ(error_of(file.path()).rfind("metadata dcnsim.pixels: \"upside down\", expected raw", 0),
            0U);
  floats.convention.chain = {{AffineStep::Kind::kAdd, {0.1}}};
  EXPECT_THROW(save_network(floats, file.path()), std::runtime_error);
}

}  // namespace
}  // namespace dcnsim
