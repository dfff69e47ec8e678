// SPDX-License-Identifier: Apache-2.0
// One YAML document from untrusted text: yaml-cpp with limits and with errors of one line.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstddef>
#include <string>

namespace dcnsim {

/// The shipped files have a few KB; a parsed document takes hundreds of times its size at worst.
inline constexpr std::size_t kMaxYamlBytes = std::size_t{256} << 10;
/// Of a file that has a line a layer of a network: fits the longest network with the longest names.
inline constexpr std::size_t kMaxLayersYamlBytes = std::size_t{16} << 20;
/// Keys, values, lists and maps of any file; each takes about half a kilobyte. Beside the first
/// thousand there are at most half as many as bytes: no file needs more.
inline constexpr std::size_t kMaxYamlNodes = std::size_t{256} << 10;

/// Throws std::runtime_error ("FILE:LINE: ...") if the text is no YAML, is nested too deeply, is
/// larger than `max_bytes`, has more nodes than said above, holds nothing or more than one
/// document. The node may hold aliases that refer to themselves: do not descend further than the
/// schema says.
YAML::Node parse_yaml(const std::string& text, const std::string& file,
                      std::size_t max_bytes = kMaxYamlBytes);

}  // namespace dcnsim
