// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/page/palette.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "analysis/plot/palette.h"
#include "models/arch/layer.h"
#include "models/cost/breakdown.h"
#include "models/perf/attribution.h"
#include "models/perf/counters.h"

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
      return "dram";
    case PartGroup::kDramUpkeep:
      return "refresh";
    case PartGroup::kLeakage:
      return "grey";
  }
  return "other";
}

std::string_view colour(Cause cause) {
  switch (cause) {
    case Cause::kCompute:
      return "work";
    case Cause::kFillDrain:
      return "work-light";
    case Cause::kRequantize:
      return "work-dark";
    case Cause::kConflict:
      return "work-pale";
    case Cause::kDescriptor:
      return "grey";
    case Cause::kWeight:
      return "weight";
    case Cause::kInput:
      return "input";
    case Cause::kOutput:
      return "output";
    case Cause::kDramBusy:
      return "dram";
    case Cause::kRefresh:
      return "refresh";
    case Cause::kOverhead:
      break;
  }
  return "other";
}

std::string_view colour(Stream stream) {
  switch (stream) {
    case Stream::kDescriptor:
      return "grey";
    case Stream::kWeight:
      return "weight";
    case Stream::kBias:
      return "weight-light";
    case Stream::kParameter:
      return "work-dark";
    case Stream::kInput:
      return "input";
    case Stream::kOutput:
      return "output";
  }
  return "other";
}

/// Buffers are told apart, other parts have the colour of their group.
std::string_view colour(AreaPart part) {
  if (part == AreaPart::kWeightBuffer) return "weight";
  if (part == AreaPart::kOutputBuffer) return "output";
  if (part == AreaPart::kAccumulatorBuffer) return "sums";
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

/// Calls visit(name, colour) for every enumerator.
template <class Keys, class Visit>
void for_each_key(const Keys& keys, const Visit& visit) {
  for (const auto key : keys) visit(to_string(key), colour(key));
}

template <class Visit>
void for_each(Things things, const Visit& visit) {
  switch (things) {
    case Things::kCauses:
      return for_each_key(Attribution::keys(), visit);
    case Things::kStreams:
      return for_each_key(StreamBytes::keys(), visit);
    case Things::kEnergies:
      return for_each_key(PartGroups::keys(), visit);
    case Things::kAreas:
      return for_each_key(AreaBreakdown::keys(), visit);
    case Things::kTensors:
      visit("weights", "weight");
      visit("inputs", "input");
      visit("outputs", "output");
      return;
  }
}

std::string variables(std::string_view Colour::*ground) {
  std::string text;
  for (const Colour& colour : kPalette) {
    text += fmt::format(" --{}: {};", colour.name, colour.*ground);
  }
  return text;
}

}  // namespace

std::string colour_table(Things things) {
  Entries entries;
  for_each(things, [&](std::string_view name, std::string_view its_colour) {
    entries.add(name, its_colour);
  });
  return entries.text();
}

std::string light_variables() { return variables(&Colour::light); }
std::string dark_variables() { return variables(&Colour::dark); }

}  // namespace dcnsim::page
