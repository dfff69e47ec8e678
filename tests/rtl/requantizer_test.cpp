// SPDX-License-Identifier: Apache-2.0
// Requantizers that multiply in Verilog against models/numeric.
#include <gtest/gtest.h>

#include <random>

#include "Vrequantizers.h"
#include "models/numeric/post.h"

namespace dcnsim {
namespace {

constexpr int kUnits = 32, kOnce = 25;  ///< in all, and that round once
constexpr int kStages = 3;              ///< registers from input to output

/// What requantizers.sv builds.
struct Unit {
  int index;
  bool is_twice() const { return index >= kOnce; }
  int multiplier_bits() const { return 8 + (is_twice() ? 4 * (index - kOnce) : index); }
  bool is_leaky() const { return index % 2 == 1 && !is_twice(); }
  int out_bits() const { return 2 + index * 7 % 15; }
  int accumulator_bits() const { return index % 3 == 0 ? 24 : index % 3 == 1 ? 32 : 48; }
  Rounding rounding() const {
    constexpr Rounding modes[] = {Rounding::kHalfUp, Rounding::kHalfEven, Rounding::kHalfAway,
                                  Rounding::kTowardZero, Rounding::kFloor};
    return is_twice() ? Rounding::kTwice : modes[index % 5];
  }
};

/// The low bits of a word as a signed number.
std::int64_t low_bits(std::uint64_t word, int bits) {
  return static_cast<std::int64_t>(word << (64 - bits)) >> (64 - bits);
}

struct Inputs {
  std::uint64_t x = 0;
  std::uint32_t m = 0, m2 = 0;  ///< m2, shift2: of negative sums, if the unit has them
  int shift = 0, shift2 = 0;
  std::uint32_t z = 0;
};

class Random {
 public:
  std::uint64_t word() { return engine_(); }
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(engine_); }

  /// Sums of every size, and odd multiples of half a step, which an odd multiplier leaves ties.
  Inputs inputs() {
    Inputs in;
    in.shift = pick(0, kMaxScaleShift);
    in.x = static_cast<std::uint64_t>(low_bits(word(), pick(1, 48)));
    in.m = static_cast<std::uint32_t>(word()) >> pick(0, 31);
    in.z = static_cast<std::uint32_t>(word());
    in.shift2 = pick(0, kMaxScaleShift);
    in.m2 = static_cast<std::uint32_t>(word()) >> pick(0, 31);
    if (pick(0, 3) == 0) {  // ties of the second of two roundings
      in.m = std::uint32_t{1} << pick(6, 31);
      in.shift = pick(32, kMaxScaleShift);
      return in;
    }
    if (pick(0, 2) == 0) {
      in.shift = pick(1, 22);
      in.m |= 1;
      in.x = (in.x >> in.shift << in.shift) | std::uint64_t{1} << (in.shift - 1);
    }
    return in;
  }

 private:
  std::mt19937_64 engine_{1};
};

TEST(RequantizerRtl, equals_the_model_at_every_multiplier_width) {
  Random random;
  Vrequantizers rtl;
  int ties = 0, clamped = 0, inside = 0;
  for (int i = 0; i < 3000; ++i) {
    const Inputs in = random.inputs();
    rtl.x = in.x & ((std::uint64_t{1} << 48) - 1);
    rtl.m = in.m;
    rtl.sh = static_cast<std::uint8_t>(in.shift);
    rtl.m2 = in.m2;
    rtl.sh2 = static_cast<std::uint8_t>(in.shift2);
    rtl.z = static_cast<std::uint16_t>(in.z);
    for (int edge = 0; edge < kStages; ++edge) {
      rtl.clk = 0;
      rtl.eval();
      rtl.clk = 1;
      rtl.eval();
    }
    for (Unit unit{0}; unit.index < kUnits; ++unit.index) {
      const std::int64_t acc = low_bits(in.x, unit.accumulator_bits());
      const std::uint64_t mask = (std::uint64_t{1} << unit.multiplier_bits()) - 1;
      const bool is_second = unit.is_leaky() && acc < 0;
      const Scale scale{static_cast<std::uint32_t>((is_second ? in.m2 : in.m) & mask),
                        is_second ? in.shift2 : in.shift};
      Requant requant;
      requant.multiplies = true;
      requant.rounding = unit.rounding();
      requant.out = {unit.out_bits(), 0, true, false};
      requant.out.zero_point = static_cast<std::int32_t>(low_bits(in.z, unit.out_bits()));
      const std::int32_t expected = requantize(acc, requant, scale);
      const auto word = rtl.y[unit.index / 2] >> (16 * (unit.index % 2));
      ASSERT_EQ(low_bits(word, 16), expected)
          << acc << " * " << scale.multiplier << " >> " << scale.shift << ", zero point "
          << requant.out.zero_point << ", " << unit.out_bits() << " bits, "
          << to_string(unit.rounding());
      // Unsigned codes are signed ones whose zero point, too, is half the range higher.
      const std::int32_t half = 1 << (unit.out_bits() - 1);
      requant.out = {unit.out_bits(), 0, false, false, requant.out.zero_point + half};
      ASSERT_EQ(requantize(acc, requant, scale), expected + half);
      const auto low =
          static_cast<std::uint64_t>(acc) * scale.multiplier << (63 - scale.shift) << 1 >> 1 >>
          (63 - scale.shift);
      ties += scale.shift > 0 && low == std::uint64_t{1} << (scale.shift - 1) ? 1 : 0;
      (expected == -half || expected == half - 1 ? clamped : inside) += 1;
    }
  }
  EXPECT_GT(ties, 10000);
  EXPECT_GT(clamped, 10000);
  EXPECT_GT(inside, 10000);
}

}  // namespace
}  // namespace dcnsim
