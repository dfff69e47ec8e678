// SPDX-License-Identifier: Apache-2.0
#include "models/base/text/short_name.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace dcnsim {
namespace {

const std::vector<std::string> kNames{"/features/features.0/Conv",
                                      "/features/features.3/Conv",
                                      "/classifier/Gemm",
                                      "Gemm",
                                      "conv1",
                                      "conv10"};

std::string refusal(const std::string& text) {
  try {
    index_of_name(text, kNames);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "none";
}

TEST(short_name, is_the_whole_name_before_anything_else) {
  for (std::size_t i = 0; i < kNames.size(); ++i) EXPECT_EQ(index_of_name(kNames[i], kNames), i);
}

TEST(short_name, is_an_end_or_a_part_that_one_name_has) {
  EXPECT_EQ(index_of_name("features.3/Conv", kNames), 1U);
  EXPECT_EQ(index_of_name("..tures.0/Conv", kNames), 0U);
  EXPECT_EQ(index_of_name("features.0", kNames), 0U);
  EXPECT_EQ(index_of_name("classifier", kNames), 2U);
  EXPECT_EQ(index_of_name("10", kNames), 5U);
}

TEST(short_name, that_several_or_no_names_have_is_refused) {
  EXPECT_EQ(refusal("Conv"),
            "\"Conv\" may be any of /features/features.0/Conv, /features/features.3/Conv");
  EXPECT_EQ(refusal("features"),
            "\"features\" may be any of /features/features.0/Conv, /features/features.3/Conv");
  const std::string all =
      ", expected one of /features/features.0/Conv, /features/features.3/Conv, /classifier/Gemm, "
      "Gemm, conv1, conv10";
  EXPECT_EQ(refusal("cnv1"), "\"cnv1\"" + all + "; did you mean \"conv1\"?");
  EXPECT_EQ(refusal("feat"), "\"feat\"" + all);
  EXPECT_EQ(refusal(""), "\"\"" + all);
  EXPECT_EQ(refusal(".."), "\"..\"" + all);
}

}  // namespace
}  // namespace dcnsim
