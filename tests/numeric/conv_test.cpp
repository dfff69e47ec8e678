// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/conv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>

#include "models/numeric/conv_weights.h"
#include "tests/numeric/conv_support.h"
#include "tests/support/tries.h"

namespace dcnsim {
namespace {

using test::Layer;
using test::pick;
using test::Random;

constexpr int kAccumulatorBits[] = {8, 16, 20, 24, 31, 32, 33, 40, 48, 64};

Accumulator random_accumulator(Random& random) {
  return {kAccumulatorBits[pick(random, 0, 9)],
          pick(random, 0, 1) == 0 ? Overflow::kWrap : Overflow::kSaturate};
}

/// Both ways of making weights, on every kernel set; returns the golden result.
Accumulators expect_fast_equals_golden(const Layer& layer, const Accumulator& accumulator) {
  const Accumulators golden =
      conv_golden(layer.shape, layer.input, layer.weights, layer.bias, accumulator);
  const CodeTensor k_major = test::k_major(layer);
  Accumulators fast;
  for (const InstructionSet instructions : available_instruction_sets()) {
    const kernels::KernelSet* set = &kernels::set_for(instructions);
    const ConvWeights weights(layer.shape, layer.weight_format, layer.input.format(), layer.weights,
                              layer.bias, accumulator, set);
    conv_fast(layer.shape, layer.input, weights, fast);
    EXPECT_TRUE(test::same(fast, golden))
        << set->name << ": " << test::describe(layer, accumulator) << ", overflowed "
        << fast.overflowed << " instead of " << golden.overflowed;
    EXPECT_TRUE(!weights.proved() || golden.overflowed == 0);
    for (const bool proved : {false, weights.proved()}) {
      const ConvWeights repacked =
          ConvWeights::from_k_major(layer.shape, layer.weight_format, layer.input.format(),
                                    k_major.data(), layer.bias, accumulator, proved, set);
      conv_fast(layer.shape, layer.input, repacked, fast);
      EXPECT_TRUE(test::same(fast, golden))
          << set->name << " k-major: " << test::describe(layer, accumulator);
    }
  }
  return golden;
}

Layer constant_layer(const ConvShape& shape, const Format& weight_format, std::int32_t weight,
                     const Format& input_format, std::int32_t code, std::int64_t bias) {
  Layer layer{shape, weight_format, CodeTensor(shape.in, input_format), {}, {}};
  for (std::size_t i = 0; i < layer.input.size(); ++i) layer.input.set(i, code);
  layer.weights.assign(static_cast<std::size_t>(shape.out_channels * shape.reduction()), weight);
  layer.bias.assign(static_cast<std::size_t>(shape.out_channels), bias);
  return layer;
}

class ConvWidths : public testing::TestWithParam<int> {};

TEST_P(ConvWidths, FastEqualsGoldenForEveryInputWidthAndSign) {
  const int weight_bits = GetParam(), repetitions = tries(24);
  std::uint64_t overflowed[2] = {};
  for (int input_bits = kMinBits; input_bits <= kMaxBits; ++input_bits) {
    for (int signs = 0; signs < 4; ++signs) {
      // Every second signed bit is -1 or +1.
      const Format weight_format{weight_bits, 0, (signs & 1) != 0,
                                 weight_bits == 1 && input_bits % 2 == 0};
      const Format input_format{input_bits, 0, (signs & 2) != 0};
      const auto seed = static_cast<unsigned>(weight_bits * 1000 + input_bits * 10 + signs);
      SCOPED_TRACE("seed " + std::to_string(seed));
      Random random(seed);
      for (int repetition = 0; repetition < repetitions; ++repetition) {
        const ConvShape shape = test::random_shape(random, repetition % 4 == 0 ? 18 : 6);
        const Layer layer =
            test::random_layer(random, shape, weight_format, input_format, 1 << (weight_bits + 1));
        expect_fast_equals_golden(layer, {32, Overflow::kWrap});
        const Accumulator accumulator = random_accumulator(random);
        overflowed[accumulator.overflow == Overflow::kWrap ? 0 : 1] +=
            expect_fast_equals_golden(layer, accumulator).overflowed;
      }
    }
  }
  EXPECT_GT(overflowed[0], 0U);
  EXPECT_GT(overflowed[1], 0U);
}

INSTANTIATE_TEST_SUITE_P(WeightBits, ConvWidths, testing::Range(kMinBits, kMaxBits + 1));

TEST(Conv, FastEqualsGoldenOnAccumulatorsThatOverflow) {
  const ConvShape shape{{5, 5, 40}, 35, 3, 3, 1, 1, 1, 1, 1, 1, 1};
  Random random(7);
  for (const int bits : {8, 12, 16}) {
    for (const int accumulator_bits : {16, 20, 24, 28, 32, 33}) {
      for (const Overflow overflow : {Overflow::kWrap, Overflow::kSaturate}) {
        const Layer layer = test::random_layer(random, shape, {bits, 0, true},
                                               {bits, 0, bits == 12}, std::int64_t{1} << 30);
        const Accumulators golden = expect_fast_equals_golden(layer, {accumulator_bits, overflow});
        if (accumulator_bits <= 2 * bits) {
          EXPECT_GT(golden.overflowed, 0U) << bits << " " << accumulator_bits;
        }
      }
    }
  }
}

TEST(Conv, FastEqualsGoldenOnManyGroups) {
  Random random(9);
  for (int repetition = 0; repetition < 300; ++repetition) {
    ConvShape shape;
    shape.groups = pick(random, 2, 70);
    shape.in = {pick(random, 1, 6), pick(random, 1, 9), shape.groups * pick(random, 1, 3)};
    shape.out_channels = shape.groups * pick(random, 1, 3);
    shape.kernel_h = pick(random, 1, shape.in.height);
    shape.kernel_w = pick(random, 1, shape.in.width);
    shape.stride_h = pick(random, 1, 3);
    shape.stride_w = pick(random, 1, 3);
    shape.pad_left = pick(random, 0, shape.kernel_w - 1);
    shape.pad_bottom = pick(random, 0, shape.kernel_h - 1);
    const Format weight_format{pick(random, 1, 9), 0, true};
    const Format input_format{pick(random, 1, 9), 0, pick(random, 0, 1) == 0};
    const Layer layer = test::random_layer(random, shape, weight_format, input_format, 1000);
    expect_fast_equals_golden(layer, {32, Overflow::kWrap});
    expect_fast_equals_golden(layer, random_accumulator(random));
  }
}

TEST(Conv, PaddingHoldsTheZeroPoint) {
  Random random(10);
  for (int repetition = 0; repetition < 400; ++repetition) {
    ConvShape shape = test::random_shape(random, repetition % 4 == 0 ? 18 : 4);
    if (repetition % 3 == 0) shape.groups = shape.out_channels = shape.in.channels;
    Format input_format{pick(random, 1, 16), 0, pick(random, 0, 1) == 0};
    input_format.zero_point = test::random_code(random, input_format);
    const Format weight_format{pick(random, 1, 9), 0, true};
    const Layer layer = test::random_layer(random, shape, weight_format, input_format, 1000);
    const Accumulator accumulator =
        repetition % 2 == 0 ? Accumulator{} : random_accumulator(random);
    const Accumulators golden = expect_fast_equals_golden(layer, accumulator);
    // The same of a map that has the padding, without any.
    Layer padded = layer;
    ConvShape& s = padded.shape;
    s.in.height += s.pad_top + s.pad_bottom;
    s.in.width += s.pad_left + s.pad_right;
    s.pad_top = s.pad_left = s.pad_bottom = s.pad_right = 0;
    padded.input = CodeTensor(s.in, input_format);
    for (int y = 0; y < s.in.height; ++y) {
      for (int x = 0; x < s.in.width; ++x) {
        const int row = y - shape.pad_top, column = x - shape.pad_left;
        const bool inside =
            row >= 0 && row < shape.in.height && column >= 0 && column < shape.in.width;
        for (int c = 0; c < s.in.channels; ++c) {
          padded.input.set_at(y, x, c,
                              inside ? layer.input.at(row, column, c) : input_format.zero_point);
        }
      }
    }
    EXPECT_TRUE(test::same(golden, expect_fast_equals_golden(padded, accumulator)))
        << "repetition " << repetition;
  }
}

TEST(Conv, FastEqualsGoldenOnExtremeCodes) {
  const ConvShape shape{{3, 3, 80}, 17, 2, 2, 1, 1, 0, 0, 1, 0, 1};
  for (const int bits : {1, 7, 8, 9, 15, 16}) {
    for (const Format weight_format : {Format{bits, 0, true}, Format{bits, 0, false}}) {
      for (const Format input_format : {Format{bits, 0, true}, Format{bits, 0, false}}) {
        for (const std::int32_t weight : {weight_format.min_code(), weight_format.max_code()}) {
          for (const std::int32_t code : {input_format.min_code(), input_format.max_code()}) {
            for (const int accumulator_bits : {24, 32, 33, 48}) {
              for (const Overflow overflow : {Overflow::kWrap, Overflow::kSaturate}) {
                expect_fast_equals_golden(
                    constant_layer(shape, weight_format, weight, input_format, code, -1),
                    {accumulator_bits, overflow});
              }
            }
          }
        }
      }
    }
  }
}

TEST(Conv, FastEqualsGoldenOnBiasesAtTheEndsOfInt64) {
  const ConvShape shape{{1, 1, 9}, 5, 1, 1, 1, 1, 0, 0, 0, 0, 1};
  for (const std::int64_t bias : {INT64_MAX, INT64_MAX - 100, INT64_MIN, INT64_MIN + 100}) {
    for (const std::int32_t weight : {-128, 127}) {
      for (const int bits : {8, 32, 40, 63, 64}) {
        for (const Overflow overflow : {Overflow::kWrap, Overflow::kSaturate}) {
          const Layer layer = constant_layer(shape, {8, 0, true}, weight, {8, 0, false}, 255, bias);
          expect_fast_equals_golden(layer, {bits, overflow});
        }
      }
    }
  }
}

/// A layer of weights that may stand side by side, but for `pairs` neighbours that a kernel which
/// adds two products up in 16 bits might not hold, or just holds. Counts their kinds.
Layer layer_with_pairs(Random& random, int pairs, const Format& weight_format,
                       const Format& input_format, std::map<std::string, int>& met) {
  constexpr int kPairs[][2] = {{127, 2},   {2, 127},    {65, 64},    {127, 127}, {-128, -1},
                               {-1, -128}, {-64, -65},  {64, 64},    {127, 1},   {-128, 0},
                               {-64, -64}, {127, -128}, {-128, -128}};
  const auto in_range = [&](int weight) {
    return std::clamp(weight, weight_format.min_code(), weight_format.max_code());
  };
  ConvShape shape = test::random_shape(random, 40);
  if (pick(random, 0, 7) == 0) shape.groups = shape.out_channels = shape.in.channels;
  Layer layer = test::random_layer(random, shape, weight_format, input_format, 1000);
  for (std::int32_t& weight : layer.weights) weight = in_range(weight / 8);
  const int row = shape.kernel_w * shape.in.channels / shape.groups;
  for (int i = 0; i < pairs && row > 1; ++i) {
    const int k = pick(random, 0, shape.kernel_h - 1) * row + pick(random, 0, row / 2 - 1) * 2;
    const int channel = pick(random, 0, shape.out_channels - 1);
    const auto& pair = kPairs[pick(random, 0, 12)];
    const auto at = static_cast<std::size_t>(channel * shape.reduction() + k);
    layer.weights[at] = in_range(pair[0]);
    layer.weights[at + 1] = in_range(pair[1]);
    const int sum = layer.weights[at] + layer.weights[at + 1];
    if (input_format.bits == 8) {
      ++met[sum > 128 ? "up" : sum < -128 ? "down" : std::abs(sum) == 128 ? "limit" : "inside"];
    }
  }
  return layer;
}

TEST(Conv, FastEqualsGoldenWherePairsOfWeightsMayLeave16Bits) {
  Random random(12);
  std::map<std::string, int> met;
  const kernels::KernelSet& best = kernels::selected();
  for (int repetition = 0; repetition < 600; ++repetition) {
    const bool is_signed = repetition % 5 != 0;
    const Format weight_format{
        is_signed && repetition % 3 != 0 ? 8 : pick(random, 1, is_signed ? 8 : 7), 0, is_signed};
    Format input_format{repetition % 4 == 0 ? pick(random, 1, 8) : 8, 0, pick(random, 0, 1) == 0};
    if (pick(random, 0, 2) == 0) input_format.zero_point = test::random_code(random, input_format);
    const int pairs = pick(random, 0, 3) == 0 ? pick(random, 20, 400) : pick(random, 0, 6);
    const Layer layer = layer_with_pairs(random, pairs, weight_format, input_format, met);
    expect_fast_equals_golden(layer, {32, Overflow::kWrap});
    if (best.split_pairs == nullptr) continue;
    PackedConv packed;
    packed.kernels = &best;
    packed.prepare(layer.shape, weight_format, input_format, test::k_major(layer).data(),
                   layer.bias, {32, Overflow::kWrap}, false, true);
    ++met[packed.input.bytes == 2          ? "words"
          : packed.extra_steps.size() == 0 ? "bytes"
          : packed.extra_steps.size() < 4  ? "few steps"
                                           : "many steps"];
    ++met[layer.shape.in.channels % 4 == 0 ? "even channels" : "odd channels"];
    if (packed.has_lanes) ++met["lanes"];
    if (weight_format.max_code() < 64 || input_format.bits < 8) {
      EXPECT_EQ(packed.input.bytes, 1);
      EXPECT_TRUE(packed.extra_steps.empty());
    }
  }
  for (const char* kind : {"up", "down", "limit", "inside"}) EXPECT_GT(met[kind], 20) << kind;
  if (best.split_pairs == nullptr) return;
  for (const char* kind :
       {"words", "bytes", "few steps", "many steps", "even channels", "odd channels", "lanes"}) {
    EXPECT_GT(met[kind], 3) << kind;
  }
}

TEST(Conv, FastEqualsGoldenForEveryRemainderOfPixelsAndChannels) {
  Random random(11);
  for (int width = 1; width <= 26; ++width) {
    const int channels = pick(random, 1, 150);
    const ConvShape shape{{1, width, 5}, channels, 1, 1, 1, 1, 0, 0, 0, 0, 1};
    for (const int input_bits : {8, 10}) {
      const Layer layer =
          test::random_layer(random, shape, {8, 0, true}, {input_bits, 0, width % 2 == 0}, 1000);
      expect_fast_equals_golden(layer, {32, Overflow::kWrap});
    }
  }
}

TEST(Conv, SaturationFollowsTheNormativeOrder) {
  // Bias 100, then +100 * 1 (clamped to 127), then -100 * 1: 27, not 100.
  const ConvShape shape{{1, 1, 2}, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1};
  CodeTensor input(shape.in, {8, 0, true});
  input.set(0, 100);
  input.set(1, 100);
  const Accumulators out = conv_golden(shape, input, {1, -1}, {100}, {8, Overflow::kSaturate});
  EXPECT_EQ(out.narrow, std::vector<std::int32_t>{27});
  EXPECT_EQ(out.overflowed, 1U);
}

TEST(Conv, WrapCountsOnlySumsThatEndOutsideTheRange) {
  // 127 + 1 - 1 leaves the range and comes back.
  const ConvShape shape{{1, 1, 2}, 2, 1, 1, 1, 1, 0, 0, 0, 0, 1};
  CodeTensor input(shape.in, {8, 0, true});
  input.set(0, 1);
  input.set(1, 1);
  const Accumulators out =
      conv_golden(shape, input, {1, -1, 1, 1}, {127, 127}, {8, Overflow::kWrap});
  EXPECT_EQ(out.narrow, (std::vector<std::int32_t>{127, -127}));
  EXPECT_EQ(out.overflowed, 1U);
}

TEST(Conv, GoldenMatchesAWorkedExample) {
  // 2 x 2 input, 2 x 2 kernel, padding on the left only: hand-computed.
  const ConvShape shape{{2, 2, 1}, 1, 2, 2, 1, 1, 0, 1, 0, 0, 1};
  CodeTensor input(shape.in, {4, 0, false});
  for (int i = 0; i < 4; ++i) input.set(static_cast<std::size_t>(i), i + 1);
  const Accumulators out = conv_golden(shape, input, {1, 2, 3, 4}, {10}, {32, Overflow::kWrap});
  EXPECT_EQ(out.narrow, (std::vector<std::int32_t>{10 + 2 + 12, 10 + 1 + 4 + 9 + 16}));
}

TEST(Conv, TilesOfRowsEqualTheWholeLayer) {
  Random random(3);
  for (const int stride : {1, 2}) {
    const ConvShape whole{{13, 9, 8}, 20, 3, 3, stride, stride, 1, 1, 1, 1, 1};
    const Layer layer =
        test::random_layer(random, whole, {8, 0, true}, {8, 0, stride == 2}, 1 << 20);
    const ConvWeights weights(whole, layer.weight_format, layer.input.format(), layer.weights,
                              layer.bias, {32, Overflow::kWrap});
    Accumulators all;
    conv_fast(whole, layer.input, weights, all);
    Accumulators part;
    const std::size_t row_codes = 9 * 8;
    const auto row_values = static_cast<std::size_t>(whole.out_w() * whole.out_channels);
    for (int first = 0, rows = 1; first < whole.out_h(); first += rows, ++rows) {
      rows = std::min(rows, whole.out_h() - first);
      const int top = first * stride - 1;
      const int bottom = (first + rows - 1) * stride + 2;  // one past the last input row
      ConvShape tile = whole;
      tile.pad_top = std::max(0, -top);
      tile.pad_bottom = std::max(0, bottom - 13);
      tile.in.height = std::min(bottom, 13) - std::max(top, 0);
      ASSERT_EQ(tile.out_h(), rows);
      CodeTensor input(tile.in, layer.input.format());
      for (std::size_t i = 0; i < input.size(); ++i) {
        input.set(i, layer.input.get(static_cast<std::size_t>(std::max(top, 0)) * row_codes + i));
      }
      conv_fast(tile, input, weights, part);
      const auto begin = all.narrow.begin() +
                         static_cast<std::ptrdiff_t>(static_cast<std::size_t>(first) * row_values);
      EXPECT_TRUE(std::equal(part.narrow.begin(), part.narrow.end(), begin)) << first;
    }
  }
}

TEST(Conv, RepackedObjectForgetsTheLayerBefore) {
  Random random(5);
  ConvWeights weights;
  Accumulators out;
  for (int i = 0; i < 200; ++i) {
    const Layer layer = test::random_layer(random, test::random_shape(random, 8),
                                           {pick(random, 1, 16), 0, pick(random, 0, 1) == 1},
                                           {pick(random, 1, 16), 0, pick(random, 0, 1) == 1}, 1000);
    const Accumulator accumulator = random_accumulator(random);
    const CodeTensor codes = test::k_major(layer);
    weights.repack_k_major(layer.shape, layer.weight_format, layer.input.format(), codes.data(),
                           layer.bias, accumulator, false);
    conv_fast(layer.shape, layer.input, weights, out);
    EXPECT_TRUE(test::same(
        out, conv_golden(layer.shape, layer.input, layer.weights, layer.bias, accumulator)))
        << i << ": " << test::describe(layer, accumulator);
  }
}

TEST(Conv, ProofIsExactAtTheEdgeOfTheRange) {
  const Format input{8, 0, false};  // codes 0..255
  const std::vector<std::int32_t> weights{100, 28, -1};
  EXPECT_TRUE(cannot_overflow(weights, 1, {127}, input, {16, Overflow::kWrap}));  // 128*255+127
  EXPECT_FALSE(cannot_overflow(weights, 1, {128}, input, {16, Overflow::kWrap}));
  EXPECT_TRUE(cannot_overflow({-128}, 1, {-128}, input, {16, Overflow::kWrap}));
  EXPECT_FALSE(cannot_overflow({-128}, 1, {-129}, input, {16, Overflow::kWrap}));
  EXPECT_FALSE(cannot_overflow({0}, 1, {1 << 20}, input, {16, Overflow::kWrap}));
  EXPECT_TRUE(cannot_overflow({1}, 1, {INT64_MIN}, input, {64, Overflow::kSaturate}));
  EXPECT_FALSE(cannot_overflow({1}, 1, {INT64_MAX}, input, {64, Overflow::kSaturate}));
}

TEST(Conv, TensorsHaveAtMost2To30Elements) {
  const auto said = [](Shape in, int out_channels, int pad_bottom = 0) {
    ConvShape shape;
    shape.in = in;
    shape.out_channels = out_channels;
    shape.pad_bottom = pad_bottom;
    try {
      validate(shape);
    } catch (const std::invalid_argument& error) {
      return std::string(error.what()).substr(0, 12);
    }
    return std::string();
  };
  constexpr int k2To15 = 1 << 15;
  EXPECT_EQ(said({k2To15, k2To15, 1}, 1), "");
  EXPECT_EQ(said({k2To15, k2To15 + 1, 1}, 1), "in.height: 3");
  EXPECT_EQ(said({k2To15 - 1, k2To15, 1}, 1, 1), "");
  EXPECT_EQ(said({k2To15 - 1, k2To15, 1}, 1, 2), "in.height: 3") << "padding counts";
  EXPECT_EQ(said({k2To15, k2To15 / 2, 1}, 2), "");
  EXPECT_EQ(said({k2To15, k2To15 / 2, 1}, 3), "out_channels");
  EXPECT_EQ(said({1, 1, k2To15}, k2To15), "") << "as many weights";
  EXPECT_EQ(said({1, 1, k2To15}, k2To15 + 1), "out_channels");
}

TEST(Conv, ImpossibleGeometryIsRefusedByField) {
  const auto message = [](const ConvShape& shape) -> std::string {
    try {
      validate(shape);
      return "";
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
  };
  const ConvShape good{{4, 4, 4}, 4, 3, 3, 1, 1, 1, 1, 1, 1, 2};
  EXPECT_EQ(message(good), "");
  const auto with = [&](int ConvShape::*field, int value) {
    ConvShape shape = good;
    shape.*field = value;
    return message(shape);
  };
  EXPECT_EQ(with(&ConvShape::stride_h, 0), "stride_h: 0 is not positive (and at most 2^30)");
  EXPECT_NE(with(&ConvShape::groups, 3).find("groups: 3"), std::string::npos);
  EXPECT_NE(with(&ConvShape::kernel_h, 7).find("kernel_h: 7"), std::string::npos);
  EXPECT_NE(with(&ConvShape::kernel_w, 7).find("kernel_w: 7"), std::string::npos);
  EXPECT_NE(with(&ConvShape::pad_left, -1).find("pad_left: -1"), std::string::npos);
  EXPECT_NE(with(&ConvShape::out_channels, 1 << 30).find("out_channels"), std::string::npos);
  EXPECT_NE(with(&ConvShape::pad_bottom, 1 << 30).find("in.height"), std::string::npos);
}

}  // namespace
}  // namespace dcnsim
