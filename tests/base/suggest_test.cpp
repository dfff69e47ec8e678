// SPDX-License-Identifier: Apache-2.0
#include "models/base/text/suggest.h"

#include <gtest/gtest.h>

namespace dcnsim {
namespace {

TEST(suggest, counts_edits_and_swaps_as_one) {
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("rows", "rows"), 0u);
  EXPECT_EQ(edit_distance("rwos", "rows"), 1u);
  EXPECT_EQ(edit_distance("rose", "rows"), 2u);
}

TEST(suggest, names_the_nearest_only_if_it_is_near) {
  const std::vector<std::string> known = {"weight", "weights", "output"};
  EXPECT_EQ(suggestion("weigths", known), "; did you mean \"weights\"?");
  EXPECT_EQ(suggestion("weigt", known), "; did you mean \"weight\"?");
  EXPECT_EQ(suggestion("banana", known), "");
  EXPECT_EQ(suggestion("", known), "");
  EXPECT_EQ(suggestion("x", {}), "");
  EXPECT_EQ(suggestion(std::string(1000000, 'w'), known), "");
}

TEST(suggest, near_is_a_third_of_the_longer_name_and_one_letter_always) {
  EXPECT_EQ(suggestion("actixxxion", {"activation"}), "; did you mean \"activation\"?");
  EXPECT_EQ(suggestion("actxxxxion", {"activation"}), "") << "4 of 10";
  EXPECT_EQ(suggestion("activation_xx", {"activation"}), "; did you mean \"activation\"?");
  EXPECT_EQ(suggestion("abxx", {"abcd"}), "") << "2 of 4";
  EXPECT_EQ(suggestion("abxxef", {"abcdef"}), "; did you mean \"abcdef\"?");
  EXPECT_EQ(suggestion("x", {"y"}), "; did you mean \"y\"?");
  EXPECT_EQ(suggestion("xx", {"yy"}), "");
}

TEST(suggest, of_equally_near_names_three_are_told) {
  EXPECT_EQ(suggestion("ROWS", {"how", "rows"}), "; did you mean \"rows\"?");
  EXPECT_EQ(suggestion("row", {"rows", "how"}), "; did you mean \"rows\" or \"how\"?");
  EXPECT_EQ(suggestion("row", {"far away", "how", "rows", "cow", "now"}),
            "; did you mean \"how\", \"rows\" or \"cow\"?");
  EXPECT_EQ(suggestion("rows", {"how", "rowss"}), "; did you mean \"rowss\"?");
}

TEST(suggest, the_only_name_that_begins_so_is_meant) {
  const std::vector<std::string> known{"lpddr3_1600_x32_4gb", "lpddr4_3200_x16_6gb", "hbm2"};
  EXPECT_EQ(suggestion("lpddr4", known), "; did you mean \"lpddr4_3200_x16_6gb\"?");
  EXPECT_EQ(suggestion("lpddr", known), "");
  EXPECT_EQ(suggestion("lp", known), "");
}

}  // namespace
}  // namespace dcnsim
