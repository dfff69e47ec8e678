// SPDX-License-Identifier: Apache-2.0
// Which colour of analysis/plot/palette.h a thing has on pages.
#pragma once

#include <string>
#include <string_view>

namespace dcnsim::page {

/// What a name means: the cause of cycles, a stream, a group of parts of energy, a part of area, a
/// tensor of a layer ("weights", "inputs", "outputs").
enum class Things { kCauses, kStreams, kEnergies, kAreas, kTensors };

/// Lines of `NAME: "COLOUR",` for script/palette.js.
std::string colour_table(Things things);
/// The palette as declarations of CSS variables.
std::string light_variables();
std::string dark_variables();

}  // namespace dcnsim::page
