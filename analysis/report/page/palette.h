// SPDX-License-Identifier: Apache-2.0
// Colours of the parts of area and energy, for script/palette.js: by the names of style.css.
#pragma once

#include <string>

namespace dcnsim::page {

/// Lines of `NAME: "COLOUR",` for every part of the area.
std::string area_colours();
/// Likewise for every group of parts of the energy.
std::string energy_colours();

}  // namespace dcnsim::page
