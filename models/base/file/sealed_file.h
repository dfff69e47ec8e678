// SPDX-License-Identifier: Apache-2.0
// Files that are taken as they were written or not at all, for bytes that go to a library which
// trusts them: a line says what the file is, another has the SHA-256 of what follows.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dcnsim {

/// The file's bytes. `kind` is its first line.
std::string sealed(std::string_view kind, std::string_view bytes);

/// What was sealed. Throws std::runtime_error naming the file: it cannot be read or is larger than
/// `max_bytes`, is not of that kind (`expected` says in words what is), or is damaged.
std::string read_sealed_file(const std::string& path, std::string_view kind,
                             const std::string& expected, std::size_t max_bytes);

}  // namespace dcnsim
