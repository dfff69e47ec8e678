// SPDX-License-Identifier: Apache-2.0
// Finds one of many long names, as files of others have them, by a part of it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace dcnsim {

/// Index of the name that is `text`; or else the only one that ends in it (behind the ".." with
/// which tables cut names, if it begins so); or else the only one of which it is a part between
/// slashes. Throws std::invalid_argument: text, and the names that it may be or could have been.
std::size_t index_of_name(const std::string& text, const std::vector<std::string>& names);

}  // namespace dcnsim
