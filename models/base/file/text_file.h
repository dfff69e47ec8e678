// SPDX-License-Identifier: Apache-2.0
// Reads a small text file whole, with a limit: nothing a user names can exhaust memory.
#pragma once

#include <cstddef>
#include <string>

namespace dcnsim {

/// Throws std::runtime_error with one line: path and reason (cannot open, cannot read, larger than
/// `max_bytes`).
std::string read_text_file(const std::string& path, std::size_t max_bytes);

}  // namespace dcnsim
