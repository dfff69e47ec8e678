// SPDX-License-Identifier: Apache-2.0
// Files that appear whole or not at all.
#pragma once

#include <string>
#include <string_view>

namespace dcnsim {

/// Writes `bytes` to a temporary file beside `path` and renames it, so that whoever looks sees the
/// old file or the new one, and a failure leaves the old one. Throws std::runtime_error naming the
/// file and the reason; refuses to replace anything but a regular file.
void write_file_atomically(const std::string& path, std::string_view bytes);

}  // namespace dcnsim
