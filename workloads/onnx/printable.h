// SPDX-License-Identifier: Apache-2.0
// Names from untrusted files, made fit for a one-line message.
#pragma once

#include <string>

namespace dcnsim {

/// `name` with control characters replaced, cut after 80 bytes.
inline std::string printable(const std::string& name) {
  constexpr std::size_t kLongest = 80;
  std::string text = name.size() <= kLongest ? name : name.substr(0, kLongest) + "...";
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = '?';
  }
  return text;
}

}  // namespace dcnsim
