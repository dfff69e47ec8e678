// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/format.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "models/numeric/tensor.h"

namespace dcnsim {
namespace {

std::string message(const Format& format) {
  try {
    validate(format);
    return "";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(Format, CodesAreTwosComplementOrPlainBinary) {
  for (int bits = kMinBits; bits <= kMaxBits; ++bits) {
    const int codes = 1 << bits;
    EXPECT_EQ((Format{bits, 0, true}.min_code()), -codes / 2);
    EXPECT_EQ((Format{bits, 0, true}.max_code()), codes / 2 - 1);
    if (bits > 1) {
      EXPECT_EQ((Format{bits, 0, true, true}.min_code()), -codes / 2 + 1);
      EXPECT_EQ((Format{bits, 0, true, true}.max_code()), codes / 2 - 1);
    }
    EXPECT_EQ((Format{bits, 0, false}.min_code()), 0);
    EXPECT_EQ((Format{bits, 0, false}.max_code()), codes - 1);
    EXPECT_EQ((Format{bits, 0, false, true}.max_code()), codes - 2);
    EXPECT_EQ((Format{bits, 0, false}.host_bytes()), bits > 8 ? 2 : 1);
  }
}

TEST(Format, SymmetricSignedBitIsPlusOrMinusOne) {
  constexpr Format sign{1, 3, true, true};
  EXPECT_TRUE(sign.is_sign());
  EXPECT_EQ(sign.min_code(), -1);
  EXPECT_EQ(sign.max_code(), 1);
  for (const Format& other :
       {Format{1, 3, true}, Format{1, 3, false, true}, Format{2, 3, true, true}}) {
    EXPECT_FALSE(other.is_sign());
  }
}

TEST(Format, RefusesWidthsAndBinaryPointsOutsideTheModels) {
  EXPECT_EQ(message({8, 5}), "");
  EXPECT_EQ(message({1, -kMaxFrac}), "");
  EXPECT_EQ(message({0, 0}), "bits: 0 is not a width from 1 to 16");
  EXPECT_EQ(message({17, 0}), "bits: 17 is not a width from 1 to 16");
  EXPECT_EQ(message({8, 49}), "frac: 49 is not between -48 and 48");
  EXPECT_EQ(message({8, -49}), "frac: -49 is not between -48 and 48");
}

TEST(Format, NamesAreShort) {
  EXPECT_EQ(to_string(Format{8, 5, true}), "s8.5");
  EXPECT_EQ(to_string(Format{4, -1, false}), "u4.-1");
  EXPECT_EQ(to_string(Format{3, 0, true, true}), "s3.0n");
}

TEST(CodeTensor, KeepsEveryCodeOfEveryFormat) {
  for (int bits = kMinBits; bits <= kMaxBits; ++bits) {
    for (const bool is_signed : {false, true}) {
      const Format format{bits, 0, is_signed};
      const int count = format.max_code() - format.min_code() + 1;
      CodeTensor tensor({1, 1, count}, format);
      for (int i = 0; i < count; ++i) tensor.set_at(0, 0, i, format.min_code() + i);
      for (int i = 0; i < count; ++i) ASSERT_EQ(tensor.at(0, 0, i), format.min_code() + i);
    }
  }
}

}  // namespace
}  // namespace dcnsim
