// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/post.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/numeric/kernels/kernel_set.h"
#include "tests/numeric/conv_support.h"
#include "tests/numeric/rational.h"

namespace dcnsim {
namespace {

using test::clamp_code;
using test::Int128;
using test::kRoundings;
using test::pick;
using test::Random;
using test::round_fraction;

Format random_format(Random& random) {
  return {pick(random, kMinBits, kMaxBits), 0, pick(random, 0, 1) == 0, pick(random, 0, 1) == 0};
}

/// Every second one bounded, so that one code is left or more.
Requant random_requant(Random& random, int shift, Rounding rounding) {
  Requant requant{shift, rounding, pick(random, 0, 1) == 0, random_format(random)};
  if (pick(random, 0, 1) == 0) return requant;
  const int least = requant.min_code(), greatest = requant.max_code();
  const int low = pick(random, least, greatest);
  requant.clamp_low = low - requant.out.min_code();
  requant.clamp_high = greatest - pick(random, low, greatest);
  return requant;
}

CodeTensor random_tensor(Random& random, Shape shape, const Format& format) {
  CodeTensor tensor(shape, format);
  for (std::size_t i = 0; i < tensor.size(); ++i) tensor.set(i, test::random_code(random, format));
  return tensor;
}

/// int32 values of every size, the extremes and exact ties among them.
std::int32_t random_acc(Random& random, int shift) {
  const auto value = static_cast<std::int32_t>(random()) >> pick(random, 0, 31);
  switch (pick(random, 0, 5)) {
    case 0:
      return INT32_MIN;
    case 1:
      return INT32_MAX;
    case 2:
      if (shift < 1 || shift > 31) return value;
      return static_cast<std::int32_t>(
          (static_cast<std::uint32_t>(value) >> shift << shift | 1U << (shift - 1)) *
          static_cast<std::uint32_t>(pick(random, 0, 1) == 0 ? 1 : -1));
    default:
      return value;
  }
}

/// acc * 2^-shift as a fraction; left shifts beyond 64 are far outside every format.
std::int32_t expected_code(std::int64_t acc, const Requant& requant) {
  const Int128 numerator =
      requant.shift < 0 ? Int128{acc} * (Int128{1} << std::min(-requant.shift, 62)) : Int128{acc};
  const Int128 denominator = Int128{1} << std::clamp(requant.shift, 0, 100);
  return clamp_code(round_fraction(numerator, denominator, requant.rounding), requant);
}

TEST(Requantize, TensorsEqualSingleValuesForEveryShiftModeAndFormat) {
  Random random(1);
  for (int shift = -100; shift <= 100; shift += shift < -4 || shift > 40 ? 7 : 1) {
    for (const Rounding rounding : kRoundings) {
      for (int repetition = 0; repetition < 8; ++repetition) {
        const Requant requant = random_requant(random, shift, rounding);
        const Shape shape{3, 5, pick(random, 1, 9)};
        Accumulators narrow;
        Accumulators wide;
        for (std::size_t i = 0; i < shape.elements(); ++i) {
          narrow.narrow.push_back(random_acc(random, shift));
          const std::uint64_t word = std::uint64_t{random()} << 32 | random();
          wide.wide.push_back(static_cast<std::int64_t>(word) >> pick(random, 0, 63));
        }
        for (const Accumulators* acc : {&narrow, &wide}) {
          const CodeTensor codes = requantize_tensor(*acc, shape, requant);
          ASSERT_EQ(codes.shape(), shape);
          for (std::size_t i = 0; i < codes.size(); ++i) {
            ASSERT_EQ(codes.get(i), expected_code(acc->get(i), requant))
                << acc->get(i) << " shift " << shift << " " << to_string(rounding) << " to "
                << to_string(requant.out);
          }
        }
      }
    }
  }
}

TEST(Requantize, EveryKernelSetEqualsSingleValues) {
  Random random(2);
  for (const InstructionSet instructions : available_instruction_sets()) {
    const kernels::KernelSet* set = &kernels::set_for(instructions);
    for (int shift = 0; shift <= 31; ++shift) {
      for (const Rounding rounding : kRoundings) {
        const Format format = random_format(random);
        std::vector<std::int32_t> acc(100);
        for (std::int32_t& value : acc) value = random_acc(random, shift);
        CodeTensor out({1, 1, 100}, format);
        const auto run = format.host_bytes() == 1 ? set->requantize_to_8 : set->requantize_to_16;
        run({acc.data(), acc.size(), shift, static_cast<int>(rounding), format.min_code(),
             format.max_code(), out.data()});
        for (std::size_t i = 0; i < acc.size(); ++i) {
          ASSERT_EQ(out.get(i), expected_code(acc[i], {shift, rounding, false, format}))
              << set->name << " " << acc[i] << " shift " << shift << " " << to_string(rounding);
        }
      }
    }
  }
}

TEST(Requantize, FusedMaxPoolEqualsPoolingTheCodes) {
  Random random(3);
  for (int repetition = 0; repetition < 300; ++repetition) {
    const int pool = pick(random, 1, 3);
    const Shape shape{pick(random, pool, 9), pick(random, pool, 9), pick(random, 1, 40)};
    const Requant requant =
        random_requant(random, pick(random, -2, 20), kRoundings[pick(random, 0, 4)]);
    Accumulators acc;
    for (std::size_t i = 0; i < shape.elements(); ++i) {
      const std::int32_t value = random_acc(random, requant.shift);
      repetition % 2 == 0 ? acc.narrow.push_back(value) : acc.wide.push_back(value);
    }
    const CodeTensor codes = requantize_tensor(acc, shape, requant);
    PoolShape window;
    window.in = shape;
    window.kernel_h = window.kernel_w = window.stride_h = window.stride_w = pool;
    EXPECT_EQ(requantize_tensor(acc, shape, requant, pool),
              pool_tensor(window, codes, {0, Rounding::kHalfUp, false, requant.out}))
        << "seed 3, repetition " << repetition;
  }
}

TEST(CountThresholds, IsHowManyAreNotAboveTheSum) {
  Random random(5);
  int reached[kMaxThresholds + 1] = {};
  for (int repetition = 0; repetition < 3000; ++repetition) {
    const int count = repetition % kMaxThresholds + 1;
    Requant requant;
    requant.counts = true;
    requant.out = {pick(random, 4, 16), 0, repetition % 2 == 0, false};
    requant.clamp_low = pick(random, 0, requant.out.max_code() - requant.out.min_code() - count);
    requant.clamp_high = requant.out.max_code() - requant.min_code() - count;
    ASSERT_EQ(requant.thresholds_a_channel(), count);
    std::vector<std::int64_t> thresholds;
    for (int i = 0; i < count; ++i) thresholds.push_back(pick(random, -20, 20));
    std::sort(thresholds.begin(), thresholds.end());
    if (repetition % 4 == 0) thresholds.front() = INT64_MIN;
    if (repetition % 4 == 1) thresholds.back() = INT64_MAX;
    for (const std::int64_t sum :
         {std::int64_t{pick(random, -22, 22)}, INT64_MIN, INT64_MAX, INT64_MAX - 1}) {
      int expected = 0;
      for (const std::int64_t threshold : thresholds) expected += threshold <= sum ? 1 : 0;
      ASSERT_EQ(count_thresholds(sum, requant, thresholds.data()), requant.min_code() + expected);
      ++reached[expected];
    }
  }
  for (const int times : reached) EXPECT_GT(times, 50);
}

TEST(CountThresholds, IsThatOfTheChannelAndOfTheLargestSumOfAPool) {
  Requant requant;
  requant.counts = true;
  requant.out = {2, 0, true, false};
  const std::vector<std::int64_t> thresholds{-1, 0, 5, 2, 2, 2};
  Accumulators acc;
  acc.narrow = {-2, 1, -1, 2, 4, 3, 5, -9};  // two channels
  const Shape shape{2, 2, 2};
  const auto codes = [&](int pool) {
    const CodeTensor out = requantize_tensor(acc, shape, requant, pool, {}, thresholds);
    std::vector<int> values;
    for (std::size_t i = 0; i < out.size(); ++i) values.push_back(out.get(i));
    return values;
  };
  EXPECT_EQ(codes(1), (std::vector<int>{-2, -2, -1, 1, 0, 1, 1, -2}));
  EXPECT_EQ(codes(2), (std::vector<int>{1, 1}));
}

TEST(Requantize, EveryKernelSetPoolsAlike) {
  Random random(4);
  for (const std::size_t pool : {1U, 2U, 3U}) {
    const std::size_t channels = 21;
    const std::size_t width = 4;
    const std::size_t stride = width * pool * channels + 5;
    std::vector<std::int32_t> rows(stride * pool);
    for (std::int32_t& value : rows) value = random_acc(random, 0);
    for (const InstructionSet instructions : available_instruction_sets()) {
      const kernels::KernelSet* set = &kernels::set_for(instructions);
      std::vector<std::int32_t> out(width * channels);
      set->max_pool_row({rows.data(), stride, pool, width, channels, out.data()});
      for (std::size_t i = 0; i < out.size(); ++i) {
        std::int32_t largest = INT32_MIN;
        for (std::size_t y = 0; y < pool; ++y) {
          for (std::size_t x = 0; x < pool; ++x) {
            largest = std::max(
                largest, rows[y * stride + (i / channels * pool + x) * channels + i % channels]);
          }
        }
        ASSERT_EQ(out[i], largest) << set->name;
      }
    }
  }
}

TEST(Pool, EqualsTheDefinitionOnRandomWindows) {
  Random random(5);
  for (int repetition = 0; repetition < 3000; ++repetition) {
    PoolShape shape;
    shape.kind = pick(random, 0, 1) == 0 ? PoolKind::kMax : PoolKind::kAverage;
    shape.in = {pick(random, 1, 8), pick(random, 1, 8), pick(random, 1, 5)};
    shape.kernel_h = pick(random, 1, 4);
    shape.kernel_w = pick(random, 1, 4);
    shape.stride_h = pick(random, 1, 3);
    shape.stride_w = pick(random, 1, 3);
    shape.pad_top = pick(random, 0, shape.kernel_h - 1);
    shape.pad_left = pick(random, 0, shape.kernel_w - 1);
    shape.pad_bottom = pick(random, 0, shape.kernel_h - 1);
    shape.pad_right = pick(random, 0, shape.kernel_w - 1);
    shape.count_include_pad = pick(random, 0, 1) == 0;
    if (shape.kernel_h > shape.in.height + shape.pad_top + shape.pad_bottom ||
        shape.kernel_w > shape.in.width + shape.pad_left + shape.pad_right) {
      continue;
    }
    validate(shape);
    const CodeTensor input = random_tensor(random, shape.in, random_format(random));
    const Requant requant = random_requant(
        random, pick(random, 0, 3) == 0 ? pick(random, -96, 96) : pick(random, -3, 6),
        kRoundings[pick(random, 0, 4)]);
    const CodeTensor out = pool_tensor(shape, input, requant);
    ASSERT_EQ(out.shape(), shape.out());
    for (int y = 0; y < shape.out_h(); ++y) {
      for (int x = 0; x < shape.out_w(); ++x) {
        for (int c = 0; c < shape.in.channels; ++c) {
          std::vector<std::int32_t> codes;
          for (int ky = 0; ky < shape.kernel_h; ++ky) {
            for (int kx = 0; kx < shape.kernel_w; ++kx) {
              const int in_y = y * shape.stride_h - shape.pad_top + ky;
              const int in_x = x * shape.stride_w - shape.pad_left + kx;
              if (in_y >= 0 && in_y < shape.in.height && in_x >= 0 && in_x < shape.in.width) {
                codes.push_back(input.at(in_y, in_x, c));
              }
            }
          }
          Int128 numerator = 0;
          Int128 denominator = 1;
          if (shape.kind == PoolKind::kMax) {
            numerator = *std::max_element(codes.begin(), codes.end());
          } else {
            for (const std::int32_t code : codes) numerator += code;
            denominator = shape.count_include_pad ? shape.kernel_h * shape.kernel_w
                                                  : static_cast<int>(codes.size());
          }
          (requant.shift < 0 ? numerator : denominator) *= Int128{1} << std::abs(requant.shift);
          ASSERT_EQ(out.at(y, x, c),
                    clamp_code(round_fraction(numerator, denominator, requant.rounding), requant))
              << "seed 5, repetition " << repetition;
        }
      }
    }
  }
}

TEST(Pool, ImpossibleWindowsAreRefusedByField) {
  const auto message = [](const PoolShape& shape) -> std::string {
    try {
      validate(shape);
      return "";
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
  };
  PoolShape good;
  good.in = {4, 4, 3};
  good.kernel_h = good.kernel_w = 2;
  EXPECT_EQ(message(good), "");
  const auto with = [&](int PoolShape::*field, int value) {
    PoolShape shape = good;
    shape.*field = value;
    return message(shape);
  };
  EXPECT_EQ(with(&PoolShape::pad_top, 2),
            "pad_top: 2 is not 0 or more and smaller than the window");
  EXPECT_NE(with(&PoolShape::pad_right, -1).find("pad_right: -1"), std::string::npos);
  EXPECT_NE(with(&PoolShape::stride_w, 0).find("stride_w: 0"), std::string::npos);
  EXPECT_NE(with(&PoolShape::kernel_h, 5).find("kernel_h: 5"), std::string::npos);
  PoolShape empty = good;
  empty.in.channels = 0;
  EXPECT_NE(message(empty).find("in.channels: 0"), std::string::npos);
}

TEST(Add, EqualsTheSumOnTheFinerGrid) {
  Random random(6);
  for (int repetition = 0; repetition < 20000; ++repetition) {
    const int reach = repetition % 3 == 0 ? kMaxFrac : 6;
    Format format_a = random_format(random);
    Format format_b = random_format(random);
    Requant requant = random_requant(random, 0, kRoundings[pick(random, 0, 4)]);
    format_a.frac = pick(random, -reach, reach);
    format_b.frac = pick(random, -reach, reach);
    requant.out.frac = pick(random, -reach, reach);
    const int frac = std::max(format_a.frac, format_b.frac);
    requant.shift = frac - requant.out.frac;
    const CodeTensor a = random_tensor(random, {1, 2, 3}, format_a);
    const CodeTensor b = random_tensor(random, {1, 2, 3}, format_b);
    const CodeTensor out = add_tensors(a, b, requant);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const Int128 sum = Int128{a.get(i)} * (Int128{1} << (frac - format_a.frac)) +
                         Int128{b.get(i)} * (Int128{1} << (frac - format_b.frac));
      Int128 rounded = 0;
      if (requant.shift >= 0) {
        rounded = round_fraction(sum, Int128{1} << requant.shift, requant.rounding);
      } else {  // clamp first: the product may be out of reach of 128 bits
        rounded = std::clamp<Int128>(sum, -(1 << 20), 1 << 20) *
                  (Int128{1} << std::min(-requant.shift, 40));
      }
      ASSERT_EQ(out.get(i), clamp_code(rounded, requant)) << "seed 6, repetition " << repetition;
    }
  }
}

TEST(Product, EqualsTheProductOfWhatCodesStandFor) {
  Random random(7);
  for (int repetition = 0; repetition < 20000; ++repetition) {
    Format format_a = random_format(random), format_b = random_format(random);
    Requant requant = random_requant(random, 0, kRoundings[pick(random, 0, 4)]);
    requant.multiplies = repetition % 2 == 0;
    requant.shift = requant.multiplies ? pick(random, 0, 63) : pick(random, -40, 40);
    if (requant.multiplies) {
      format_a.zero_point = test::random_code(random, format_a);
      format_b.zero_point = test::random_code(random, format_b);
      requant.out.zero_point = test::random_code(random, requant.out);
      requant.multiplier = static_cast<std::uint32_t>(random()) >> pick(random, 0, 31);
      requant.relu = false;
    }
    const bool is_pixel = pick(random, 0, 1) == 0;
    const CodeTensor a = random_tensor(random, {2, 2, 3}, format_a);
    const CodeTensor b = random_tensor(random, is_pixel ? Shape{1, 1, 3} : a.shape(), format_b);
    const CodeTensor out = multiply_tensors(a, b, requant);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const Int128 product = Int128{a.get(i) - format_a.zero_point} *
                             (b.get(is_pixel ? i % 3 : i) - format_b.zero_point) *
                             (requant.multiplies ? requant.multiplier : 1);
      const Int128 rounded =
          requant.shift < 0 ? product * (Int128{1} << -requant.shift)
                            : round_fraction(product, Int128{1} << requant.shift, requant.rounding);
      ASSERT_EQ(out.get(i), clamp_code(rounded + requant.out.zero_point, requant))
          << "seed 7, repetition " << repetition;
    }
  }
}

}  // namespace
}  // namespace dcnsim
