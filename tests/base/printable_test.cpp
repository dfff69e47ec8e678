// SPDX-License-Identifier: Apache-2.0
#include "models/base/text/printable.h"

#include <gtest/gtest.h>

#include "tests/support/utf8.h"

namespace dcnsim {
namespace {

const std::string kWrong = "\xEF\xBF\xBD";

TEST(PlainText, KeepsLettersOfEveryLength) {
  for (const char* text : {"", "conv1", "größe", "精度", "\xF0\x9F\x98\x80", "a\xC2\xA0z"}) {
    EXPECT_EQ(plain_text(text), text);
  }
}

TEST(PlainText, TurnsControlCharactersIntoBlanks) {
  EXPECT_EQ(plain_text("a\nb\tc\x1B[0m\x7F"), "a b c [0m ");
  EXPECT_EQ(plain_text(std::string_view("a\0b", 3)), "a b");
  EXPECT_EQ(plain_text("a\xC2\x85z"), "a z");      // U+0085, next line
  EXPECT_EQ(plain_text("a\xE2\x80\xA8z"), "a z");  // U+2028, line separator
  EXPECT_EQ(plain_text("a\xE2\x80\xAEz"), "a z");  // U+202E, right-to-left override
}

TEST(PlainText, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(plain_text("\xFFz"), kWrong + "z");
  EXPECT_EQ(plain_text("\x80"), kWrong);
  EXPECT_EQ(plain_text("a\xC3"), "a" + kWrong);                        // cut short
  EXPECT_EQ(plain_text("\xC0\xA7"), kWrong + kWrong);                  // overlong apostrophe
  EXPECT_EQ(plain_text("\xE0\x80\xA7"), kWrong + kWrong + kWrong);     // overlong apostrophe
  EXPECT_EQ(plain_text("\xED\xA0\x80"), kWrong + kWrong + kWrong);     // surrogate
  EXPECT_EQ(plain_text("\xF4\x90\x80\x80").substr(0, 3), kWrong);      // beyond U+10FFFF
  EXPECT_EQ(plain_text("\xEF\xBF\xBE\xEF\xBF\xBF"), kWrong + kWrong);  // forbidden in XML
}

TEST(PlainText, ShortensByCodePoints) {
  EXPECT_EQ(text_length("größe"), 5U);
  EXPECT_EQ(shorten("größe", 5), "größe");
  EXPECT_EQ(shorten("größer", 5), "größ…");
  EXPECT_EQ(shorten("精度", 1), "…");
  EXPECT_EQ(shorten("", 1), "");
}

TEST(printable, keeps_letters_of_any_script_and_marks_what_a_terminal_would_obey) {
  EXPECT_EQ(printable("conv\xC3\xA9\xE5\xB1\xA4"), "conv\xC3\xA9\xE5\xB1\xA4");
  EXPECT_EQ(printable("a\x1b[2J\tb\x7f"), "a?[2J?b?");
  EXPECT_EQ(printable("a\xC2\x9B"
                      "2J"),
            "a?2J");
  EXPECT_EQ(printable("a\xE2\x80\xAE"
                      "b\xFF\xC3"),
            "a?b??");
}

TEST(printable, is_cut_after_whole_characters) {
  EXPECT_EQ(printable("abcdef", 3), "abc...");
  EXPECT_EQ(printable("abc", 3), "abc");
  EXPECT_EQ(printable("\xE5\xB1\xA4\xE5\xB1\xA4\xE5\xB1\xA4", 2), "\xE5\xB1\xA4\xE5\xB1\xA4...");
  EXPECT_EQ(printable(std::string(1'000'000, 'x'), 4), "xxxx...");
}

/// Every code point, against Unicode's own definitions of what is none and what controls.
TEST(printable, leaves_every_other_character_as_it_is) {
  for (unsigned c = 0; c <= 0x10FFFF; ++c) {
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x2028 && c <= 0x202E) ||
                         (c >= 0x2066 && c <= 0x2069);
    const bool none =
        (c >= 0xD800 && c <= 0xDFFF) || (c >= 0xFDD0 && c <= 0xFDEF) || c % 0x10000 >= 0xFFFE;
    const std::string shown = printable(utf8(c));
    if (c >= 0xD800 && c <= 0xDFFF) {
      ASSERT_EQ(shown, "???") << c;
    } else {
      ASSERT_EQ(shown, control || none ? "?" : utf8(c)) << c;
    }
  }
}

TEST(listed, cuts_long_lists_and_cleans_names) {
  EXPECT_EQ(listed({}), "");
  EXPECT_EQ(listed({"a", "b\x1b[2J", "c"}), "a, b?[2J, c");
  EXPECT_EQ(listed({"1", "2", "3"}, " x "), "1 x 2 x 3");
  EXPECT_EQ(listed({"a", "b", "c", "d"}, ", ", 2), "a, b and 2 more");
  EXPECT_EQ(listed({"a", "b", "c"}, ", ", 2), "a, b, c") << "not: and 1 more";
  EXPECT_LT(listed(std::vector<std::string>(100'000, std::string(1000, 'x'))).size(), 2000u);
}

TEST(text_end, keeps_whole_characters) {
  EXPECT_EQ(text_end("abc", 2), "bc");
  EXPECT_EQ(text_end("abc", 5), "abc");
  EXPECT_EQ(text_end("a\xE5\xB1\xA4z", 2), "\xE5\xB1\xA4z");
}

}  // namespace
}  // namespace dcnsim
