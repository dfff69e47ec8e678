// SPDX-License-Identifier: Apache-2.0
#include "workloads/images/network_input.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "tests/support/error_of.h"

namespace dcnsim {
namespace {

/// Two images of one row, two columns, three channels: planes.
Dataset two_images() {
  Dataset images;
  images.shape = {1, 2, 3};
  images.pixels = {0, 255, 10, 20, 30, 40, 1, 2, 3, 4, 5, 6};
  return images;
}

FloatNetwork floats(const std::string& pixels = "", AffineChain chain = {}) {
  FloatNetwork network{"net", "image", {1, 2, 3}, {}};
  if (!pixels.empty()) network.convention.pixels = parse_convention(pixels);
  network.convention.chain = std::move(chain);
  return network;
}

FixedNetwork fixed(const Format& format, const FloatNetwork& like) {
  FixedNetwork network;
  network.input = like.input;
  network.input_format = format;
  network.convention = like.convention;
  return network;
}

TEST(NetworkInput, of_floats_needs_a_format_that_the_file_states) {
  FixedNetwork network = fixed({8, 0, false, false}, floats());
  network.input_name = "x";
  network.input_is_assumed = true;
  Dataset values = two_images();
  EXPECT_EQ(CodeInput(network, values)(0).get(1), 10);
  values.values.assign(values.pixels.begin(), values.pixels.end());
  values.pixels.clear();
  EXPECT_EQ(error_of([&] { CodeInput(network, values); }),
            "input 'x' has no Quant node, so that images of floats have no format; images of uint8 "
            "pixels, or a Quant node on the input would do");
  network.input_is_assumed = false;
  EXPECT_EQ(CodeInput(network, values)(0).get(1), 10);
}

using Values = std::vector<float>;
constexpr auto kAdd = AffineStep::Kind::kAdd;
constexpr auto kMultiply = AffineStep::Kind::kMultiply;
constexpr auto kDivide = AffineStep::Kind::kDivide;

TEST(NetworkInput, is_raw_pixels_in_rows_columns_and_channels_if_nobody_says_otherwise) {
  const Dataset images = two_images();
  EXPECT_EQ(FloatInput(floats(), images)(0), (Values{0, 10, 30, 255, 20, 40}));
  EXPECT_EQ(FloatInput(floats(), images)(1), (Values{1, 3, 5, 2, 4, 6}));
}

TEST(NetworkInput, turns_channels_round_for_bgr) {
  EXPECT_EQ(FloatInput(floats("raw,bgr"), two_images())(0), (Values{30, 10, 0, 40, 20, 255}));
  // Numbers by channel are those of the network's channels.
  EXPECT_EQ(FloatInput(floats("mean=1:2:3,bgr"), two_images())(0),
            (Values{29, 8, -3, 39, 18, 252}));
}

TEST(NetworkInput, goes_through_the_convention_and_then_through_the_graphs_nodes) {
  const FloatNetwork network =
      floats("unit", {{kAdd, {-0.5, 0, 0}}, {kDivide, {0.25}}, {kMultiply, {1, 2, 4}}});
  const Values found = FloatInput(network, two_images())(0);
  const Values expected{
      -2, static_cast<float>(10.0 / 255 / 0.25 * 2), static_cast<float>(30.0 / 255 / 0.25 * 4),
      2,  static_cast<float>(20.0 / 255 / 0.25 * 2), static_cast<float>(40.0 / 255 / 0.25 * 4)};
  EXPECT_EQ(found, expected);
}

TEST(NetworkInput, leaves_values_to_the_graphs_nodes_alone) {
  Dataset images;
  images.shape = {1, 2, 3};
  images.values = {-1, 2, 3, 4, 5, 0.5F};
  const FloatNetwork network = floats("unit,bgr", {{kAdd, {1, 0, 0}}, {kMultiply, {2}}});
  EXPECT_EQ(FloatInput(network, images)(0), (Values{0, 6, 10, 6, 8, 1}));
  const CodeTensor codes = CodeInput(fixed({8, 1, true, false}, network), images)(0);
  EXPECT_EQ(codes.get(0), 0);
  EXPECT_EQ(codes.get(1), 12);
  EXPECT_EQ(codes.get(5), 2);
}

TEST(NetworkInput, is_quantized_from_double_numbers_with_the_files_rounding) {
  Dataset images;
  images.shape = {1, 4, 1};
  images.pixels = {0, 8, 24, 255};
  FloatNetwork one{"net", "image", images.shape, {}};
  FixedNetwork network = fixed({4, -4, false, false}, one);
  const auto codes = [&] {
    std::vector<int> result;
    const CodeTensor tensor = CodeInput(network, images)(0);
    for (std::size_t i = 0; i < 4; ++i) result.push_back(tensor.get(i));
    return result;
  };
  EXPECT_EQ(codes(), (std::vector<int>{0, 0, 2, 15}));  // halves to even, then the clamp
  network.input_rounding = Rounding::kHalfUp;
  EXPECT_EQ(codes(), (std::vector<int>{0, 1, 2, 15}));
  network.input_rounding = Rounding::kFloor;
  EXPECT_EQ(codes(), (std::vector<int>{0, 0, 1, 15}));
  // Just above one half in double precision, one half in single.
  network.input_rounding = Rounding::kHalfEven;
  network.convention.chain = {{kMultiply, {0}}, {kAdd, {8 + 1e-12}}};
  EXPECT_EQ(codes(), (std::vector<int>{1, 1, 1, 1}));
}

TEST(NetworkInput, of_every_pixel_and_named_convention_is_the_nearest_code) {
  Dataset images;
  images.shape = {1, 256, 3};
  for (int i = 0; i < 3 * 256; ++i) images.pixels.push_back(static_cast<std::uint8_t>(i % 256));
  for (const auto& [name, convention] : named_conventions()) {
    FloatNetwork like{"net", "image", images.shape, {}};
    like.convention.pixels = convention;
    const CodeTensor codes = CodeInput(fixed({12, 4, true, false}, like), images)(0);
    for (int pixel = 0; pixel < 256; ++pixel) {
      for (int c = 0; c < 3; ++c) {
        const double exact =
            std::min(convention.value(static_cast<std::size_t>(c), pixel), 127.9375);
        EXPECT_LE(std::abs(codes.at(0, pixel, c) - exact * 16), 0.5) << name << ' ' << pixel;
      }
    }
  }
}

TEST(NetworkInput, refuses_images_of_another_shape_and_a_convention_of_other_channels) {
  Dataset images = two_images();
  images.shape = {2, 1, 3};
  EXPECT_EQ(error_of([&] { FloatInput(floats(), images); }),
            "images are 2 x 1 x 3, the network's input is 1 x 2 x 3");
  FloatNetwork grey{"net", "image", {1, 2, 1}, {}};
  grey.convention.pixels = parse_convention("imagenet");
  Dataset one;
  one.shape = grey.input;
  one.pixels = {1, 2};
  EXPECT_NE(error_of([&] { FloatInput(grey, one); }).find("3 numbers for mean"), std::string::npos);
}

}  // namespace
}  // namespace dcnsim
