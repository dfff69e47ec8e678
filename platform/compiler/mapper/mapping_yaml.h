// SPDX-License-Identifier: Apache-2.0
// Mappings as a user writes them: for each named layer any of tile_h, tile_w, tile_channels,
// chunk_k, order (weights-outer, pixels-outer) and keep_output. What is not given is searched.
#pragma once

#include <string>
#include <vector>

#include "platform/compiler/mapper/mapping.h"

namespace dcnsim {

/// A layer of the network the file is for.
struct NamedLayer {
  std::string name;
  Descriptor descriptor;
};

constexpr std::string_view to_string(LoopOrder order) {
  return order == LoopOrder::kWeightOuter ? "weights-outer" : "pixels-outer";
}

/// Throws std::runtime_error with one line: `file`, line, field, value, what was expected.
NetworkRequest parse_mapping(const std::string& text, const std::string& file,
                             const std::vector<NamedLayer>& layers);

/// A file that asks for exactly these mappings (on-chip flags and tilings of the descriptors).
std::string mapping_yaml(const std::vector<NamedLayer>& layers, const std::string& comment);

}  // namespace dcnsim
