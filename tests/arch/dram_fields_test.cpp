// SPDX-License-Identifier: Apache-2.0
// The table of a DRAM's fields as such: what everything that walks it relies on.
#include "models/arch/dram_fields.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "tests/support/member_count.h"

namespace dcnsim::dram_fields {
namespace {

TEST(DramFields, have_every_member_once) {
  DramSpec spec;
  std::set<const void*> members;
  std::set<std::string_view> names;
  visit_fields(spec, [&](const Column& column, auto& member) {
    EXPECT_TRUE(members.insert(&member).second) << column.name;
    EXPECT_TRUE(names.insert(column.name).second) << column.name;
    EXPECT_FALSE(column.meaning.empty()) << column.name;
  });
  EXPECT_EQ(members.size(), member_count<DramSpec>());
}

TEST(DramFields, accept_what_they_say) {
  const Whole pins{{}, 8, 1024, 8};
  EXPECT_EQ(pins.expected(), "8..1024 in steps of 8");
  for (const int value : {8, 16, 1024}) EXPECT_TRUE(pins.accepts(value)) << value;
  for (const int value : {0, 7, 12, 1032}) EXPECT_FALSE(pins.accepts(value)) << value;
  EXPECT_EQ((Whole{{}, 1, 64}).expected(), "1..64");
  for (const double value : {1e-9, 1e9}) EXPECT_TRUE(Real{}.accepts(value)) << value;
  for (const double value : {0.0, 1.1e9}) EXPECT_FALSE(Real{}.accepts(value)) << value;
  const Real or_none{{}, true};
  for (const double value : {0.0, 1e9}) EXPECT_TRUE(or_none.accepts(value)) << value;
  for (const double value : {-1e-9, 1.1e9}) EXPECT_FALSE(or_none.accepts(value)) << value;
}

/// Lines of the page of the cost tables, one a column.
class Page {
 public:
  void operator()(const Text& column, const std::string&) {
    add(column, column.may_be_missing ? "text; may be missing or empty" : "text");
  }
  void operator()(const Whole& column, int) { add(column, column.expected()); }
  void operator()(const Real& column, double) {
    add(column, column.may_be_zero ? "0 or more" : "above 0");
  }
  void operator()(const OptionalReal& column, const std::optional<double>&) {
    add(column, "0 or more; may be empty");
  }
  const std::string& text() const { return text_; }

 private:
  void add(const Column& column, const std::string& range) {
    const char* const files[] = {"dram", "timing", "both"};
    const char* const bears[] = {"timing", "energy", "reports"};
    text_ += "| `" + std::string(column.name) + "` | " +
             files[static_cast<std::size_t>(column.file)] + " | " + std::string(column.unit) +
             (column.unit.empty() ? "| " : " | ") + range + " | " +
             bears[static_cast<std::size_t>(column.bears)] + " | " + std::string(column.meaning) +
             " |\n";
  }
  std::string text_ =
      "| column | file | unit | range | bears on | what it is |\n"
      "| --- | --- | --- | --- | --- | --- |\n";
};

TEST(DramFields, are_on_the_page_of_the_tables) {
  std::ifstream file(DCNSIM_TABLES_PAGE);
  const std::string shown{std::istreambuf_iterator<char>(file), {}};
  Page page;
  const DramSpec spec;
  visit_fields(spec, page);
  EXPECT_NE(shown.find("\n\n" + page.text() + "\n"), std::string::npos) << page.text();
}

}  // namespace
}  // namespace dcnsim::dram_fields
