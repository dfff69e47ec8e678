// SPDX-License-Identifier: Apache-2.0
#include "models/base/table/csv_writer.h"

#include <gtest/gtest.h>

#include "models/base/table/csv.h"

namespace dcnsim {
namespace {

TEST(csv_writer, texts_are_quoted_where_they_have_to_be) {
  EXPECT_EQ(csv_field("conv1"), "conv1");
  EXPECT_EQ(csv_field(""), "");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("a \"b\""), "\"a \"\"b\"\"\"");
  EXPECT_EQ(csv_field("a\r\nb\x1b\xff"), "a  b \xEF\xBF\xBD");
}

TEST(csv_writer, no_text_is_a_formula_and_no_number_is_changed) {
  EXPECT_EQ(csv_field("=cmd|'/c calc'!A1"), "'=cmd|'/c calc'!A1");
  EXPECT_EQ(csv_field("@SUM(1,2)"), "\"'@SUM(1,2)\"");
  EXPECT_EQ(csv_field("+1+1"), "'+1+1");
  EXPECT_EQ(csv_field("-1+1"), "'-1+1");
  EXPECT_EQ(csv_field("--"), "'--");
  for (const char* as_it_is : {"-1", "-1.5e-3", "0x10", "1e300", "-inf", "-", "a=b", "w4 a-8"}) {
    EXPECT_EQ(csv_field(as_it_is), as_it_is);
  }
}

TEST(csv_writer, lines_are_read_back) {
  const std::vector<std::string> names{"", "a,b", "\"", "c d"}, values{"x", "", "1,5", "-2"};
  const CsvTable table = CsvTable::parse(csv_line(names) + csv_line(values), "t.csv");
  ASSERT_EQ(table.rows(), 1u);
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(table.column(names[i]), i);
    EXPECT_EQ(table.text(0, i), values[i]);
  }
}

}  // namespace
}  // namespace dcnsim
