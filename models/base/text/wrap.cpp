// SPDX-License-Identifier: Apache-2.0
#include "models/base/text/wrap.h"

#include <algorithm>

#include "models/base/text/printable.h"

namespace dcnsim {

std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent) {
  std::string result;
  std::size_t column = indent;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = text.substr(at, end - at);
    const std::size_t length = text_length(word);
    if (column > indent && column + 1 + length > columns) {
      result.append("\n").append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += length;
    at = end + 1;
  }
  return result;
}

}  // namespace dcnsim
