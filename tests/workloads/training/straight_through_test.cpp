// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/straight_through.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace dcnsim {
namespace {

constexpr Rounding kModes[] = {Rounding::kHalfEven, Rounding::kHalfUp, Rounding::kHalfAway,
                               Rounding::kTowardZero, Rounding::kFloor};

/// Values around and beyond the range of `format`, ties included.
std::vector<double> values_for(const Format& format, std::mt19937& random) {
  std::vector<double> values{0, INFINITY, -INFINITY};
  const double low = 2.0 * format.min_code() - 3, high = 2.0 * format.max_code() + 3;
  for (int i = 0; i < 100; ++i) {
    const double code = std::uniform_real_distribution<double>(low, high)(random);
    for (const double near : {code, std::floor(code), std::floor(code) + 0.5}) {
      values.push_back(std::ldexp(near, -format.frac));
    }
  }
  return values;
}

TEST(StraightThrough, RoundsAndClampsAsTheModelsDo) {
  std::mt19937 random(1);
  for (int bits = kMinBits; bits <= kMaxBits; ++bits) {
    for (const bool is_signed : {false, true}) {
      for (const Rounding mode : kModes) {
        const Format format{bits, static_cast<int>(random() % 20) - 5, is_signed, bits % 3 == 0};
        SCOPED_TRACE(to_string(format) + " " + std::string(to_string(mode)));
        const std::vector<double> values = values_for(format, random);
        const torch::Tensor found = quantized(torch::tensor(values, torch::kDouble), format, mode);
        for (std::size_t i = 0; i < values.size(); ++i) {
          ASSERT_EQ(found[static_cast<std::int64_t>(i)].item<double>(),
                    dequantize(quantize(values[i], format, mode), format))
              << values[i];
        }
      }
    }
  }
}

TEST(StraightThrough, ClampsAtZeroWithRelu) {
  const Format format{4, 1, true, false};
  const torch::Tensor x = torch::tensor({-8.0, -0.5, 0.0, 0.5, 8.0});
  const torch::Tensor found = quantized(x, {0, Rounding::kHalfUp, true, format});
  EXPECT_TRUE(found.equal(torch::tensor({0.0, 0.0, 0.0, 0.5, 3.5})));
}

TEST(StraightThrough, PassesGradientsInsideTheRangeOnly) {
  const Format format{3, 1, true, false};  // -2 .. 1.5
  torch::Tensor x = torch::tensor({-2.1, -2.0, -0.3, 0.0, 1.5, 1.6}).requires_grad_();
  const torch::Tensor upstream = torch::tensor({1.0, 2.0, 3.0, 4.0, 5.0, 6.0});
  (quantized(x, format, Rounding::kHalfEven) * upstream).sum().backward();
  EXPECT_TRUE(x.grad().equal(torch::tensor({0.0, 2.0, 3.0, 4.0, 5.0, 0.0}))) << x.grad();

  x = torch::tensor({-0.3, 0.2, 1.7}).requires_grad_();
  quantized(x, {0, Rounding::kHalfUp, true, format}).sum().backward();
  EXPECT_TRUE(x.grad().equal(torch::tensor({0.0, 1.0, 0.0}))) << x.grad();
}

TEST(StraightThrough, HasOneScaleARowIfAsked) {
  const Format format{3, 5, true, false};  // codes -4 .. 3; the scales count, not 2^-5
  torch::Tensor x = torch::tensor({{-0.9, 0.5, 2.0}, {-9.0, 0.75, 4.6}}, torch::kDouble);
  x.requires_grad_();
  const torch::Tensor scales = torch::tensor({{0.3}, {1.5}}, torch::kDouble);
  const torch::Tensor found = quantized(x, {0, Rounding::kHalfUp, false, format}, scales);
  const torch::Tensor codes = torch::tensor({{-3, 2, 3}, {-4, 1, 3}}, torch::kDouble);
  EXPECT_TRUE(found.equal(codes * scales)) << found;
  found.sum().backward();
  EXPECT_TRUE(x.grad().equal(torch::tensor({{1, 1, 0}, {0, 1, 0}}, torch::kDouble))) << x.grad();
}

TEST(StraightThrough, PutsValuesOnAGridAndPassesAllGradients) {
  torch::Tensor x = torch::tensor({-1000.13, 0.124, 0.125, 0.375, 1e6}).requires_grad_();
  const torch::Tensor found = on_grid(x, torch::tensor(0.25));
  EXPECT_TRUE(found.equal(torch::tensor({-1000.25, 0.0, 0.0, 0.5, 1e6}))) << found;
  found.sum().backward();
  EXPECT_TRUE(x.grad().equal(torch::ones({5}))) << x.grad();
}

}  // namespace
}  // namespace dcnsim
