// SPDX-License-Identifier: Apache-2.0
// From where on a convention is refused, or another one is named.
#include "analysis/evaluation/convention_check.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "workloads/images/dataset.h"
#include "workloads/network.h"
#include "workloads/pixel_convention.h"

namespace dcnsim {
namespace {

/// Whether pixels times `scale` are taken for numbers up to 255.
bool fits(const char* scale) {
  FixedNetwork network;
  network.input = {1, 1, 1};
  network.input_format = {8, 0, false, false};
  network.convention.pixels = parse_convention(std::string("scale=") + scale);
  try {
    require_pixels_fit(network, PixelStatement{});
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

TEST(ConventionCheck, a_quarter_of_the_pixels_may_miss_the_range) {
  EXPECT_TRUE(fits("256/191.5"));   // pixels from 192 on are beyond 256, a step more than 255
  EXPECT_FALSE(fits("256/190.5"));  // from 191 on
}

/// Warnings where `better` of 100 labelled images are right with pixels in 0..1 only, 40 always and
/// the others never: the network asks whether its one input is above 0.5.
std::vector<std::string> warnings(int better) {
  FloatNetwork network{"above", "image", {1, 1, 1}, {}};
  FloatLayer& layer = network.layers.emplace_back();
  layer.node.name = "fc";
  layer.node.input = kNetworkInput;
  layer.node.conv.in = {1, 1, 1};
  layer.node.conv.out_channels = 2;
  layer.node.conv.kernel_h = layer.node.conv.kernel_w = 1;
  layer.weights = {0, 1};
  layer.bias = {0.5F, 0};
  Dataset images;
  images.shape = {1, 1, 1};
  for (int i = 0; i < 100; ++i) {
    images.pixels.push_back(i < better ? 50 : 200);
    images.labels.push_back(i < better || i >= better + 40 ? 0 : 1);
  }
  PixelStatement statement;
  try_conventions(network, images, std::nullopt, statement);
  return statement.warnings;
}

TEST(ConventionCheck, another_convention_is_named_from_ten_points_on) {
  EXPECT_TRUE(warnings(9).empty());
  ASSERT_EQ(warnings(10).size(), 1U);
  EXPECT_EQ(warnings(10)[0],
            "with --pixels unit the network has 50.0 % of 100 labelled calibration images right, "
            "with raw, which was assumed, 40.0 %");
}

}  // namespace
}  // namespace dcnsim
