// SPDX-License-Identifier: Apache-2.0
// One JSON or CBOR document from untrusted bytes: the only place that parses them, since a document
// that nests as deep as it pleases would take the stack with it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace dcnsim {

using Json = nlohmann::ordered_json;

/// Lists and objects inside one another; dcnsim's own files have less than ten.
inline constexpr int kMaxJsonDepth = 64;

/// Throws std::runtime_error, one line: `file` and that it is no JSON, cut short, or nested deeper
/// than kMaxJsonDepth.
Json parse_json(std::string_view text, const std::string& file);

/// The same for files that may be damaged: nothing instead of an error.
std::optional<Json> json_if_valid(std::string_view text);

/// The same as parse_json() for CBOR (RFC 8949).
Json parse_cbor(std::string_view bytes, const std::string& file);

}  // namespace dcnsim
