// SPDX-License-Identifier: Apache-2.0
#include "analysis/whatif/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>
#include <vector>

namespace dcnsim {
namespace {

constexpr std::pair<Stall, Cause> kWaits[] = {{Stall::kDescriptor, Cause::kDescriptor},
                                              {Stall::kWeight, Cause::kWeight},
                                              {Stall::kInput, Cause::kInput},
                                              {Stall::kOutput, Cause::kOutput}};

double ratio(double part, std::uint64_t whole) {
  return whole == 0 ? 0 : part / static_cast<double>(whole);
}

double share_of(std::uint64_t part, std::uint64_t whole) {
  return ratio(static_cast<double>(part), whole);
}

std::string percent(double share) {
  return fmt::format("{:.{}f} %", 100 * share, std::abs(share) < 0.0095 ? 1 : 0);
}

std::uint64_t waits(const LayerCounters& c) {
  return c.stall_cycles.total() - c.stall_cycles[Stall::kConflict];
}

/// The stall that is waited for most, as a cause, with all its cycles.
std::pair<Cause, std::uint64_t> longest_wait(const LayerCounters& c) {
  std::pair<Cause, std::uint64_t> most{kWaits[0].second, 0};
  for (const auto& [stall, cause] : kWaits) {
    if (c.stall_cycles[stall] > most.second) most = {cause, c.stall_cycles[stall]};
  }
  return most;
}

std::pair<Cause, std::uint64_t> largest_cause(const Attribution& cycles, const LayerCounters& c,
                                              bool waits_decide) {
  std::uint64_t work = 0;
  for (const Cause cause : kCausesAtWork) work += cycles[cause];
  const std::uint64_t conflicts = cycles[Cause::kConflict], waiting = waits(c);
  if (waits_decide || (waiting > work && waiting >= conflicts)) return longest_wait(c);
  if (conflicts > work) return {Cause::kConflict, conflicts};
  const Cause most = *std::max_element(std::begin(kCausesAtWork), std::end(kCausesAtWork),
                                       [&](Cause a, Cause b) { return cycles[a] < cycles[b]; });
  return {most, cycles[most]};
}

/// "46 % of the cycles compute with 61 % of the PEs at work, 24 % fill and drain, 27 % wait".
std::string where_cycles_go(const Attribution& cycles, const LayerCounters& c,
                            const ArrayConfig& array) {
  std::vector<std::string> parts;
  const auto add = [&](std::uint64_t part, const std::string& text) {
    if (200 * part >= c.cycles && part > 0) {
      parts.push_back(percent(share_of(part, c.cycles)) + (parts.empty() ? " of the cycles" : "") +
                      text);
    }
  };
  add(cycles[Cause::kCompute],
      fmt::format(" compute with {} of the PEs at work", percent(pes_at_work(cycles, c, array))));
  add(cycles[Cause::kFillDrain], " fill and drain");
  add(cycles[Cause::kOverhead], " are control");
  add(cycles[Cause::kRequantize], " pool, add or requantize");
  add(cycles[Cause::kConflict], " find the buffers' banks taken");
  add(waits(c), " wait for memory");
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string sentences(const Limit& limit) {
  std::vector<std::string_view> texts;
  for (const std::size_t change : limit.changes) texts.push_back(what_ifs()[change].sentence);
  return fmt::format("{}", fmt::join(texts, limit.together ? " together with " : " or "));
}

std::string what_would_help(const WhatIfTable& table, WhatIfMapping mapping) {
  const char* how = mapping == WhatIfMapping::kFixed ? "with these mappings" : "mapped anew";
  if (table.limits.empty()) {
    return fmt::format("; {}, twice of nothing would save 1 %", how);
  }
  std::string text = fmt::format("; {}, ", how);
  for (std::size_t i = 0; i < table.limits.size(); ++i) {
    const Limit& limit = table.limits[i];
    text += fmt::format("{}{} would save {}", i == 0 ? "" : ", then ", sentences(limit),
                        percent(ratio(static_cast<double>(limit.saved_cycles), table.cycles)));
  }
  return text;
}

}  // namespace

std::string words_of(Cause cause) {
  switch (cause) {
    case Cause::kCompute:
      return "computing";
    case Cause::kFillDrain:
      return "fill, drain";
    case Cause::kOverhead:
      return "control";
    case Cause::kRequantize:
      return "requantizing";
    case Cause::kConflict:
      return "banks";
    case Cause::kDescriptor:
      return "desc";
    case Cause::kWeight:
      return "weight";
    case Cause::kInput:
      return "input";
    case Cause::kOutput:
      return "output";
    case Cause::kDramBusy:
      return "DRAM";
    case Cause::kRefresh:
      return "refresh";
  }
  return "";
}

std::string words_of(const Limit& limit, std::uint64_t cycles) {
  std::vector<std::string_view> names;
  for (const std::size_t change : limit.changes) names.push_back(what_ifs()[change].name);
  const double share = ratio(static_cast<double>(limit.saved_cycles), cycles);
  return fmt::format("{} {:.{}f} %", fmt::join(names, limit.together ? " with " : " or "),
                     -100 * share, share < 0.095 ? 1 : 0);
}

Diagnosis diagnose(const Attribution& cycles, const LayerCounters& counters,
                   const ArrayConfig& array, const WhatIfTable* table, WhatIfMapping mapping) {
  const Limit* first = table == nullptr || table->limits.empty() ? nullptr : &table->limits.front();
  const WhatIf* change = first == nullptr ? nullptr : &what_ifs()[first->changes.front()];
  Diagnosis d;
  const auto [cause, most] =
      largest_cause(cycles, counters, change != nullptr && change->reach == Reach::kWaits);
  d.cause = cause;
  d.share = share_of(most, counters.cycles);
  if (change != nullptr) d.bound = change->bound;
  d.limit = first == nullptr ? words_of(cause) : words_of(*first, table->cycles);
  d.advice = where_cycles_go(cycles, counters, array);
  if (table != nullptr) d.advice += what_would_help(*table, mapping);
  return d;
}

}  // namespace dcnsim
