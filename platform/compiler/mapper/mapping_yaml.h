// SPDX-License-Identifier: Apache-2.0
// Mappings as a user writes them: for each named layer any of tile_h, tile_w, tile_channels,
// tile_in, chunk_k, order (to_string(LoopOrder)), keep_output, output_segment and output_strip.
// What is not given is searched; but a layer whose other sizes and order are all given has all its
// input channels in a tile and its output in one plane, unless tile_in or output_segment say
// otherwise.
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

/// Throws std::runtime_error with one line: `file`, line, field, value, what was expected.
NetworkRequest parse_mapping(const std::string& text, const std::string& file,
                             const std::vector<NamedLayer>& layers);

/// A file that asks for exactly these mappings (on-chip flags and tilings of the descriptors).
std::string mapping_yaml(const std::vector<NamedLayer>& layers, const std::string& comment);

}  // namespace dcnsim
