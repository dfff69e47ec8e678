// SPDX-License-Identifier: Apache-2.0
#include "analysis/plot/plain_text.h"

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

}  // namespace

std::string plain_text(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const CodePoint c = decode(text);
    if (c.bytes == 0 || c.value == 0xFFFE || c.value == 0xFFFF) {
      plain += kReplacement;
    } else if (is_control(c.value)) {
      plain += ' ';
    } else {
      plain += text.substr(0, c.bytes);
    }
    text.remove_prefix(std::max<std::size_t>(c.bytes, 1));
  }
  return plain;
}

std::size_t text_length(std::string_view text) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < text.size(); ++i) length += continues(text, i) ? 0 : 1;
  return length;
}

std::string shorten(std::string_view text, std::size_t length) {
  if (text_length(text) <= length) return std::string(text);
  std::size_t end = 0;
  for (std::size_t kept = 1; kept < length; ++kept) end += decode(text.substr(end)).bytes;
  return std::string(text.substr(0, end)).append(kEllipsis);
}

}  // namespace dcnsim
