// SPDX-License-Identifier: Apache-2.0
// Text from a file made fit for an error message: one line, no control characters, not too long.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dcnsim {

/// `text` with every byte outside printable ASCII replaced by '?', cut (with "...") after
/// `longest`.
inline std::string printable(std::string_view text, std::size_t longest = 48) {
  std::string out(text.substr(0, longest));
  for (char& c : out) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text.size() > longest ? out + "..." : out;
}

}  // namespace dcnsim
