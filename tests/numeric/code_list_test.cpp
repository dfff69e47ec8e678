// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/code_list.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace dcnsim {
namespace {

using Codes = std::vector<std::int32_t>;

TEST(CodeList, TakesTheBytesOfItsWidestCode) {
  struct Case {
    std::int32_t code;
    std::size_t bytes;
  };
  for (const Case& of :
       {Case{0, 1}, Case{127, 1}, Case{-128, 1}, Case{128, 2}, Case{-129, 2}, Case{32767, 2},
        Case{-32768, 2}, Case{32768, 4}, Case{-32769, 4}, Case{INT32_MAX, 4}, Case{INT32_MIN, 4}}) {
    const CodeList list{1, of.code, -1};
    EXPECT_EQ(list.bytes_each(), of.bytes) << of.code;
    EXPECT_EQ(list.to_vector(), (Codes{1, of.code, -1}));
  }
}

TEST(CodeList, KeepsItsCodesWhenOneWidensIt) {
  const Codes steps{-128, 127, 128, -32768, 32767, -32769, INT32_MAX, INT32_MIN, 5};
  CodeList pushed, appended, set;
  set.assign(steps.size(), 0);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    pushed.push_back(steps[i]);
    appended.append(&steps[i], 1);
    set.set(i, steps[i]);
    EXPECT_EQ(pushed.back(), steps[i]);
    for (std::size_t k = 0; k <= i; ++k) {
      EXPECT_EQ(pushed[k], steps[k]);
      EXPECT_EQ(appended[k], steps[k]);
      EXPECT_EQ(set[k], steps[k]);
    }
  }
  EXPECT_EQ(pushed.size(), steps.size());
  EXPECT_EQ(Codes(pushed.begin(), pushed.end()), steps);
}

TEST(CodeList, ReadsAsWhatWasPutInto) {
  std::mt19937 random(1);
  for (const int bits : {1, 7, 8, 9, 15, 16, 17, 31}) {
    Codes codes;
    CodeList list;
    list.reserve(200);
    for (int i = 0; i < 200; ++i) {
      codes.push_back(static_cast<std::int32_t>(random()) >> (32 - bits));
      list.push_back(codes.back());
    }
    EXPECT_EQ(list.to_vector(), codes);
    EXPECT_EQ(list, CodeList(codes));
    std::int64_t sum = 0;
    list.visit([&](const auto& held) {
      for (const auto code : held) sum += code;
    });
    EXPECT_EQ(sum, std::accumulate(codes.begin(), codes.end(), std::int64_t{0}));
  }
}

TEST(CodeList, EqualsTheSameCodesInOtherWidths) {
  CodeList wide{1, 1 << 20};
  wide.set(1, -2);
  ASSERT_EQ(wide.bytes_each(), 4U);
  EXPECT_EQ(wide, (CodeList{1, -2}));
  EXPECT_NE(wide, (CodeList{1, 2}));
  EXPECT_NE(wide, (CodeList{1}));
  EXPECT_NE(wide, (CodeList{1, -2, 0}));
  EXPECT_NE((CodeList{255}), (CodeList{-1}));
  EXPECT_EQ(wide, (Codes{1, -2}));
}

TEST(CodeList, IsEmptiedAndFilledAnew) {
  CodeList list{1, 2, 3};
  list.clear();
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list, CodeList());
  list.append(nullptr, 0);
  list.assign(3, -200);
  EXPECT_EQ(list, (CodeList{-200, -200, -200}));
  list = {};
  EXPECT_EQ(list.size(), 0U);
}

}  // namespace
}  // namespace dcnsim
