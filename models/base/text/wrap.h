// SPDX-License-Identifier: Apache-2.0
// Prose on lines of a given length.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dcnsim {

/// `text`, which begins behind `indent` characters, broken at blanks into lines of at most
/// `columns`, all but the first indented. A word that is longer has a line of its own.
std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent = 0);

}  // namespace dcnsim
