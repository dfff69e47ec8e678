// SPDX-License-Identifier: Apache-2.0
#include "workloads/pixel_convention.h"

#include <gtest/gtest.h>

#include "tests/support/error_of.h"

namespace dcnsim {
namespace {

double value(const std::string& text, int pixel, std::size_t channel = 0) {
  return parse_convention(text).value(channel, pixel);
}

TEST(PixelConvention, is_what_training_scripts_do) {
  EXPECT_EQ(value("raw", 255), 255);
  EXPECT_EQ(value("unit", 51), 0.2);  // correctly rounded: 51 / 255, not 51 * (1 / 255)
  EXPECT_EQ(value("signed", 255), 1);
  EXPECT_EQ(value("signed", 0), -1);
  EXPECT_EQ(value("scale=1/256", 64), 0.25);
  EXPECT_EQ(value("scale=0.5,mean=10,std=4", 100), 10);
  EXPECT_DOUBLE_EQ(value("imagenet", 255, 1), (1 - 0.456) / 0.224);
  EXPECT_DOUBLE_EQ(value("cifar10", 0, 2), -0.4465 / 0.2616);
  EXPECT_DOUBLE_EQ(value("unit,mean=0.5:0.25:0,std=0.5", 255, 1), 1.5);
}

TEST(PixelConvention, is_written_as_it_is_read) {
  for (const std::string text :
       {"raw", "unit", "signed", "cifar10", "imagenet", "raw,bgr", "imagenet,bgr", "scale=1/256",
        "scale=0.0078125", "unit,mean=0.5,std=0.25", "raw,mean=103.939:116.779:123.68,bgr",
        "scale=3/7,mean=-1e-20:0.1"}) {
    EXPECT_EQ(to_string(parse_convention(text)), text);
  }
  EXPECT_EQ(to_string(parse_convention("unit,rgb")), "unit");
  EXPECT_EQ(to_string(parse_convention("scale=1/255")), "unit");
}

TEST(PixelConvention, knows_raw_pixels) {
  EXPECT_TRUE(parse_convention("raw,bgr").is_raw());
  EXPECT_TRUE(parse_convention("mean=0:0:0,std=1").is_raw());
  EXPECT_FALSE(parse_convention("unit").is_raw());
  EXPECT_FALSE(parse_convention("mean=0:0:1").is_raw());
}

TEST(PixelConvention, names_the_part_that_is_none) {
  const auto refusal = [](const std::string& text) {
    return error_of([&] { parse_convention(text); });
  };
  EXPECT_NE(refusal("unti").find("\"unti\", expected raw, unit"), std::string::npos);
  EXPECT_NE(refusal("unti").find("did you mean \"unit\"?"), std::string::npos);
  for (const std::string text :
       {"", ",", "unit,unit", "mean=1,raw", "mean", "mean=", "mean=1:", "mean=x", "std=0", "std=-1",
        "scale=0", "scale=1/0", "scale=1/2/3", "scale=nan", "mean=inf", "std=1e-300", "rgb,bgr",
        "bgr=1", "mean=1,mean=2"}) {
    EXPECT_NE(refusal(text), "no error") << text;
  }
}

TEST(PixelConvention, has_one_number_or_one_a_channel) {
  EXPECT_EQ(error_of([] { parse_convention("imagenet").require_channels(3); }), "no error");
  EXPECT_EQ(error_of([] { parse_convention("unit,mean=0.5").require_channels(7); }), "no error");
  EXPECT_EQ(error_of([] { parse_convention("imagenet").require_channels(1); }),
            "pixels imagenet: 3 numbers for mean, expected one, or one for each of the 1 channels");
}

}  // namespace
}  // namespace dcnsim
