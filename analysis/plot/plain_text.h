// SPDX-License-Identifier: Apache-2.0
// Text from anywhere made fit to be shown on one line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dcnsim {

/// Valid UTF-8 on one line: control characters, line separators and direction overrides become
/// blanks; bytes that are no UTF-8 (RFC 3629) and code points XML 1.0 forbids become U+FFFD.
std::string plain_text(std::string_view text);

/// Code points in valid UTF-8.
std::size_t text_length(std::string_view text);

/// Valid UTF-8 cut to at most `length` >= 1 code points, the last an ellipsis if it was cut.
std::string shorten(std::string_view text, std::size_t length);

}  // namespace dcnsim
