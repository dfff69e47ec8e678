// SPDX-License-Identifier: Apache-2.0
#include "models/base/text/text_table.h"

#include <gtest/gtest.h>

#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "models/base/text/wrap.h"

namespace dcnsim {
namespace {

using Align = TextTable::Align;

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TextLayout columns(std::size_t count) {
  TextLayout layout;
  layout.columns = count;
  return layout;
}

TextTable example() {
  TextTable table({{"layer", Align::kLeft, 0, "", 4},
                   {"cycles"},
                   {"kB", Align::kRight, 1, "traffic"},
                   {"uJ", Align::kRight, 2, "energy"},
                   {"why", Align::kLeft}});
  table.add({"conv0", "6701", "49.8", "7.33", "compute"});
  table.add({"a/long/name", "1", "0.1", "0.01", "bus"});
  return table;
}

TEST(TextTable, shows_everything_where_there_is_room) {
  EXPECT_EQ(example().text(columns(48)),
            "                    | traffic | energy |\n"
            "layer        cycles |      kB |     uJ | why\n"
            "conv0          6701 |    49.8 |   7.33 | compute\n"
            "a/long/name       1 |     0.1 |   0.01 | bus\n");
}

TEST(TextTable, leaves_out_the_highest_ranks_first_and_says_so) {
  EXPECT_EQ(example().text(columns(47)),
            "                    | traffic |\n"
            "layer        cycles |      kB | why\n"
            "conv0          6701 |    49.8 | compute\n"
            "a/long/name       1 |     0.1 | bus\n"
            "(--wide adds energy: uJ)\n");
  const std::vector<std::string> lines = lines_of(example().text(columns(30)));
  EXPECT_EQ(lines[0], "layer        cycles  why");
  EXPECT_EQ(lines[3] + ' ' + lines[4], "(--wide adds traffic: kB; energy: uJ)");
}

TEST(TextTable, cuts_names_where_the_least_does_not_fit) {
  EXPECT_EQ(lines_of(example().text(columns(24)))[2], "../name       1  bus");
  EXPECT_EQ(lines_of(example().text(columns(24)))[1], "conv0      6701  compute");
}

TEST(TextTable, wide_shows_everything_however_long) {
  TextLayout layout = columns(20);
  layout.wide = true;
  EXPECT_EQ(example().text(layout), example().text(columns(200)));
}

TEST(TextTable, breaks_titles_before_it_cuts_names) {
  TextTable table({{"name", Align::kLeft, 0, "", 4}, {"capacity_bytes"}, {"M MACs"}});
  table.add({"layer", "12", "3"});
  EXPECT_EQ(table.text(columns(22)),
            "       capacity_     M\n"
            "name       bytes  MACs\n"
            "layer         12     3\n");
}

TEST(TextTable, emphasis_is_bold_titles_and_nothing_else) {
  TextLayout layout;
  layout.emphasis = true;
  const std::vector<std::string> lines = lines_of(example().text(layout));
  EXPECT_EQ(lines[1].rfind(kBold, 0), 0u);
  EXPECT_EQ(lines[1].substr(lines[1].size() - 4), kPlain);
  EXPECT_EQ(lines[2].find('\x1b'), std::string::npos);
}

TEST(TextTable, cells_are_printable_whatever_they_were) {
  TextTable table({{"name", Align::kLeft}});
  table.add({"a\x1b[31m\nb\xff"});
  EXPECT_EQ(table.text(), "name\na?[31m?b?\n");
}

/// Classes: few and many columns, with and without groups, long and short cells.
TEST(TextTable, lines_are_never_longer_than_asked_for_if_the_least_fits) {
  std::mt19937 random(1);
  const auto below = [&](std::size_t n) { return random() % n; };
  int cut = 0, left_out = 0;
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<TextTable::Column> shape{{"name", Align::kLeft, 0, "", 4}};
    const std::size_t count = 1 + below(12);
    for (std::size_t c = 0; c < count; ++c) {
      shape.push_back({std::string(1 + below(8), 'x'), below(2) == 0 ? Align::kLeft : Align::kRight,
                       static_cast<int>(c < 3 ? 0 : 1 + below(3)),
                       below(3) == 0 ? "" : std::string(1 + below(2), 'g')});
    }
    TextTable table(shape);
    for (int row = 0; row < 4; ++row) {
      std::vector<std::string> cells{std::string(below(40), 'n')};
      for (std::size_t c = 0; c < count; ++c) cells.push_back(std::string(below(9), '1'));
      table.add(cells);
    }
    const std::string text = table.text(columns(50));
    for (const std::string& line : lines_of(text)) EXPECT_LE(line.size(), 50u) << text;
    cut += text.find("..n") != std::string::npos;
    left_out += text.find("--wide") != std::string::npos;
  }
  EXPECT_GT(cut, 10);
  EXPECT_GT(left_out, 10);
}

TEST(Wrapped, breaks_at_blanks_and_indents) {
  EXPECT_EQ(wrapped("one two three", 7), "one two\nthree");
  EXPECT_EQ(wrapped("one two three", 9, 2), "one two\n  three");
  EXPECT_EQ(wrapped("a verylongword b", 6, 1), "a\n verylongword\n b");
  EXPECT_EQ(wrapped("", 6), "");
}

TEST(Wrapped, counts_characters_and_not_bytes) {
  EXPECT_EQ(wrapped("\xC3\xA9\xC3\xA9 \xC3\xA9\xC3\xA9", 5), "\xC3\xA9\xC3\xA9 \xC3\xA9\xC3\xA9");
}

}  // namespace
}  // namespace dcnsim
