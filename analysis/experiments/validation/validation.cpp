// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <utility>

#include "analysis/experiments/page.h"
#include "analysis/experiments/validation/anchor.h"
#include "models/base/json/document.h"
#include "models/base/text/text_table.h"

namespace dcnsim {
namespace {

constexpr AnchorGroup (*kGroups[])(const ValidationInputs&) = {
    gemmini_gemms, bit_fusion_rows, serial_laws, systolic_forms,
    nvdla_frames,  dram_streams,    prices};

struct PublishedSource {
  std::string title, url, read;
};
using Sources = std::map<std::string, PublishedSource>;

Sources read_sources(const CsvTable& table) {
  Sources sources;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto text = [&](const char* name) { return table.text(row, table.column(name)); };
    sources[text("source")] = {text("title"), text("url"), text("read")};
  }
  return sources;
}

/// As many digits as tell figures apart.
std::string figure_text(double value) {
  return value >= 1000 || value == std::round(value) ? fmt::format("{:.0f}", value)
                                                     : fmt::format("{:.4g}", value);
}

std::string signed_percent(const Anchor& anchor) {
  const double percent = anchor.error_percent();
  if (anchor.ours == anchor.published) return "0";
  return std::abs(percent) < 1 ? fmt::format("{:+.2g}", percent) : fmt::format("{:+.1f}", percent);
}

std::string covered_text(const Anchor& anchor) {
  return !anchor.covered ? "-" : *anchor.covered ? "yes" : "no";
}

/// Of a file, without folders.
std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// Machines that are a file with changes have numbers on the page.
class Changes {
 public:
  std::string machine_text(const Anchor& anchor) {
    const std::string name = file_name(anchor.machine);
    if (anchor.changes.empty()) return name;
    const auto found = std::find(all_.begin(), all_.end(), anchor.changes);
    const auto index = found - all_.begin();
    if (found == all_.end()) all_.push_back(anchor.changes);
    return fmt::format("{}, changed ({})", name, index + 1);
  }
  const std::vector<std::string>& all() const { return all_; }

 private:
  std::vector<std::string> all_;
};

void add_anchors(Page& page, const AnchorGroup& group, const Sources& sources) {
  bool has_fitted = false, has_bars = false;
  for (const Anchor& a : group.anchors) {
    has_fitted = has_fitted || !a.fitted.empty();
    has_bars = has_bars || a.covered;
  }
  std::vector<PageCell> header{{"what"}, {"figure"}, {"published"}, {"dcnsim"}, {"error, %"}};
  if (has_bars) header.push_back({"covered"});
  if (has_fitted) header.push_back({"had a part in"});
  header.insert(header.end(), {{"machine"}, {"source"}});
  std::vector<std::vector<PageCell>> rows{header};
  Changes changes;
  for (const Anchor& a : group.anchors) {
    std::vector<PageCell> row{{a.name},
                              {a.figure},
                              {figure_text(a.published)},
                              {figure_text(a.ours)},
                              {signed_percent(a)}};
    if (has_bars) row.push_back({covered_text(a)});
    if (has_fitted) row.push_back({a.fitted.empty() ? "nothing" : a.fitted});
    row.push_back({changes.machine_text(a), page.link_to(a.machine)});
    row.push_back({a.source, sources.at(a.source).url});
    rows.push_back(std::move(row));
  }
  page.linked_table(rows);
  for (std::size_t i = 0; i < changes.all().size(); ++i) {
    page.text(fmt::format("({}) `{}`", i + 1, changes.all()[i]));
  }
}

/// For a terminal, and the page's beginning: a line a group.
std::vector<std::vector<std::string>> summary(const std::vector<AnchorGroup>& groups) {
  std::vector<std::vector<std::string>> rows{
      {"compared with", "figures", "equal", "mean error, %", "worst, %"}};
  for (const AnchorGroup& group : groups) {
    const auto equal = std::count_if(group.anchors.begin(), group.anchors.end(),
                                     [](const Anchor& a) { return a.ours == a.published; });
    const Errors errors = errors_of(group.anchors);
    rows.push_back({group.title, std::to_string(group.anchors.size()), std::to_string(equal),
                    fmt::format("{:.1f}", errors.mean_percent),
                    fmt::format("{:.1f}", errors.worst_percent)});
  }
  return rows;
}

std::string as_text(const std::vector<std::vector<std::string>>& rows, const TextLayout& layout) {
  std::vector<TextTable::Column> columns;
  for (const std::string& title : rows.front()) {
    columns.push_back(
        {title, columns.empty() ? TextTable::Align::kLeft : TextTable::Align::kRight});
  }
  TextTable table(columns);
  for (std::size_t i = 1; i < rows.size(); ++i) table.add(rows[i]);
  return table.text(layout);
}

Json to_json(const Anchor& a) {
  return {{"name", a.name},
          {"figure", a.figure},
          {"published", a.published},
          {"dcnsim", a.ours},
          {"error_percent", a.error_percent()},
          {"covered", a.covered ? Json(*a.covered) : Json(nullptr)},
          {"machine", a.machine},
          {"changes", a.changes},
          {"fitted", a.fitted},
          {"source", a.source}};
}

std::string to_json(const Experiment& experiment, const std::vector<AnchorGroup>& groups,
                    const Sources& sources) {
  Json json = {{"schema", "dcnsim.validation/1"}, {"version", experiment.version},
               {"date", experiment.date},         {"command", experiment.command},
               {"sources", Json::object()},       {"groups", Json::array()}};
  for (const auto& [name, s] : sources) {
    json["sources"][name] = {{"title", s.title}, {"url", s.url}, {"read", s.read}};
  }
  for (const AnchorGroup& group : groups) {
    const Errors errors = errors_of(group.anchors);
    Json entry = {{"name", group.name},
                  {"title", group.title},
                  {"words", group.words},
                  {"mean_error_percent", errors.mean_percent},
                  {"worst_error_percent", errors.worst_percent},
                  {"anchors", Json::array()},
                  {"tables", Json::array()}};
    for (const Anchor& a : group.anchors) entry["anchors"].push_back(to_json(a));
    for (const AnchorTable& t : group.tables) {
      entry["tables"].push_back({{"words", t.words}, {"rows", t.rows}});
    }
    json["groups"].push_back(std::move(entry));
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<std::vector<std::string>> to_csv(const std::vector<AnchorGroup>& groups) {
  std::vector<std::vector<std::string>> rows{{"group", "name", "figure", "published", "dcnsim",
                                              "error_percent", "covered", "machine", "changes",
                                              "fitted", "source"}};
  for (const AnchorGroup& group : groups) {
    for (const Anchor& a : group.anchors) {
      rows.push_back({group.name, a.name, a.figure, fmt::format("{:.12g}", a.published),
                      fmt::format("{:.12g}", a.ours), fmt::format("{:.4f}", a.error_percent()),
                      covered_text(a), a.machine, a.changes, a.fitted, a.source});
    }
  }
  return rows;
}

}  // namespace

Errors errors_of(const std::vector<Anchor>& anchors) {
  Errors errors;
  for (const Anchor& a : anchors) {
    const double error = std::abs(a.error_percent());
    errors.mean_percent += error / static_cast<double>(anchors.size());
    errors.worst_percent = std::max(errors.worst_percent, error);
  }
  return errors;
}

void validation(const Experiment& experiment) {
  const ValidationInputs inputs(experiment);
  const Sources sources = read_sources(inputs.table("sources"));
  std::vector<AnchorGroup> groups;
  const OnProgress progress =
      experiment.progress ? experiment.progress("comparisons", std::size(kGroups)) : OnProgress{};
  for (const auto& group : kGroups) {
    groups.push_back(group(inputs));
    if (progress) progress(groups.size());
  }
  Page page(experiment, "validation", "dcnsim against what others publish");
  page.text(
      "Every published figure that dcnsim can be compared with: the machine file, what dcnsim "
      "says, the error (of the published figure), and what the figure had a part in. Machines of "
      "which no figure is here were not looked at when anything on this page was fitted.");
  const auto lines = summary(groups);
  page.table(lines);
  if (experiment.print) experiment.print(as_text(lines, experiment.layout));
  for (const AnchorGroup& group : groups) {
    page.heading(group.title);
    page.text(group.words);
    if (!group.is_long) add_anchors(page, group, sources);
    for (const AnchorTable& table : group.tables) {
      if (!table.words.empty()) page.text(table.words);
      page.table(table.rows);
    }
  }
  page.heading("Sources");
  std::vector<std::vector<PageCell>> rows{{{"source"}, {"what"}, {"how it was read"}}};
  for (const auto& [name, s] : sources) rows.push_back({{name, s.url}, {s.title}, {s.read}});
  page.linked_table(rows);
  page.csv(to_csv(groups));
  page.json(to_json(experiment, groups, sources));
  page.save();
}

}  // namespace dcnsim
