// SPDX-License-Identifier: Apache-2.0
// Products and tables in Verilog against models/numeric.
#include <gtest/gtest.h>

#include <random>

#include "Vvector_units.h"
#include "models/numeric/post.h"

namespace dcnsim {
namespace {

constexpr int kWidths = 16;
constexpr Rounding kModes[] = {Rounding::kHalfUp, Rounding::kHalfEven, Rounding::kHalfAway,
                               Rounding::kTowardZero, Rounding::kFloor};

class Draws {
 public:
  std::uint64_t word() { return engine_(); }
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(engine_); }

 private:
  std::mt19937_64 engine_{1};
};

/// The low bits of a word as a code.
std::int32_t code_of(std::uint64_t word, int bits, bool is_signed) {
  const std::int64_t low = static_cast<std::int64_t>(word << (64 - bits)) >> (64 - bits);
  return static_cast<std::int32_t>(is_signed ? low : low & ((std::int64_t{1} << bits) - 1));
}

void clock(Vvector_units& rtl, int edges) {
  for (int edge = 0; edge < edges; ++edge) {
    rtl.clk = 0;
    rtl.eval();
    rtl.clk = 1;
    rtl.eval();
  }
}

std::uint64_t word_of(const std::uint32_t* words, int unit) {
  return words[unit / 2] >> (16 * (unit % 2)) & 0xFFFFU;
}

CodeTensor pixel(const Format& format, std::int32_t code) {
  CodeTensor result({1, 1, 1}, format);
  result.set(0, code);
  return result;
}

TEST(ProductRtl, equals_the_model_at_every_width) {
  Draws random;
  Vvector_units rtl;
  int clamped = 0, inside = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto half_word = [&] { return static_cast<std::uint16_t>(random.word()); };
    // Extreme codes and zero points among them.
    const auto code = [&] { return random.pick(0, 3) == 0 ? std::uint16_t{0x8000} : half_word(); };
    rtl.a = code();
    rtl.b = random.pick(0, 3) == 0 ? std::uint16_t{0xFFFF} : half_word();
    rtl.za = random.pick(0, 3) == 0 ? std::uint16_t{0x7FFF} : half_word();
    rtl.zb = random.pick(0, 3) == 0 ? std::uint16_t{0} : half_word();
    rtl.sa = static_cast<std::uint8_t>(random.pick(0, 1));
    rtl.sb = static_cast<std::uint8_t>(random.pick(0, 1));
    rtl.m = static_cast<std::uint32_t>(random.word()) >> random.pick(0, 31);
    rtl.sh = static_cast<std::uint8_t>(random.pick(0, kMaxScaleShift));
    rtl.z = half_word();
    clock(rtl, 5);  // as many registers from input to output
    for (int unit = 0; unit < kWidths; ++unit) {
      const int bits = unit + 1, multiplier_bits = 8 + unit * 11 % 25, out = 2 + unit * 7 % 15;
      Format a{bits, 0, rtl.sa != 0, false}, b{bits, 0, rtl.sb != 0, false};
      a.zero_point = code_of(rtl.za, bits, a.is_signed);
      b.zero_point = code_of(rtl.zb, bits, b.is_signed);
      Requant requant;
      requant.multiplies = true;
      requant.rounding = kModes[unit % 5];
      requant.multiplier =
          static_cast<std::uint32_t>(rtl.m & ((std::uint64_t{1} << multiplier_bits) - 1));
      requant.shift = rtl.sh;
      requant.out = {out, 0, true, false, code_of(rtl.z, out, true)};
      const std::int32_t expected =
          multiply_tensors(pixel(a, code_of(rtl.a, bits, a.is_signed)),
                           pixel(b, code_of(rtl.b, bits, b.is_signed)), requant)
              .get(0);
      ASSERT_EQ(code_of(word_of(rtl.y.data(), unit), 16, true), expected)
          << bits << " bits, case " << i;
      const std::int32_t half = 1 << (out - 1);
      (expected == -half || expected == half - 1 ? clamped : inside) += 1;
    }
  }
  EXPECT_GT(clamped, 5000);
  EXPECT_GT(inside, 5000);
}

TEST(TableRtl, equals_the_model_at_every_width) {
  Draws random;
  Vvector_units rtl;
  std::uint16_t written[256];
  for (int i = 0; i < 256; ++i) {
    rtl.write = 1;
    rtl.at = static_cast<std::uint8_t>(i);
    rtl.d = written[i] = static_cast<std::uint16_t>(random.word());
    clock(rtl, 1);
  }
  rtl.write = 0;
  for (int bits = 1; bits <= kMaxTableBits; ++bits) {
    for (const bool is_signed : {false, true}) {
      const Format in{bits, 0, is_signed, false};
      rtl.mask = static_cast<std::uint8_t>((1 << bits) - 1);
      rtl.sign = static_cast<std::uint8_t>(is_signed ? 1 << (bits - 1) : 0);
      for (int i = 0; i < table_entries(in); ++i) {
        rtl.x = static_cast<std::uint8_t>(i);
        rtl.x2 = static_cast<std::uint8_t>(random.word());
        clock(rtl, 2);
        for (int unit = 0; unit < kWidths; ++unit) {
          CodeTensor table({1, 1, table_entries(in)}, {unit + 1, 0, false, false});
          for (int entry = 0; entry < table_entries(in); ++entry) {
            table.set(static_cast<std::size_t>(entry), code_of(written[entry], unit + 1, false));
          }
          const auto found = [&](std::uint64_t x) {
            return look_up(pixel(in, code_of(x, bits, is_signed)), table).get(0);
          };
          ASSERT_EQ(word_of(rtl.found.data(), unit), found(rtl.x)) << bits << " bits, code " << i;
          ASSERT_EQ(word_of(rtl.found2.data(), unit), found(rtl.x2)) << bits << " bits";
        }
      }
    }
  }
}

}  // namespace
}  // namespace dcnsim
