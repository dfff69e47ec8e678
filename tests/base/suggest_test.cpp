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

}  // namespace
}  // namespace dcnsim
