// SPDX-License-Identifier: Apache-2.0
// How much is said, and on lines of which length.
#pragma once

#include <cstddef>

namespace dcnsim {

struct TextLayout {
  std::size_t columns = 80;  ///< of a line
  bool wide = false;         ///< tables with every column, however long their lines are
  bool verbose = false;      ///< where figures come from, and what a legend has to say
  bool emphasis = false;     ///< titles of tables in bold, for a terminal
};

/// What a terminal takes for bold, and for its end.
inline constexpr const char* kBold = "\x1b[1m";
inline constexpr const char* kPlain = "\x1b[0m";

}  // namespace dcnsim
