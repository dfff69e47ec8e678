// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/rounding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "tests/numeric/rational.h"

namespace dcnsim {
namespace {

using test::Int128;
using test::kRoundings;
using test::round_fraction;

constexpr std::int64_t kEdges[] = {0,
                                   1,
                                   -1,
                                   INT32_MAX,
                                   INT32_MIN,
                                   INT64_MAX,
                                   INT64_MAX - 1,
                                   INT64_MIN,
                                   INT64_MIN + 1,
                                   std::int64_t{1} << 62,
                                   -(std::int64_t{1} << 62),
                                   (std::int64_t{3} << 61) + 1};

double round_double(double x, Rounding rounding) {
  switch (rounding) {
    case Rounding::kHalfEven:
      return std::nearbyint(x);
    case Rounding::kHalfUp:
      return std::floor(x + 0.5);
    case Rounding::kHalfAway:
      return std::round(x);
    case Rounding::kTowardZero:
      return std::trunc(x);
    case Rounding::kFloor:
      return std::floor(x);
    case Rounding::kTwice:
      break;  // of products only
  }
  return 0;
}

TEST(Rounding, ShiftsEqualDivisionsInDoubleForSmallValues) {
  for (const Rounding rounding : kRoundings) {
    for (int shift = -4; shift <= 14; ++shift) {
      for (int value = -5000; value <= 5000; ++value) {
        ASSERT_EQ(static_cast<double>(shift_right_round(value, shift, rounding)),
                  round_double(std::ldexp(value, -shift), rounding))
            << value << " >> " << shift << " " << to_string(rounding);
      }
    }
  }
}

TEST(Rounding, ShiftsAreExactOverTheWholeRange) {
  std::mt19937_64 random(1);
  for (const Rounding rounding : kRoundings) {
    for (int shift = 0; shift <= 100; ++shift) {
      const auto check = [&](std::int64_t value) {
        ASSERT_TRUE(shift_right_round(value, shift, rounding) ==
                    round_fraction(value, Int128{1} << shift, rounding))
            << value << " >> " << shift << " " << to_string(rounding);
      };
      for (const std::int64_t value : kEdges) check(value);
      for (int i = 0; i < 200; ++i) {
        const auto value = static_cast<std::int64_t>(random()) >> (random() % 64);
        check(value);
        if (shift > 0 && shift < 64) {  // exactly on a tie
          const std::uint64_t mask = (std::uint64_t{1} << shift) - 1;
          check(static_cast<std::int64_t>((static_cast<std::uint64_t>(value) & ~mask) |
                                          std::uint64_t{1} << (shift - 1)));
        }
      }
    }
  }
}

TEST(Rounding, LeftShiftsSaturate) {
  for (int shift = 1; shift <= 200; ++shift) {
    for (const std::int64_t value : kEdges) {
      const Int128 exact = Int128{value} * (Int128{1} << (shift < 63 ? shift : 63));
      const Int128 expected =
          exact > INT64_MAX ? Int128{INT64_MAX} : (exact < INT64_MIN ? Int128{INT64_MIN} : exact);
      if (shift > 63 && value != 0) {
        ASSERT_EQ(shift_right_round(value, -shift, Rounding::kHalfUp),
                  value > 0 ? INT64_MAX : INT64_MIN);
      } else {
        ASSERT_TRUE(shift_right_round(value, -shift, Rounding::kHalfUp) == expected)
            << value << " << " << shift;
      }
    }
  }
}

TEST(Rounding, DoublesFollowTheSameModes) {
  for (const Rounding rounding : kRoundings) {
    for (int eighths = -800; eighths <= 800; ++eighths) {
      EXPECT_EQ(round_to_integer(eighths / 8.0, rounding), round_double(eighths / 8.0, rounding));
    }
    EXPECT_EQ(round_to_integer(0.49999999999999994, rounding), 0.0);
    EXPECT_EQ(round_to_integer(4503599627370497.0, rounding), 4503599627370497.0);
    EXPECT_EQ(round_to_integer(INFINITY, rounding), INFINITY);
    EXPECT_EQ(round_to_integer(-INFINITY, rounding), -INFINITY);
  }
}

TEST(Rounding, QuantizeTakesTheNearestCode) {
  for (int bits = 1; bits <= 8; ++bits) {
    for (const bool is_signed : {false, true}) {
      for (const bool narrow : {false, true}) {
        for (const int frac : {-3, 0, 2, 11}) {
          const Format format{bits, frac, is_signed, narrow};
          if (format.is_sign()) continue;
          for (int sixteenths = -16 * 300; sixteenths <= 16 * 300; ++sixteenths) {
            const double x = std::ldexp(sixteenths / 16.0, -frac);
            const double distance = std::abs(dequantize(quantize(x, format), format) - x);
            // No code is nearer than the nearest of the two around x or the end of the range.
            const double scaled = sixteenths / 16.0;
            const double best =
                std::fmin(std::abs(std::fmin(std::fmax(std::floor(scaled), format.min_code()),
                                             format.max_code()) -
                                   scaled),
                          std::abs(std::fmin(std::fmax(std::ceil(scaled), format.min_code()),
                                             format.max_code()) -
                                   scaled));
            ASSERT_EQ(distance, std::ldexp(best, -frac)) << to_string(format) << " " << x;
          }
        }
      }
    }
  }
}

TEST(Rounding, QuantizesToSignsByWhatIsBelowZero) {
  const Format sign{1, 3, true, true};
  for (const double x :
       {double{-INFINITY}, -5.0, -0.0001, -std::numeric_limits<double>::denorm_min()}) {
    EXPECT_EQ(quantize(x, sign), -1) << x;
  }
  for (const double x : {-0.0, 0.0, 0.0001, 0.1, 7.0, double{INFINITY}}) {
    EXPECT_EQ(quantize(x, sign), 1) << x;
  }
  EXPECT_EQ(dequantize(-1, sign), -0.125);
}

TEST(Rounding, QuantizeBreaksTiesAsTold) {
  const Format format{8, 1, true};  // steps of one half
  EXPECT_EQ(quantize(0.25, format), 0);
  EXPECT_EQ(quantize(0.75, format), 2);
  EXPECT_EQ(quantize(-0.25, format), 0);
  EXPECT_EQ(quantize(0.25, format, Rounding::kHalfUp), 1);
  EXPECT_EQ(quantize(-0.25, format, Rounding::kHalfUp), 0);
  EXPECT_EQ(quantize(-0.25, format, Rounding::kHalfAway), -1);
  EXPECT_EQ(quantize(-0.49, format, Rounding::kTowardZero), 0);
  EXPECT_EQ(quantize(-0.01, format, Rounding::kFloor), -1);
}

TEST(Rounding, QuantizeAcceptsEveryDouble) {
  for (const Format& format : {Format{8, 48, true}, Format{16, -48, false}}) {
    EXPECT_EQ(quantize(std::nan(""), format), 0);
    EXPECT_EQ(quantize(INFINITY, format), format.max_code());
    EXPECT_EQ(quantize(-INFINITY, format), format.min_code());
    EXPECT_EQ(quantize(std::numeric_limits<double>::max(), format), format.max_code());
    EXPECT_EQ(quantize(std::numeric_limits<double>::denorm_min(), format), 0);
  }
}

TEST(Rounding, DequantizeInvertsQuantizeOnEveryCode) {
  for (int bits = kMinBits; bits <= kMaxBits; ++bits) {
    for (const int frac : {-48, -1, 0, 7, 48}) {
      const Format format{bits, frac, bits % 2 == 0};
      for (std::int32_t code = format.min_code(); code <= format.max_code(); ++code) {
        ASSERT_EQ(quantize(dequantize(code, format), format), code);
      }
    }
  }
}

TEST(Rounding, FitWrapsModuloAndSaturatesAtTheEnds) {
  for (int bits = 8; bits <= 64; ++bits) {
    const Int128 modulus = Int128{1} << bits;
    const Accumulator wrap{bits, Overflow::kWrap};
    const Accumulator saturate{bits, Overflow::kSaturate};
    const auto check = [&](std::int64_t value) {
      const std::int64_t wrapped = fit(value, wrap);
      ASSERT_TRUE((Int128{value} - wrapped) % modulus == 0) << bits << " " << value;
      ASSERT_TRUE(-modulus / 2 <= wrapped && wrapped < modulus / 2) << bits << " " << value;
      const Int128 limited = value < -modulus / 2      ? -modulus / 2
                             : value > modulus / 2 - 1 ? modulus / 2 - 1
                                                       : Int128{value};
      ASSERT_TRUE(fit(value, saturate) == limited) << bits << " " << value;
    };
    for (const std::int64_t value : kEdges) check(value);
    for (std::int64_t value = -1000; value <= 1000; ++value) check(value);
  }
}

TEST(Rounding, ModesHaveNames) {
  EXPECT_EQ(to_string(Rounding::kHalfEven), "half-even");
  EXPECT_EQ(to_string(Rounding::kFloor), "floor");
}

}  // namespace
}  // namespace dcnsim
