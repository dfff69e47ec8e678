// SPDX-License-Identifier: Apache-2.0
// Text from anywhere made fit to be shown on one line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dcnsim {

/// For messages: valid UTF-8 on one line, in which every control character, line separator,
/// direction override, noncharacter and byte that is no UTF-8 (RFC 3629) is a '?'; cut (with "...")
/// after `longest` code points.
std::string printable(std::string_view text, std::size_t longest = 80);

/// For messages: a list that came from a file, each name printable: "a, b, c and 97 more".
std::string listed(const std::vector<std::string>& names, std::string_view separator = ", ",
                   std::size_t limit = 20);

/// For pictures and pages: likewise and in full, with blanks for control characters and U+FFFD for
/// bytes that are no UTF-8 and noncharacters.
std::string plain_text(std::string_view text);

/// Code points in valid UTF-8.
std::size_t text_length(std::string_view text);

/// Valid UTF-8 cut to at most `length` >= 1 code points, the last an ellipsis if it was cut.
std::string shorten(std::string_view text, std::size_t length);

/// The last `length` code points of valid UTF-8, or all of them.
std::string text_end(std::string_view text, std::size_t length);

/// `name` fit for a column: printable, and at most `width` characters, of which the last ones are
/// kept (exported layer names share their beginnings).
std::string elide(const std::string& name, std::size_t width);

}  // namespace dcnsim
