// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/quant_spec.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace dcnsim {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Around every kind of code of `spec`: what lies on codes, half-way, just beside and far away.
std::vector<double> values_for(const QuantSpec& spec, std::mt19937_64& random) {
  std::vector<double> values{0.0,        -0.0,    kInfinity,
                             -kInfinity, 1e308,   -1e308,
                             5e-324,     -5e-324, std::numeric_limits<float>::max(),
                             0x1p31,     -0x1p31, 0x1p52,
                             -0x1p53};
  const auto low = static_cast<double>(spec.min_code()),
             high = static_cast<double>(spec.max_code());
  std::uniform_real_distribution<double> codes(low - 2, high + 2);
  for (int i = 0; i < 300; ++i) {
    const double code = i < 20 ? (i % 2 == 0 ? low : high) + i / 4.0 - 2.5 : codes(random);
    for (const double near : {code, std::floor(code), std::floor(code) + 0.5}) {
      const double value = (near - spec.zero_point) * spec.scale();
      values.insert(values.end(),
                    {value, double{static_cast<float>(value)}, std::nextafter(value, kInfinity),
                     std::nextafter(value, -kInfinity)});
    }
  }
  return values;
}

void expect_same(const QuantSpec& spec, Rounding rounding, std::mt19937_64& random) {
  const std::vector<double> values = values_for(spec, random);
  std::vector<double> codes = values;
  spec.put_codes(codes.data(), codes.size(), rounding);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto right = static_cast<double>(spec.code(values[i], rounding));
    ASSERT_EQ(codes[i], right) << values[i] << " as " << spec.text() << " with "
                               << to_string(rounding);
    ASSERT_FALSE(codes[i] == 0 && std::signbit(codes[i])) << values[i];
  }
}

TEST(QuantSpec, CodesManyValuesAsEach) {
  std::mt19937_64 random(1);
  for (const int bits : {1, 2, 3, 4, 7, 8, 12, 16, 24, 31, 32, 33, 49, 50, 51, 53, 62}) {
    for (const bool is_signed : {false, true}) {
      for (const bool narrow : {false, true}) {
        for (const double scale : {1.0, 0.25, 0x1p-20, 0x1p30, 0.1, 1 / 3.0, 3e-20}) {
          for (const bool adds_zero_first : {false, true}) {
            QuantSpec spec{bits, 0, is_signed, narrow, "ROUND"};
            spec.set_scale(scale);
            spec.adds_zero_first = adds_zero_first;
            const bool has_zero_point = bits <= 32 && !(bits == 1 && (is_signed || narrow));
            for (const int part : {0, 1, 3}) {
              if (part > 0 && !has_zero_point) continue;
              spec.zero_point = static_cast<std::int32_t>(
                  std::clamp<std::int64_t>(part == 0   ? 0
                                           : part == 1 ? spec.min_code()
                                                       : spec.max_code() / part,
                                           INT32_MIN, INT32_MAX));
              for (const Rounding rounding :
                   {Rounding::kHalfEven, Rounding::kHalfUp, Rounding::kHalfAway,
                    Rounding::kTowardZero, Rounding::kFloor}) {
                expect_same(spec, rounding, random);
                if (HasFatalFailure()) return;
              }
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace dcnsim
