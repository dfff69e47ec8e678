// SPDX-License-Identifier: Apache-2.0
#include "analysis/plot/palette.h"

#include <algorithm>
#include <cassert>

namespace dcnsim {

std::string_view light_colour(std::string_view name) {
  const auto* const found = std::find_if(kPalette.begin(), kPalette.end(),
                                         [&](const Colour& colour) { return colour.name == name; });
  assert(found != kPalette.end());
  return found->light;
}

}  // namespace dcnsim
