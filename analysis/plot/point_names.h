// SPDX-License-Identifier: Apache-2.0
// Names beside marks, where they find room.
#pragma once

#include <string>
#include <vector>

namespace dcnsim {

/// Pixels, y downwards.
struct NamedMark {
  double x, y;
  std::string name;      ///< "": a mark that names must not cover
  bool is_drawn = true;  ///< else a place on a line
};

struct PlacedName {
  double x, y;  ///< of its middle line
  std::string name;
  const char* align;    ///< "left", "right" or "center": where x is
  bool is_far = false;  ///< from its mark, at (mark_x, mark_y): a line leads there
  double mark_x = 0, mark_y = 0;
};

struct NameFrame {
  double left, top, right, bottom;
};

/// The names that touch no mark and no name before them, within `frame`.
std::vector<PlacedName> place_names(const std::vector<NamedMark>& marks, const NameFrame& frame);

}  // namespace dcnsim
