// SPDX-License-Identifier: Apache-2.0
// Each family's products a cycle against the figures its authors give, and what holds for all.
#include "models/perf/datapath/datapath.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>

namespace dcnsim {
namespace {

ArrayConfig array_of(DatapathFamily family) {
  ArrayConfig array;
  array.datapath = family;
  return array;
}

/// Products of one PE in 16 x 16 = 256 cycles.
double products(const ArrayConfig& array, int weight_bits, int activation_bits) {
  const DatapathMode mode = datapath_mode(array, weight_bits, activation_bits);
  return 256.0 * mode.group / mode.passes;
}

TEST(Datapath, bit_parallel_does_one_product_a_cycle_up_to_native_widths_and_four_passes_at_twice) {
  const ArrayConfig array = array_of(DatapathFamily::kBitParallel);
  for (const int bits : {1, 2, 5, 8}) EXPECT_EQ(products(array, bits, bits), 256);
  EXPECT_EQ(products(array, 9, 8), 128);
  EXPECT_EQ(products(array, 16, 16), 64);
}

// Cycles proportional to the activations' width: Stripes, section 3.
TEST(Datapath, activation_serial_lanes_take_a_cycle_a_bit) {
  ArrayConfig array = array_of(DatapathFamily::kActivationSerial);
  EXPECT_EQ(products(array, 8, 8), 256 * 16 / 8);
  EXPECT_EQ(products(array, 2, 8), 256 * 16 / 8) << "narrow weights gain nothing";
  EXPECT_DOUBLE_EQ(products(array, 8, 3), 256 * 16 / 3.0);
  EXPECT_EQ(products(array, 16, 8), 256 * 16 / 16) << "two digits of weights";
  array.bits_per_cycle = 2;
  EXPECT_EQ(products(array, 8, 8), 256 * 16 / 4);
  EXPECT_EQ(products(array, 8, 5), 256.0 * 16 / 3) << "the last cycle takes one bit";
}

// Cycles proportional to the product of both widths: Loom, section 3.
TEST(Datapath, fully_serial_lanes_take_a_cycle_a_pair_of_bits) {
  ArrayConfig array = array_of(DatapathFamily::kFullySerial);
  EXPECT_EQ(products(array, 8, 8), 256 * 16 / 64);
  EXPECT_EQ(products(array, 16, 16), 256 * 16 / 256);
  EXPECT_EQ(products(array, 1, 1), 256 * 16);
  array.bits_per_cycle = 4;
  EXPECT_EQ(products(array, 8, 8), 256 * 16 / 16);
}

// Products of a fusion unit of 16 bricks a cycle: Bit Fusion, section 3.
TEST(Datapath, composable_units_fuse_sixteen_bricks) {
  const ArrayConfig array = array_of(DatapathFamily::kComposable);
  const int expected[3][3] = {{16, 8, 4}, {8, 4, 2}, {4, 2, 1}};
  for (int w = 0; w < 3; ++w) {
    for (int a = 0; a < 3; ++a) {
      EXPECT_EQ(products(array, 2 << w, 2 << a), 256 * expected[w][a]) << (2 << w) << (2 << a);
    }
  }
  EXPECT_EQ(products(array, 3, 5), products(array, 4, 8)) << "rounded up";
  EXPECT_EQ(products(array, 1, 1), 256 * 16);
  EXPECT_EQ(products(array, 16, 16), 64) << "four passes of 8 x 8";
  EXPECT_EQ(products(array, 16, 2), 256 * 4 / 2);
}

TEST(Datapath, wider_operands_are_never_faster_and_every_bit_is_fetched) {
  for (const DatapathFamily family :
       {DatapathFamily::kBitParallel, DatapathFamily::kActivationSerial,
        DatapathFamily::kFullySerial, DatapathFamily::kComposable}) {
    for (const int bits_per_cycle : {1, 2, 4}) {
      ArrayConfig array = array_of(family);
      array.bits_per_cycle = bits_per_cycle;
      for (int w = 1; w <= 16; ++w) {
        for (int a = 1; a <= 16; ++a) {
          const DatapathMode mode = datapath_mode(array, w, a);
          EXPECT_GE(mode.weight.times * mode.weight.bits, w);
          EXPECT_GE(mode.activation.times * mode.activation.bits, a);
          EXPECT_LE(mode.weight.times, mode.passes);
          EXPECT_LE(mode.activation.times, mode.passes);
          EXPECT_LE(products(array, std::min(16, w + 1), a), products(array, w, a));
          EXPECT_LE(products(array, w, std::min(16, a + 1)), products(array, w, a));
        }
      }
    }
  }
}

}  // namespace
}  // namespace dcnsim
