// SPDX-License-Identifier: Apache-2.0
// One JSON or CBOR document from untrusted bytes: the only place that parses them, since a document
// that nests as deep or holds as much as it pleases would take the stack or the memory with it.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace dcnsim {

using Json = nlohmann::ordered_json;

/// Lists and objects inside one another; dcnsim's own files have less than ten.
inline constexpr int kMaxJsonDepth = 64;
/// Of a file, for whoever reads one.
inline constexpr std::size_t kMaxJsonBytes = std::size_t{512} << 20;
/// Numbers, texts, lists and objects in all: a sweep of 80,000 points on eight layers. Each takes
/// at most about 80 bytes of memory.
inline constexpr std::size_t kMaxJsonValues = std::size_t{32} << 20;
/// Of one object: they keep their order and are searched one by one.
inline constexpr std::size_t kMaxJsonKeys = 256;

/// Throws std::runtime_error, one line: `file` and that it is no JSON, cut short, or beyond one of
/// the limits above.
Json parse_json(std::string_view text, const std::string& file);

/// The document in the file or pipe at `path`; throws what read_text_file() and parse_json() throw.
Json load_json(const std::string& path);

/// The same as parse_json() for files that may be damaged: nothing instead of an error.
std::optional<Json> json_if_valid(std::string_view text);

/// The same as parse_json() for CBOR (RFC 8949), whose numbers must be finite as those of JSON are.
Json parse_cbor(std::string_view bytes, const std::string& file);

}  // namespace dcnsim
