// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/format_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "models/numeric/rounding.h"

namespace dcnsim {
namespace {

double exact_noise(const std::vector<float>& values, const Format& format) {
  double sum = 0;
  for (const float value : values) {
    const double x{value};
    const double error = x - dequantize(quantize(x, format), format);
    sum += error * error;
  }
  return sum;
}

/// The best of every n there is.
Format exhaustive(const std::vector<float>& values, int bits, bool is_signed) {
  Format best{bits, -kMaxFrac, is_signed, false};
  double least = std::numeric_limits<double>::infinity();
  for (int frac = -kMaxFrac; frac <= kMaxFrac; ++frac) {
    const Format format{bits, frac, is_signed, false};
    const double noise = exact_noise(values, format);
    if (noise >= least) continue;
    least = noise;
    best = format;
  }
  return best;
}

TEST(FormatSearch, SignsHaveTheScaleWithTheLeastError) {
  std::mt19937 random(8);
  for (std::size_t repetition = 0; repetition < 200; ++repetition) {
    const double spread = std::exp2(std::uniform_real_distribution<>(-12, 12)(random));
    std::vector<float> weights(repetition % 7 + 1);
    for (float& w : weights) w = static_cast<float>(std::normal_distribution<>(0, spread)(random));
    const auto noise = [&](int frac) {
      double sum = 0;
      for (const float w : weights) {
        sum += std::pow(std::abs(double{w}) - std::ldexp(1.0, -frac), 2);
      }
      return sum;
    };
    int best = -kMaxFrac;
    for (int frac = -kMaxFrac; frac <= kMaxFrac; ++frac) {
      if (noise(frac) < noise(best)) best = frac;
    }
    const FormatChoice choice = sign_format(weights);
    EXPECT_EQ(choice.format, (Format{1, best, true, true}));
    EXPECT_NEAR(choice.noise, noise(best), 1e-9 * noise(best));
  }
  EXPECT_EQ(sign_format({0.0F, 0.0F}).format, (Format{1, 0, true, true}));
}

struct Source {
  const char* name;
  std::function<double(std::mt19937&)> draw;
};

std::vector<Source> sources() {
  return {
      {"uniform", [](auto& r) { return std::uniform_real_distribution<>(-1, 1)(r); }},
      {"gaussian", [](auto& r) { return std::normal_distribution<>(0, 0.05)(r); }},
      {"laplacian",
       [](auto& r) {
         const double magnitude = std::exponential_distribution<>(0.01)(r);
         return r() % 2 == 0 ? magnitude : -magnitude;
       }},
      {"outlier",
       [](auto& r) { return r() % 500 == 0 ? 1000.0 : 0.001 * static_cast<double>(r() % 1000); }},
      {"rectified", [](auto& r) { return std::max(0.0, std::normal_distribution<>(-1, 2)(r)); }}};
}

std::vector<float> draw(const Source& source, unsigned seed, bool is_signed) {
  std::mt19937 random(seed);
  std::vector<float> values(2000);
  for (float& value : values) {
    const double x = source.draw(random);
    value = static_cast<float>(is_signed ? x : std::abs(x));
  }
  return values;
}

TEST(FormatSearch, PicksTheFormatThatTryingAllPicks) {
  for (const Source& source : sources()) {
    for (const bool is_signed : {true, false}) {
      for (int bits = kMinBits; bits <= kMaxBits; ++bits) {
        SCOPED_TRACE(std::string(source.name) + " " + std::to_string(bits));
        const std::vector<float> values = draw(source, 3, is_signed);
        const FormatChoice choice = best_format(values, bits, is_signed);
        const Format best = exhaustive(values, bits, is_signed);
        EXPECT_EQ(exact_noise(values, choice.format), exact_noise(values, best))
            << to_string(choice.format) << " instead of " << to_string(best);
        EXPECT_EQ(choice.noise, exact_noise(values, choice.format));
      }
    }
  }
}

TEST(FormatSearch, PicksTheSameFromAHistogram) {
  for (const Source& source : sources()) {
    if (std::string(source.name) == "outlier") continue;  // not spread evenly within bins
    for (const bool is_signed : {true, false}) {
      for (int bits = 2; bits <= 12; ++bits) {
        SCOPED_TRACE(std::string(source.name) + " " + std::to_string(bits));
        const std::vector<float> values = draw(source, 5, is_signed);
        Histogram histogram;
        histogram.add(values);
        const FormatChoice choice = best_format(histogram, bits, is_signed);
        const double least = exact_noise(values, exhaustive(values, bits, is_signed));
        const double noise = exact_noise(values, choice.format);
        // Another n only where the two are as good as equal.
        EXPECT_LE(noise, 1.02 * least);
        EXPECT_NEAR(choice.noise, noise, 0.06 * noise);
      }
    }
  }
}

TEST(FormatSearch, ReportsTheRatioItMeasured) {
  const std::vector<float> values{0.3F, -0.6F, 0.9F};
  const FormatChoice choice = best_format(values, 4, true);
  double signal = 0;
  for (const float v : values) signal += double{v} * double{v};
  EXPECT_DOUBLE_EQ(choice.sqnr_db(), 10 * std::log10(signal / exact_noise(values, choice.format)));
}

TEST(FormatSearch, FindsExactFormatsAndSurvivesExtremes) {
  EXPECT_TRUE(std::isinf(best_format(std::vector<float>{0.5F, -0.25F}, 4, true).sqnr_db()));
  EXPECT_EQ(best_format(std::vector<float>{0.0F, 0.0F}, 8, true).format,
            (Format{8, 0, true, false}));
  EXPECT_EQ(best_format(Histogram{}, 8, false).format, (Format{8, 0, false, false}));
  EXPECT_EQ(best_format(std::vector<float>{1e-38F}, 8, true).format.frac, kMaxFrac);
  EXPECT_EQ(best_format(std::vector<float>{3e38F}, 8, true).format.frac, -kMaxFrac);
  Histogram extremes;
  extremes.add({std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min(),
                std::numeric_limits<float>::lowest()});
  const FormatChoice choice = best_format(extremes, 8, true);
  EXPECT_EQ(choice.format.frac, -kMaxFrac);
  EXPECT_TRUE(std::isfinite(choice.noise));
}

TEST(Histogram, KnowsSignalRangeAndSign) {
  Histogram histogram;
  histogram.add({1.5F, 0.0F});
  EXPECT_FALSE(histogram.has_negative());
  histogram.add({-2.0F});
  EXPECT_TRUE(histogram.has_negative());
  EXPECT_DOUBLE_EQ(histogram.signal(), 6.25);
  EXPECT_DOUBLE_EQ(histogram.largest_magnitude(), 2.0);
}

TEST(Histogram, TakesUniformValuesAsTheTextbookDoes) {
  // Uniform over the range of 8 bits: noise is a twelfth of the squared step.
  Histogram histogram;
  std::vector<float> values;
  for (int i = 0; i < 100000; ++i) values.push_back(static_cast<float>(i) * 255.0F / 100000.0F);
  histogram.add(values);
  EXPECT_NEAR(histogram.noise({8, 0, false, false}) / 100000, 1.0 / 12, 1e-3);
}

/// Its bins are within a 128th of the values.
TEST(Histogram, ExpectsAsManyZeroCodesAsTheFormatsGive) {
  std::mt19937 random(11);
  std::uniform_real_distribution<float> uniform(-3, 5);
  std::vector<float> values(100'000);
  for (float& value : values) value = random() % 8 == 0 ? 0.0F : uniform(random);
  Histogram histogram;
  histogram.add(values);
  for (const bool is_signed : {true, false}) {
    for (int frac = -3; frac <= 6; ++frac) {
      const Format format{8, frac, is_signed, false};
      std::size_t zeros = 0;
      for (const float value : values) zeros += quantize(double{value}, format) == 0 ? 1 : 0;
      EXPECT_NEAR(histogram.zero_fraction(format),
                  static_cast<double>(zeros) / static_cast<double>(values.size()), 0.005)
          << to_string(format);
    }
  }
  EXPECT_EQ(Histogram().zero_fraction({8, 0, true, false}), 0);
}

/// One by one, by quantize() and dequantize(): ties, what is clipped, infinite or no number.
TEST(AsHeld, IsWhatEachCodeStandsFor) {
  std::mt19937 random(12);
  constexpr float kInfinite = std::numeric_limits<float>::infinity();
  const auto same = [](float a, float b) { return a == b && std::signbit(a) == std::signbit(b); };
  int clipped = 0, signs = 0;
  for (int i = 0; i < 2000; ++i) {
    Format format{static_cast<int>(random() % 16) + 1, static_cast<int>(random() % 40) - 20,
                  random() % 2 == 0, false};
    format.narrow = random() % 4 == 0 && (format.bits > 1 || format.is_signed);
    const auto codes = static_cast<std::uint32_t>(format.max_code() - format.min_code() + 1);
    if (!format.is_sign() && random() % 2 == 0) {
      format.zero_point = format.min_code() + static_cast<int>(random() % codes);
    }
    signs += format.is_sign() ? 1 : 0;
    std::vector<double> scales(random() % 4 + 1);
    for (double& scale : scales)
      scale = std::ldexp(1.0 + 0.3 * static_cast<double>(random() % 3), -format.frac);
    std::vector<float> values;
    for (const double scale : scales) {
      std::vector<float> part{0.0F, -0.0F, kInfinite, -kInfinite, std::nanf(""), 1e30F, -1e-30F};
      for (int n = 0; n < 20; ++n) {
        const auto halves = static_cast<int>(random() % (4 * codes)) - static_cast<int>(2 * codes);
        part.push_back(static_cast<float>(halves * scale / 2));  // every other a tie
      }
      values.insert(values.end(), part.begin(), part.end());
    }
    const std::vector<float> held = as_held(values, format, scales);
    ASSERT_EQ(held.size(), values.size());
    Format integer = format;
    integer.frac = 0;
    for (std::size_t v = 0; v < values.size(); ++v) {
      const double scale = scales[v / (values.size() / scales.size())];
      const std::int32_t code = quantize(double{values[v]} / scale, integer);
      clipped += code == format.min_code() || code == format.max_code() ? 1 : 0;
      const auto expected = static_cast<float>(dequantize(code, integer) * scale);
      EXPECT_TRUE(same(held[v], expected)) << to_string(format) << ", " << values[v];
    }
  }
  EXPECT_GT(clipped, 10000);
  EXPECT_GT(signs, 10);
}

}  // namespace
}  // namespace dcnsim
