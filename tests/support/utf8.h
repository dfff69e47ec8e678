// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace dcnsim {

/// A code point as UTF-8 says it, or would (surrogates).
inline std::string utf8(unsigned c) {
  const int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  constexpr unsigned kLeads[] = {0, 0xC0, 0xE0, 0xF0};
  std::string text(1, static_cast<char>(kLeads[more] | (c >> (6 * more))));
  for (int i = more - 1; i >= 0; --i) {
    text += static_cast<char>(0x80U | ((c >> (6 * i)) & 0x3FU));
  }
  return text;
}

}  // namespace dcnsim
