// SPDX-License-Identifier: Apache-2.0
// SHA-256 of bytes in memory, to tie figures to the table they came from.
#pragma once

#include <string>
#include <string_view>

namespace dcnsim {

/// 64 hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace dcnsim
