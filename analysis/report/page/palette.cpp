// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/page/palette.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "models/cost/breakdown.h"

namespace dcnsim::page {
namespace {

using PartGroups = EnumArray<PartGroup, std::string_view, kPartGroups>;

std::string_view colour(PartGroup group) {
  switch (group) {
    case PartGroup::kArithmetic:
      return "work";
    case PartGroup::kRegisters:
      return "work-light";
    case PartGroup::kPostProcessing:
      return "work-dark";
    case PartGroup::kBuffers:
      return "input";
    case PartGroup::kControl:
      return "other";
    case PartGroup::kDramAccesses:
      return "weight";
    case PartGroup::kDramUpkeep:
      return "refresh";
    case PartGroup::kLeakage:
      return "grey";
  }
  return "other";
}

/// Buffers are told apart, other parts have the colour of their group.
std::string_view colour(AreaPart part) {
  if (part == AreaPart::kWeightBuffer) return "weight";
  if (part == AreaPart::kOutputBuffer) return "output";
  if (part == AreaPart::kAccumulatorBuffer) return "dram";
  return colour(info(part).group);
}

/// Entries of an object in JavaScript.
class Entries {
 public:
  void add(std::string_view name, std::string_view its_colour) {
    const bool is_identifier = std::all_of(
        name.begin(), name.end(), [](unsigned char c) { return c == '_' || std::isalnum(c) != 0; });
    const std::string entry =
        fmt::format(is_identifier ? " {}: \"{}\"," : " \"{}\": \"{}\",", name, its_colour);
    constexpr std::size_t kColumns = 100;
    if (text_.size() - line_ + entry.size() > kColumns) {
      line_ = text_.size() + 1;
      text_ += "\n ";
    }
    text_ += entry;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_ = " ";
  std::size_t line_ = 0;  ///< where the last line begins
};

}  // namespace

std::string area_colours() {
  Entries entries;
  for (const AreaPart part : AreaBreakdown::keys()) entries.add(to_string(part), colour(part));
  return entries.text();
}

std::string energy_colours() {
  Entries entries;
  for (const PartGroup group : PartGroups::keys()) entries.add(to_string(group), colour(group));
  return entries.text();
}

}  // namespace dcnsim::page
