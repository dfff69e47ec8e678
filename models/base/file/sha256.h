// SPDX-License-Identifier: Apache-2.0
// SHA-256, to tie figures to the bytes they came from.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

namespace dcnsim {

/// 64 hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

/// Of what is left of a stream, which is never in memory as a whole; throws std::runtime_error if
/// it cannot be read to its end.
std::string sha256_hex(std::istream& bytes);

}  // namespace dcnsim
