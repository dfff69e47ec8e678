// SPDX-License-Identifier: Apache-2.0
#include "models/base/text/printable.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace dcnsim {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

unsigned byte(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

bool continues(std::string_view text, std::size_t i) {
  return i < text.size() && (byte(text, i) & 0xC0U) == 0x80U;
}

struct CodePoint {
  std::uint32_t value;
  std::size_t bytes;  // 0: no valid sequence starts here
};

CodePoint decode(std::string_view text) {
  const unsigned lead = byte(text, 0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4) return {0, 0};
  std::uint32_t value = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if (!continues(text, i)) return {0, 0};
    value = value << 6U | (byte(text, i) & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[bytes] || value > 0x10FFFF || surrogate) return {0, 0};
  return {value, bytes};
}

bool is_control(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

/// Unicode's noncharacters: XML cannot say some of them, yaml-cpp none.
bool is_noncharacter(std::uint32_t c) {
  return (c & 0xFFFEU) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
}

/// `text` with `control` for every control character and `invalid` for what is no character.
std::string cleaned(std::string_view text, std::string_view control, std::string_view invalid) {
  // Nearly all text is this, and tables have a lot of it.
  const auto is_plain = [](char c) { return c >= ' ' && c <= '~'; };
  if (std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);
  std::string clean;
  while (!text.empty()) {
    const CodePoint c = decode(text);
    if (c.bytes == 0 || is_noncharacter(c.value)) {
      clean += invalid;
    } else if (is_control(c.value)) {
      clean += control;
    } else {
      clean += text.substr(0, c.bytes);
    }
    text.remove_prefix(std::max<std::size_t>(c.bytes, 1));
  }
  return clean;
}

/// Bytes of the first `length` code points of valid UTF-8.
std::size_t bytes_of(std::string_view text, std::size_t length) {
  std::size_t end = 0;
  for (; length > 0 && end < text.size(); --length) end += decode(text.substr(end)).bytes;
  return end;
}

}  // namespace

std::string printable(std::string_view text, std::size_t longest) {
  // A code point has at most four bytes: the rest of a huge text is not looked at.
  const std::string clean = cleaned(text.substr(0, 4 * (longest + 1)), "?", "?");
  const std::size_t end = bytes_of(clean, longest);
  return end < clean.size() ? clean.substr(0, end) + "..." : clean;
}

std::string listed(const std::vector<std::string>& names, std::string_view separator,
                   std::size_t limit) {
  const std::size_t shown = names.size() > limit + 1 ? limit : names.size();
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) {
    text.append(i == 0 ? "" : separator).append(printable(names[i]));
  }
  if (shown == names.size()) return text;
  return text + " and " + std::to_string(names.size() - shown) + " more";
}

std::string plain_text(std::string_view text) { return cleaned(text, " ", kReplacement); }

std::size_t text_length(std::string_view text) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < text.size(); ++i) length += continues(text, i) ? 0 : 1;
  return length;
}

std::string shorten(std::string_view text, std::size_t length) {
  if (text_length(text) <= length) return std::string(text);
  return std::string(text.substr(0, bytes_of(text, length - 1))).append(kEllipsis);
}

std::string text_end(std::string_view text, std::size_t length) {
  const std::size_t all = text_length(text);
  return std::string(text.substr(all > length ? bytes_of(text, all - length) : 0));
}

std::string elide(const std::string& name, std::size_t width) {
  const std::string text = printable(name, name.size());
  return text_length(text) <= width ? text : ".." + text_end(text, width - 2);
}

}  // namespace dcnsim
