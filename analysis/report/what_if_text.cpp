// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/what_if_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/base/text/printable.h"
#include "models/base/text/text_table.h"
#include "models/base/text/wrap.h"

namespace dcnsim {
namespace {

using Align = TextTable::Align;

double share(std::int64_t cycles, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(cycles) / static_cast<double>(whole);
}

bool has_result(const WhatIfRow& row) {
  return row.outcome == Outcome::kEvaluated || row.outcome == Outcome::kTooLittle;
}

bool is_shown(const WhatIfTable& table, const WhatIfRow& row) {
  return has_result(row) && makes_difference(row.saved_cycles, table.cycles);
}

/// Of kTwice and then of kFree those that are shown, the best first.
std::vector<std::size_t> shown(const WhatIfTable& table) {
  std::vector<std::size_t> changes;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (is_shown(table, table.rows[i])) changes.push_back(i);
  }
  std::stable_sort(changes.begin(), changes.end(), [&](std::size_t a, std::size_t b) {
    const ChangeKind kind = what_ifs()[a].kind, other = what_ifs()[b].kind;
    if (kind != other) return kind < other;
    return table.rows[a].saved_cycles > table.rows[b].saved_cycles;
  });
  return changes;
}

/// The layer that saves most by a change, and which part of its own cycles.
std::string most_in(const WhatIfReport& report, std::size_t change,
                    const std::vector<std::string>& layers) {
  const bool saves = report.total.rows[change].saved_cycles >= 0;
  std::size_t most = 0;
  const auto saved = [&](std::size_t layer) {
    return report.layers[layer].rows[change].saved_cycles * (saves ? 1 : -1);
  };
  for (std::size_t i = 1; i < layers.size(); ++i) most = saved(i) > saved(most) ? i : most;
  return fmt::format(
      "{} {:+.0f} %", elide(layers[most], 12),
      -100 * share(report.layers[most].rows[change].saved_cycles, report.layers[most].cycles));
}

template <class Holds>
std::string names(const WhatIfTable& table, const Holds& holds) {
  std::vector<std::string_view> found;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (holds(table.rows[i])) found.push_back(what_ifs()[i].name);
  }
  return fmt::format("{}", fmt::join(found, ", "));
}

/// The changes that are not in the table, and why.
std::string left_out(const WhatIfTable& table, const TextLayout& layout) {
  std::string text;
  const auto say = [&](const char* what, const std::string& about) {
    if (about.empty()) return;
    text += wrapped(fmt::format("{}: {}", what, about), layout.columns, 2) + '\n';
  };
  const auto say_names = [&](const char* what, Outcome outcome) {
    say(what, names(table, [&](const WhatIfRow& row) {
          return row.outcome == outcome && row.why_not != kNoSuchBuffer;
        }));
  };
  say("no difference",
      names(table, [&](const WhatIfRow& row) { return has_result(row) && !is_shown(table, row); }));
  say_names("not executable so", Outcome::kNotExecutable);
  say_names("no such machine", Outcome::kNoMachine);
  if (!layout.verbose) return text;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const WhatIfRow& row = table.rows[i];
    if (row.why_not.empty() || row.why_not == kNoSuchBuffer) continue;
    say(std::string(what_ifs()[i].name).c_str(), row.why_not);
  }
  return text;
}

std::string text_of(const WhatIfReport& report, const WhatIfTable& table,
                    const std::vector<std::string>& layers, const TextLayout& layout) {
  std::vector<TextTable::Column> columns{
      {"what if", Align::kLeft}, {"", Align::kLeft}, {"cycles"}, {"%"}};
  if (!layers.empty()) columns.push_back({"most in", Align::kLeft});
  columns.push_back({"energy uJ"});
  columns.push_back({"area mm2"});
  TextTable rows(columns);
  const auto add = [&](std::string_view kind, std::string_view name, std::uint64_t cycles,
                       const std::string& saved, const std::string& most,
                       const std::optional<double>& energy_pj,
                       const std::optional<double>& area_um2) {
    std::vector<std::string> row{std::string(kind), std::string(name), std::to_string(cycles),
                                 saved};
    if (!layers.empty()) row.push_back(most);
    row.push_back(energy_pj ? fmt::format("{:.2f}", *energy_pj / 1e6) : "-");
    row.push_back(area_um2 ? fmt::format("{:.3f}", *area_um2 / 1e6) : "-");
    rows.add(row);
  };
  add("", "as it is", table.cycles, "", "", table.energy_pj, report.area_um2);
  for (const std::size_t i : shown(table)) {
    const WhatIfRow& row = table.rows[i];
    const WhatIf& change = what_ifs()[i];
    const auto cycles =
        static_cast<std::uint64_t>(static_cast<std::int64_t>(table.cycles) - row.saved_cycles);
    add(to_string(change.kind), change.name, cycles,
        fmt::format("{:+.1f}", -100 * share(row.saved_cycles, table.cycles)),
        layers.empty() ? "" : most_in(report, i, layers), row.energy_pj, report.areas_um2[i]);
  }
  return rows.text(layout) + left_out(table, layout);
}

Json row_json(std::size_t change, const WhatIfRow& row, std::uint64_t cycles) {
  const WhatIf& what = what_ifs()[change];
  const bool has = has_result(row);
  return {{"name", what.name},
          {"kind", to_string(what.kind)},
          {"keys", what.keys},
          {"outcome", to_string(row.outcome)},
          {"saves_cycles", has ? Json(row.saved_cycles) : Json(nullptr)},
          {"saves_share", has ? Json(share(row.saved_cycles, cycles)) : Json(nullptr)},
          {"energy_pj", row.energy_pj ? Json(*row.energy_pj) : Json(nullptr)},
          {"why_not", row.why_not.empty() ? Json(nullptr) : Json(row.why_not)}};
}

}  // namespace

const char* name_of(WhatIfMapping mapping) {
  return mapping == WhatIfMapping::kFixed ? "fixed" : "new";
}

std::string what_if_text(const WhatIfReport& report, const std::vector<std::string>& layers,
                         const TextLayout& layout) {
  return text_of(report, report.total, layers, layout);
}

std::string what_if_text(const WhatIfReport& report, const WhatIfTable& layer,
                         const TextLayout& layout) {
  return text_of(report, layer, {}, layout);
}

Json what_if_json(const WhatIfTable& table) {
  Json json{{"cycles", table.cycles}, {"energy_pj", table.energy_pj}, {"changes", Json::array()}};
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    json["changes"].push_back(row_json(i, table.rows[i], table.cycles));
  }
  return json;
}

Json what_if_json(const WhatIfReport& report) {
  Json json = what_if_json(report.total);
  json["mapping"] = name_of(report.mapping);
  json["area_um2"] = report.area_um2;
  for (std::size_t i = 0; i < report.areas_um2.size(); ++i) {
    const std::optional<double>& area = report.areas_um2[i];
    json["changes"][i]["area_um2"] = area ? Json(*area) : Json(nullptr);
  }
  return json;
}

Json limits_json(const WhatIfTable& table) {
  Json chain = Json::array();
  for (const Limit& limit : table.limits) {
    Json names = Json::array();
    for (const std::size_t change : limit.changes) names.push_back(what_ifs()[change].name);
    chain.push_back({{"changes", names},
                     {"together", limit.together},
                     {"saves_cycles", limit.saved_cycles},
                     {"saves_share", share(limit.saved_cycles, table.cycles)}});
  }
  return chain;
}

}  // namespace dcnsim
