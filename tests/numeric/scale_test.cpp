// SPDX-License-Identifier: Apache-2.0
// Requantizing by multipliers, against exact fractions.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/numeric/kernels/kernel_set.h"
#include "models/numeric/post.h"
#include "tests/numeric/conv_support.h"
#include "tests/numeric/rational.h"
#include "tests/support/tries.h"

namespace dcnsim {
namespace {

using test::Int128;
using test::kRoundings;
using test::pick;
using test::Random;
using test::round_fraction;

Format random_map_format(Random& random) {
  Format format{pick(random, kMinBits, kMaxBits), 0, pick(random, 0, 1) == 0, false};
  format.zero_point = test::random_code(random, format);
  return format;
}

/// Every second one bounded on one side, every third with scales of its own for negative sums.
Requant random_affine(Random& random) {
  Requant requant;
  requant.rounding = kRoundings[pick(random, 0, 4)];
  requant.relu = pick(random, 0, 1) == 0;
  requant.out = random_map_format(random);
  requant.multiplies = true;
  const int codes = requant.out.max_code() - requant.out.zero_point;
  if (pick(random, 0, 1) == 0) requant.clamp_high = pick(random, 0, codes);
  requant.leaky = pick(random, 0, 2) == 0;
  return requant;
}

Scale random_scale(Random& random, int bits) {
  const auto multiplier = static_cast<std::uint32_t>(random()) >> (32 - pick(random, 1, bits));
  return {multiplier, pick(random, 0, kMaxScaleShift)};
}

std::vector<Scale> random_scales(Random& random, int channels, int bits, const Requant& requant) {
  std::vector<Scale> scales;
  for (int i = 0; i < channels * (requant.leaky ? 2 : 1); ++i) {
    scales.push_back(random_scale(random, bits));
  }
  return scales;
}

/// Of the i-th of [pixel][channel].
const Scale& scale_of(const std::vector<Scale>& scales, const Requant& requant, std::size_t i,
                      std::int64_t sum) {
  if (!requant.leaky) return scales[i % scales.size()];
  return scales[2 * (i % (scales.size() / 2)) + (sum < 0 ? 1 : 0)];
}

/// Sums of every size, the extremes and, where they are odd multiples of half a step, ties.
std::int64_t random_sum(Random& random, int bits, int shift) {
  const auto word = static_cast<std::int64_t>(std::uint64_t{random()} << 32 | random());
  const std::int64_t value = word >> (64 - pick(random, 1, bits));
  switch (pick(random, 0, 5)) {
    case 0:
      return bits == 64 ? INT64_MIN : -(std::int64_t{1} << (bits - 1));
    case 1:
      return bits == 64 ? INT64_MAX : (std::int64_t{1} << (bits - 1)) - 1;
    case 2:
      return shift == 0 || shift >= bits - 1
                 ? value
                 : value / (std::int64_t{1} << shift) * (std::int64_t{1} << shift) +
                       (std::int64_t{1} << (shift - 1));
    default:
      return value;
  }
}

std::int32_t expected(Int128 numerator, Int128 denominator, const Requant& requant) {
  const Int128 code =
      round_fraction(numerator, denominator, requant.rounding) + requant.out.zero_point;
  Int128 low = requant.out.min_code();
  if (requant.relu && low < requant.out.zero_point) low = requant.out.zero_point;
  const Int128 high = requant.out.max_code() - requant.clamp_high;
  return static_cast<std::int32_t>(code < low ? low : code > high ? high : code);
}

TEST(Scale, TensorsEqualExactFractionsForEveryMultiplierWidth) {
  Random random(1);
  int ties = 0;  // must be met
  for (int bits = 1; bits <= kMaxMultiplierBits; ++bits) {
    for (int repetition = 0; repetition < 60; ++repetition) {
      const Requant requant = random_affine(random);
      const Shape shape{2, 3, pick(random, 1, 19)};
      const auto scales = random_scales(random, shape.channels, bits, requant);
      Accumulators narrow, wide;
      for (std::size_t i = 0; i < shape.elements(); ++i) {
        const int shift = scale_of(scales, requant, i, 0).shift;
        narrow.narrow.push_back(static_cast<std::int32_t>(random_sum(random, 32, shift)));
        wide.wide.push_back(random_sum(random, 62, shift));
      }
      for (const Accumulators* acc : {&narrow, &wide}) {
        const CodeTensor codes = requantize_tensor(*acc, shape, requant, 1, scales);
        for (std::size_t i = 0; i < codes.size(); ++i) {
          const Scale& scale = scale_of(scales, requant, i, acc->get(i));
          const Int128 product = Int128{acc->get(i)} * scale.multiplier;
          const Int128 unit = Int128{1} << scale.shift;
          ties += scale.shift > 0 && (product & (unit - 1)) == unit / 2 ? 1 : 0;
          ASSERT_EQ(codes.get(i), expected(product, unit, requant))
              << acc->get(i) << " * " << scale.multiplier << " >> " << scale.shift << " "
              << to_string(requant.rounding) << " to " << to_string(requant.out);
        }
      }
    }
  }
  EXPECT_GT(ties, 300);
}

TEST(Scale, EveryKernelSetEqualsSingleValues) {
  Random random(2);
  for (const InstructionSet instructions : available_instruction_sets()) {
    const kernels::KernelSet* set = &kernels::set_for(instructions);
    for (int repetition = 0; repetition < 400; ++repetition) {
      const Requant requant = random_affine(random);
      const std::size_t pixels = 3, channels = static_cast<std::size_t>(pick(random, 1, 140));
      std::vector<std::int32_t> acc, multipliers;
      std::vector<std::uint64_t> shifts, offsets;
      std::vector<std::int64_t> halves;
      std::vector<Scale> scales;
      for (std::size_t c = 0; c < channels; ++c) {
        scales.push_back(random_scale(random, 31));
        multipliers.push_back(static_cast<std::int32_t>(scales[c].multiplier));
        shifts.push_back(static_cast<std::uint64_t>(scales[c].shift));
        halves.push_back(static_cast<std::int64_t>((std::uint64_t{1} << shifts[c]) / 2));
        offsets.push_back((std::uint64_t{1} << 63) >> shifts[c]);
      }
      for (std::size_t i = 0; i < pixels * channels; ++i) {
        acc.push_back(
            static_cast<std::int32_t>(random_sum(random, 32, scales[i % channels].shift)));
      }
      CodeTensor out({1, static_cast<int>(pixels), static_cast<int>(channels)}, requant.out);
      const auto run = requant.out.host_bytes() == 1 ? set->scale_to_8 : set->scale_to_16;
      run({acc.data(), pixels, channels, multipliers.data(), shifts.data(), halves.data(),
           offsets.data(), static_cast<int>(requant.rounding), requant.out.zero_point,
           requant.min_code(), requant.max_code(), out.data()});
      for (std::size_t i = 0; i < out.size(); ++i) {
        const Scale& scale = scales[i % channels];
        ASSERT_EQ(out.get(i),
                  expected(Int128{acc[i]} * scale.multiplier, Int128{1} << scale.shift, requant))
            << set->name << " " << acc[i] << " * " << scale.multiplier << " >> " << scale.shift
            << " " << to_string(requant.rounding);
      }
    }
  }
}

std::int32_t expected_twice(Int128 numerator, int shift, Requant requant) {
  requant.rounding = Rounding::kFloor;  // nothing is left to round
  return expected(test::round_twice(numerator, shift), 1, requant);
}

/// Of what rounds twice, the first time at bit 31: ties of both.
std::int64_t sum_of_ties(Random& random, const Scale& scale) {
  const std::int64_t sum = random_sum(random, 32, 0);
  if (scale.multiplier != 1U << 30 || pick(random, 0, 1) == 0) return sum;
  return (sum >> 12) * 4096 + (pick(random, 0, 1) == 0 ? 1 : 2048);
}

TEST(Scale, RoundsTwiceAsTheDefinitionSays) {
  Random random(12);
  int first_ties = 0, second_ties = 0, moved = 0;
  for (int repetition = 0; repetition < 1500; ++repetition) {
    Requant requant = random_affine(random);
    requant.rounding = Rounding::kTwice;
    const Shape shape{2, 3, pick(random, 1, 19)};
    auto scales = random_scales(random, shape.channels, 31, requant);
    const bool is_fast = pick(random, 0, 3) > 0;  // no scale of 1 and more
    for (Scale& scale : scales) {
      if (is_fast) scale.shift = pick(random, 31, kMaxScaleShift);
      if (pick(random, 0, 3) == 0) scale = {1U << 30, pick(random, 31, 45)};
    }
    Accumulators narrow, wide;
    for (std::size_t i = 0; i < shape.elements(); ++i) {
      const Scale& scale = scale_of(scales, requant, i, 0);
      narrow.narrow.push_back(static_cast<std::int32_t>(sum_of_ties(random, scale)));
      wide.wide.push_back(random_sum(random, 62, scale.shift));
    }
    for (const Accumulators* acc : {&narrow, &wide}) {
      const CodeTensor codes = requantize_tensor(*acc, shape, requant, 1, scales);
      for (std::size_t i = 0; i < codes.size(); ++i) {
        const Scale& scale = scale_of(scales, requant, i, acc->get(i));
        const Int128 product = Int128{acc->get(i)} * scale.multiplier;
        ASSERT_EQ(codes.get(i), expected_twice(product, scale.shift, requant))
            << acc->get(i) << " * " << scale.multiplier << " >> " << scale.shift;
        ASSERT_EQ(requantize(acc->get(i), requant, scale), codes.get(i));
        const Int128 first = test::round_twice(product, std::min(scale.shift, 31));
        first_ties += scale.shift >= 31 && (product & 0x7FFFFFFF) == 0x40000000 ? 1 : 0;
        const Int128 unit = Int128{1} << (std::max(scale.shift, 31) - 31);
        second_ties += unit > 1 && (first & (unit - 1)) == unit / 2 ? 1 : 0;
        const Int128 once = round_fraction(product, Int128{1} << scale.shift, Rounding::kHalfAway);
        moved += once != test::round_twice(product, scale.shift) ? 1 : 0;
      }
    }
  }
  EXPECT_GT(first_ties, 100);
  EXPECT_GT(second_ties, 100);
  EXPECT_GT(moved, 100) << "against rounding once";
}

TEST(Scale, EveryKernelSetRoundsTwice) {
  Random random(13);
  Requant requant = random_affine(random);
  requant.rounding = Rounding::kTwice;
  requant.relu = false;
  for (const InstructionSet instructions : available_instruction_sets()) {
    const kernels::KernelSet* set = &kernels::set_for(instructions);
    for (const int bits : {8, 16}) {
      requant.out = {bits, 0, true, false, pick(random, -100, 100)};
      requant.clamp_high = pick(random, 0, 20);
      constexpr std::size_t kChannels = 70, kPixels = 200;
      std::vector<std::int32_t> acc, multipliers;
      std::vector<std::uint64_t> shifts, offsets;
      std::vector<std::int64_t> halves;
      for (std::size_t c = 0; c < kChannels; ++c) {
        const int left = pick(random, 0, 32);  // of the shift behind the first rounding
        multipliers.push_back(c % 2 == 0 ? 1 << 30 : static_cast<std::int32_t>(random() >> 1));
        shifts.push_back(static_cast<std::uint64_t>(left));
        halves.push_back(static_cast<std::int64_t>((std::uint64_t{1} << left) / 2));
        offsets.push_back((std::uint64_t{1} << 63) >> left);
      }
      for (std::size_t i = 0; i < kPixels * kChannels; ++i) {
        const Scale scale{static_cast<std::uint32_t>(multipliers[i % kChannels]), 31};
        acc.push_back(static_cast<std::int32_t>(sum_of_ties(random, scale)));
      }
      CodeTensor out({1, kPixels, kChannels}, requant.out);
      const auto run = bits == 8 ? set->scale_to_8 : set->scale_to_16;
      run({acc.data(), kPixels, kChannels, multipliers.data(), shifts.data(), halves.data(),
           offsets.data(), static_cast<int>(requant.rounding), requant.out.zero_point,
           requant.min_code(), requant.max_code(), out.data()});
      for (std::size_t i = 0; i < out.size(); ++i) {
        const std::size_t c = i % kChannels;
        ASSERT_EQ(out.get(i), expected_twice(Int128{acc[i]} * multipliers[c],
                                             31 + static_cast<int>(shifts[c]), requant))
            << set->name << " " << acc[i] << " * " << multipliers[c] << " >> 31 >> " << shifts[c];
      }
    }
  }
}

TEST(Scale, AdditionsRoundThreeProductsTwice) {
  Random random(14);
  for (int repetition = 0; repetition < 5000; ++repetition) {
    const Shape shape{1, 1, 3};
    CodeTensor a(shape, random_map_format(random)), b(shape, random_map_format(random));
    for (std::size_t i = 0; i < a.size(); ++i) {
      a.set(i, test::random_code(random, a.format()));
      b.set(i, test::random_code(random, b.format()));
    }
    Requant requant = random_affine(random);
    requant.rounding = Rounding::kTwice;
    const Scale first = random_scale(random, 31), second = random_scale(random, 31);
    requant.multiplier = first.multiplier;
    requant.operand_shift = pick(random, 31, 34);
    requant.multiplier2 = second.multiplier;
    requant.operand2_shift = pick(random, 31, 40);
    requant.sum_multiplier = random_scale(random, 31).multiplier | 1U << 30;
    requant.shift = pick(random, 40, 55);
    const CodeTensor out = add_tensors(a, b, requant);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const Int128 unit = 1 << 20;
      const Int128 sum =
          test::round_twice((a.get(i) - a.format().zero_point) * unit * requant.multiplier,
                            requant.operand_shift) +
          test::round_twice((b.get(i) - b.format().zero_point) * unit * requant.multiplier2,
                            requant.operand2_shift);
      ASSERT_EQ(out.get(i), expected_twice(sum * requant.sum_multiplier, requant.shift, requant));
    }
  }
}

TEST(Scale, MeansThatRoundTwiceHaveTheCountInTheirMultiplier) {
  Random random(15);
  for (int repetition = 0; repetition < 1000; ++repetition) {
    PoolShape shape;
    shape.kind = PoolKind::kAverage;
    shape.in = {pick(random, 1, 7), pick(random, 1, 7), 1};
    shape.kernel_h = shape.in.height;
    shape.kernel_w = shape.in.width;
    CodeTensor input(shape.in, random_map_format(random));
    Int128 sum = 0;
    for (std::size_t i = 0; i < input.size(); ++i) {
      input.set(i, test::random_code(random, input.format()));
      sum += input.get(i) - input.format().zero_point;
    }
    Requant requant = random_affine(random);
    requant.rounding = Rounding::kTwice;
    const Scale scale = random_scale(random, 31);
    requant.multiplier = scale.multiplier;
    requant.shift = scale.shift;
    ASSERT_EQ(pool_tensor(shape, input, requant).get(0),
              expected_twice(sum * scale.multiplier, scale.shift, requant));
  }
}

TEST(Scale, PoolsThatDoNotMultiplyTakeCodesAsTheyAre) {
  CodeTensor input({1, 2, 1}, {8, 0, true, false, 100});
  input.set(0, -3);
  input.set(1, -2);
  PoolShape shape;
  shape.kind = PoolKind::kAverage;
  shape.in = input.shape();
  shape.kernel_w = 2;
  Requant requant;
  requant.rounding = Rounding::kHalfAway;
  requant.out = input.format();
  EXPECT_EQ(pool_tensor(shape, input, requant).get(0), -3) << "of -2.5, not of -102.5 and 100";
  shape.kind = PoolKind::kMax;
  EXPECT_EQ(pool_tensor(shape, input, requant).get(0), -2);
}

TEST(Scale, PowersOfTwoWithoutZeroPointAreShifts) {
  Random random(3);
  for (int repetition = 0; repetition < 2000; ++repetition) {
    Requant requant = random_affine(random);
    requant.out.zero_point = 0;
    requant.clamp_high = 0;
    requant.shift = pick(random, 0, 31);
    const int spare = pick(random, 0, 31);
    const std::int64_t sum = random_sum(random, 40, requant.shift);
    EXPECT_EQ(requantize(sum, requant, {std::uint32_t{1} << spare, requant.shift + spare}),
              requantize(sum, requant));
  }
}

TEST(Scale, FusedMaxPoolEqualsPoolingTheCodes) {
  Random random(4);
  for (int repetition = 0; repetition < 200; ++repetition) {
    const int pool = pick(random, 2, 3);
    const Shape shape{pick(random, pool, 9), pick(random, pool, 9), pick(random, 1, 20)};
    const Requant requant = random_affine(random);
    const auto scales = random_scales(random, shape.channels, 31, requant);
    Accumulators acc;
    for (std::size_t i = 0; i < shape.elements(); ++i) {
      const std::int64_t sum = random_sum(random, 32, scales[i % scales.size()].shift);
      repetition % 2 == 0 ? acc.narrow.push_back(static_cast<std::int32_t>(sum))
                          : acc.wide.push_back(sum);
    }
    const CodeTensor codes = requantize_tensor(acc, shape, requant, 1, scales);
    PoolShape window;
    window.in = shape;
    window.kernel_h = window.kernel_w = window.stride_h = window.stride_w = pool;
    Requant as_it_is;
    as_it_is.out = requant.out;
    as_it_is.multiplies = true;
    as_it_is.multiplier = 1;
    EXPECT_EQ(requantize_tensor(acc, shape, requant, pool, scales),
              pool_tensor(window, codes, as_it_is))
        << "repetition " << repetition;
  }
}

TEST(Scale, PoolsEqualExactFractions) {
  Random random(5);
  for (int repetition = 0; repetition < 2000; ++repetition) {
    PoolShape shape;
    shape.kind = repetition % 2 == 0 ? PoolKind::kMax : PoolKind::kAverage;
    shape.in = {pick(random, 3, 7), pick(random, 3, 7), pick(random, 1, 3)};
    shape.kernel_h = pick(random, 2, 3);
    shape.kernel_w = pick(random, 2, 3);
    shape.stride_h = pick(random, 1, 3);
    shape.pad_top = pick(random, 0, 1);
    shape.pad_right = pick(random, 0, 1);
    shape.count_include_pad = pick(random, 0, 1) == 0;
    CodeTensor input(shape.in, random_map_format(random));
    for (std::size_t i = 0; i < input.size(); ++i) {
      input.set(i, test::random_code(random, input.format()));
    }
    Requant requant = random_affine(random);
    const Scale scale = random_scale(random, 32);
    requant.multiplier = scale.multiplier;
    requant.shift = scale.shift;
    const CodeTensor out = pool_tensor(shape, input, requant);
    for (int y = 0; y < shape.out_h(); ++y) {
      for (int x = 0; x < shape.out_w(); ++x) {
        for (int c = 0; c < shape.in.channels; ++c) {
          Int128 sum = 0, most = INT32_MIN;
          int count = 0;
          for (int ky = 0; ky < shape.kernel_h; ++ky) {
            for (int kx = 0; kx < shape.kernel_w; ++kx) {
              const int row = y * shape.stride_h - shape.pad_top + ky, column = x + kx;
              if (row < 0 || row >= shape.in.height || column >= shape.in.width) continue;
              const Int128 from_zero = input.at(row, column, c) - input.format().zero_point;
              sum += from_zero;
              most = from_zero > most ? from_zero : most;
              ++count;
            }
          }
          const bool is_max = shape.kind == PoolKind::kMax;
          if (shape.count_include_pad) count = shape.kernel_h * shape.kernel_w;
          ASSERT_EQ(out.at(y, x, c),
                    expected((is_max ? most : sum) * scale.multiplier,
                             (Int128{1} << scale.shift) * (is_max ? 1 : count), requant))
              << "repetition " << repetition;
        }
      }
    }
  }
}

TEST(Scale, AdditionsRoundOnce) {
  Random random(6);
  for (int repetition = 0; repetition < 5000; ++repetition) {
    const Shape shape{1, 1, 3};
    CodeTensor a(shape, random_map_format(random)), b(shape, random_map_format(random));
    for (std::size_t i = 0; i < a.size(); ++i) {
      a.set(i, test::random_code(random, a.format()));
      b.set(i, test::random_code(random, b.format()));
    }
    Requant requant = random_affine(random);
    requant.shift = pick(random, 0, kMaxScaleShift);
    requant.multiplier = random_scale(random, 32).multiplier;
    requant.multiplier2 = random_scale(random, 32).multiplier;
    const CodeTensor out = add_tensors(a, b, requant);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const Int128 sum = Int128{a.get(i) - a.format().zero_point} * requant.multiplier +
                         Int128{b.get(i) - b.format().zero_point} * requant.multiplier2;
      ASSERT_EQ(out.get(i), expected(sum, Int128{1} << requant.shift, requant));
    }
  }
}

TEST(Scale, NearestAndNarrowedLoseHalfABit) {
  Random random(7);
  for (int repetition = 0; repetition < 3000; ++repetition) {
    const int bits = pick(random, kMinMultiplierBits, kMaxMultiplierBits);
    const double ratio = std::ldexp(1 + pick(random, 0, 1 << 30) * 0x1p-30, pick(random, -30, 5));
    const auto error = [&](const Scale& scale) {
      EXPECT_LT(scale.multiplier, std::uint64_t{1} << bits);
      return std::abs(std::ldexp(scale.multiplier, -scale.shift) / ratio - 1);
    };
    const Scale nearest = nearest_scale(ratio, bits);
    EXPECT_LE(error(nearest), std::ldexp(1.0, -bits));
    EXPECT_LE(error(narrowed(nearest_scale(ratio, kMaxMultiplierBits), bits)),
              std::ldexp(1.0, -bits) + 0x1p-31);
    EXPECT_EQ(narrowed(nearest, bits), nearest);
  }
  EXPECT_EQ(nearest_scale(0.5, 8), (Scale{128, 8}));
  EXPECT_EQ(nearest_scale(0.4999, 8), (Scale{128, 8})) << "rounds up to another power of two";
  EXPECT_EQ(nearest_scale(255, 8), (Scale{255, 0}));
  EXPECT_EQ(nearest_scale(1e-30, 31), (Scale{1, kMaxScaleShift}));
}

/// The ratio of three scales as float32 has them, as a fraction.
struct ExactRatio {
  Int128 above = 0, below = 0;

  double number() const { return static_cast<double>(above) / static_cast<double>(below); }
  /// The nearest multiplier of 31 bits, rounded half up to `bits`, over a power of two.
  ExactRatio with_multiplier(int bits) const {
    ExactRatio result{0, 1};
    while (round_fraction(above * result.below, below, Rounding::kHalfEven) >> 30 == 0) {
      result.below *= 2;
    }
    result.above = round_fraction(above * result.below, below, Rounding::kHalfEven);
    const Int128 lost = Int128{1} << (31 - bits);
    return {(2 * result.above / lost + 1) / 2 * lost, result.below};
  }
};

/// weight * input / output, about 2^`exponent`.
ExactRatio random_ratio(Random& random, int exponent) {
  const auto mantissa = [&] { return Int128{pick(random, 1 << 23, (1 << 24) - 1)}; };
  ExactRatio ratio{mantissa() * mantissa(), mantissa()};
  return {ratio.above, ratio.below << (24 - exponent)};
}

/// Of `tensors` tensors of 16 channels and 1024 pixels, the share of codes that a multiplier of
/// `bits` moves; by one at most, if it has 31. They are checked to be those of the multiplier.
double moved_codes(int out_bits, int bits, int tensors) {
  constexpr int kPixels = 1024, kChannels = 16;
  Random random(static_cast<unsigned>(100 * out_bits + bits));
  Requant requant;
  requant.multiplies = true;
  requant.rounding = Rounding::kHalfEven;
  requant.out = {out_bits, 0, false, false};
  const Shape shape{1, kPixels, kChannels};
  std::int64_t moved = 0;
  for (int tensor = 0; tensor < tensors; ++tensor) {
    std::vector<ExactRatio> ratios;
    std::vector<Scale> scales;
    for (int c = 0; c < kChannels; ++c) {
      ratios.push_back(random_ratio(random, pick(random, -12, -6)));
      scales.push_back(narrowed(nearest_scale(ratios.back().number(), 31), bits));
    }
    Accumulators acc;
    for (int i = 0; i < kPixels * kChannels; ++i) {
      const double code =
          static_cast<double>(random() >> 5) * std::ldexp(requant.out.max_code(), -27);
      acc.narrow.push_back(static_cast<std::int32_t>(
          code / ratios[static_cast<std::size_t>(i % kChannels)].number()));
    }
    const CodeTensor codes = requantize_tensor(acc, shape, requant, 1, scales);
    for (int c = 0; c < kChannels; ++c) {
      const ExactRatio& exact = ratios[static_cast<std::size_t>(c)];
      const ExactRatio used = exact.with_multiplier(bits);
      for (int pixel = 0; pixel < kPixels; ++pixel) {
        const auto i = static_cast<std::size_t>(pixel * kChannels + c);
        const auto of = [&](const ExactRatio& ratio) {
          return expected(acc.narrow[i] * ratio.above, ratio.below, requant);
        };
        const std::int32_t code = codes.get(i), right = of(exact);
        if (code != of(used)) ADD_FAILURE() << code << " with the multiplier " << of(used);
        if (bits == 31 && std::abs(code - right) > 1) ADD_FAILURE() << code << " for " << right;
        moved += code != right ? 1 : 0;
      }
    }
  }
  return static_cast<double>(moved) / (double{kPixels} * kChannels * tensors);
}

TEST(Scale, MultipliersMoveFewCodesFromThoseOfTheExactRatio) {
  for (const int out_bits : {4, 8, 16}) {
    for (const int bits : {8, 12, 16, 24, 31}) {
      // 262,144 codes; 11.5 million
      const double moved = moved_codes(out_bits, bits, bits == 31 ? tries(16, 700) : tries(2, 64));
      // models/numeric/README.md has these.
      RecordProperty("of_" + std::to_string(out_bits) + "_bits_by_" + std::to_string(bits),
                     std::to_string(1e6 * moved) + " of a million");
      const double bound = bits < 31       ? std::ldexp(1.0, out_bits - bits)
                           : out_bits <= 8 ? 1e-6
                                           : 1e-4;
      EXPECT_LT(moved, bound) << out_bits << " bits by " << bits;
    }
  }
}

TEST(Scale, RatiosWithoutMultiplierAreRefused) {
  for (const double ratio : {0.0, -1.0, 256.0, 255.9, std::nan("")}) {
    EXPECT_THROW(nearest_scale(ratio, 8), std::invalid_argument) << ratio;
  }
  EXPECT_THROW(narrowed({300, 0}, 8), std::invalid_argument);
  EXPECT_THROW(narrowed({511, 1}, 8), std::invalid_argument) << "rounds up to 256";
}

TEST(Scale, OperandsOfAnAdditionKeepTheirRatio) {
  Requant requant;
  requant.multiplier = 0x3FF;
  requant.multiplier2 = 0x102;
  requant.shift = 9;
  narrow(requant, 8);
  EXPECT_EQ(requant.multiplier, 128U) << "1023 / 8, rounded up to 2^7";
  EXPECT_EQ(requant.multiplier2, 32U);
  EXPECT_EQ(requant.shift, 6);
}

}  // namespace
}  // namespace dcnsim
