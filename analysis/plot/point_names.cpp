// SPDX-License-Identifier: Apache-2.0
#include "analysis/plot/point_names.h"

#include <algorithm>

#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

constexpr double kMarkSize = 6, kLetterSize = 7, kLetterHeight = 15;

using Box = NameFrame;

bool meet(const Box& a, const Box& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

Box box_of(const PlacedName& name) {
  const double width = kLetterSize * static_cast<double>(text_length(name.name));
  const double from = *name.align == 'l'   ? name.x
                      : *name.align == 'r' ? name.x - width
                                           : name.x - width / 2;
  return {from, name.y - kLetterHeight / 2, from + width, name.y + kLetterHeight / 2};
}

/// Where a name may stand, the best place first.
std::vector<PlacedName> places(const NamedMark& mark) {
  std::vector<PlacedName> list;
  const auto add = [&](double dx, double dy, const char* align, bool is_far) {
    list.push_back({mark.x + dx, mark.y + dy, mark.name, align, is_far, mark.x, mark.y});
  };
  if (!mark.is_drawn) {  // above and below a line that rises or is level
    add(-8, -10, "right", false);
    add(12, 10, "left", false);
  }
  add(9, 0, "left", false);
  add(-9, 0, "right", false);
  add(0, 15, "center", false);
  add(0, -15, "center", false);
  for (const double far : {30.0, 48.0, 66.0}) {
    add(0, far, "center", true);
    add(far, far, "left", true);
    add(-far, far, "right", true);
    add(0, -far, "center", true);
  }
  return list;
}

}  // namespace

std::vector<PlacedName> place_names(const std::vector<NamedMark>& marks, const NameFrame& frame) {
  std::vector<Box> taken;
  for (const NamedMark& m : marks) {
    if (!m.is_drawn) continue;
    taken.push_back({m.x - kMarkSize, m.y - kMarkSize, m.x + kMarkSize, m.y + kMarkSize});
  }
  std::vector<PlacedName> placed;
  for (const NamedMark& m : marks) {
    if (m.name.empty()) continue;
    for (const PlacedName& at : places(m)) {
      const Box box = box_of(at);
      const bool is_free = std::none_of(taken.begin(), taken.end(),
                                        [&](const Box& other) { return meet(box, other); });
      const bool is_inside = box.left >= frame.left && box.right <= frame.right &&
                             box.top >= frame.top && box.bottom <= frame.bottom;
      if (!is_free || !is_inside) continue;
      taken.push_back(box);
      placed.push_back(at);
      break;
    }
  }
  return placed;
}

}  // namespace dcnsim
