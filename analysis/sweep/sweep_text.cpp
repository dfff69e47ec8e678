// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/sweep_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <vector>

#include "analysis/evaluation/confidence.h"
#include "analysis/report/run_report.h"
#include "models/base/text/printable.h"
#include "models/base/text/text_table.h"
#include "models/base/text/wrap.h"

namespace dcnsim {
namespace {

constexpr std::size_t kRows = 40;    ///< of the front that are printed
constexpr std::size_t kReasons = 5;  ///< of failures
constexpr std::size_t kWidest = 44;  ///< characters of a setting

using Align = TextTable::Align;

std::string amount_text(const PointResult& point, Metric metric) {
  const auto amount = value(point.figures, metric);
  if (!amount) return "";
  switch (metric) {
    case Metric::kCycles:
      return fmt::format("{:.0f}", *amount);
    case Metric::kTop1:
    case Metric::kLoss:
      return fmt::format("{:.2f}", *amount);
    default:
      return fmt::format("{:#.4g}", *amount);
  }
}

/// Settings that differ between points, by name.
std::vector<std::string> varied(const SweepResults& results) {
  std::vector<std::string> names;
  for (const Axis& axis : results.axes()) {
    if (axis.values.size() < 2) continue;
    names.insert(names.end(), axis.settings.begin(), axis.settings.end());
  }
  return names;
}

std::vector<std::string> row_of(const SweepResults& results, std::uint64_t id,
                                const std::vector<std::string>& names) {
  std::vector<std::string> row{std::to_string(id)};
  const auto settings = results.settings(id);
  for (const std::string& name : names) {
    const auto at = std::find_if(settings.begin(), settings.end(),
                                 [&](const auto& setting) { return setting.first == name; });
    row.push_back(elide(at->second.value_or("-"), kWidest));
  }
  for (const Metric metric : results.metrics()) {
    row.push_back(amount_text(results.points()[id], metric));
  }
  return row;
}

std::string constraint_text(const Constraint& c) {
  std::string text(info(c.metric).name);
  if (c.at_least) text = fmt::format("{:g} <= {}", *c.at_least, text);
  if (c.at_most) text += fmt::format(" <= {:g}", *c.at_most);
  return text;
}

/// "buffers.\nweight.\nbanks": settings are wide, their values seldom.
std::string stacked(const std::string& name) {
  std::string title;
  for (const char c : name) title += c == '.' ? std::string(".\n") : std::string(1, c);
  return title;
}

/// A point's number and what it is judged by are always shown, settings before other metrics.
TextTable front_table(const SweepResults& results, const std::vector<std::string>& names) {
  const std::vector<Metric>& judged = results.judgement().objectives;
  std::vector<TextTable::Column> columns{{"point", Align::kLeft}};
  int rank = 0;
  for (const std::string& name : names) columns.push_back({stacked(name), Align::kLeft, ++rank});
  for (const Metric metric : results.metrics()) {
    const bool is_judged = std::find(judged.begin(), judged.end(), metric) != judged.end();
    columns.push_back({std::string(info(metric).name), Align::kRight, is_judged ? 0 : ++rank});
  }
  return TextTable(std::move(columns));
}

std::string front_text(const SweepResults& results, const TextLayout& layout) {
  const std::vector<std::uint64_t> front = results.front();
  std::string objectives, constraints;
  for (const Metric metric : results.judgement().objectives) {
    objectives += (objectives.empty() ? "" : ", ") + std::string(info(metric).name);
  }
  for (const Constraint& c : results.judgement().constraints) {
    constraints += (constraints.empty() ? " with " : ", ") + constraint_text(c);
  }
  if (front.empty()) return fmt::format("no point{} was evaluated\n", constraints);
  std::string text =
      wrapped(fmt::format("Pareto front of {}{}: {} points", objectives, constraints, front.size()),
              layout.columns) +
      "\n\n";
  const std::vector<std::string> names = varied(results);
  TextTable table = front_table(results, names);
  for (std::size_t i = 0; i < std::min(front.size(), kRows); ++i) {
    table.add(row_of(results, front[i], names));
  }
  text += table.text(layout);
  if (front.size() > kRows) text += fmt::format("and {} more\n", front.size() - kRows);
  return text;
}

std::string effects_text(const SweepResults& results, Metric metric, const TextLayout& layout) {
  std::vector<AxisEffect> effects = results.effects(metric);
  std::stable_sort(effects.begin(), effects.end(),
                   [](const AxisEffect& a, const AxisEffect& b) { return a.share > b.share; });
  if (effects.empty()) return "";
  std::string text =
      fmt::format("\nwhat moves {} (share of its variance; means from .. to)\n", info(metric).name);
  TextTable table({{"", Align::kLeft, 0, "", 8}, {""}, {""}});
  for (const AxisEffect& effect : effects) {
    double low = 0, high = 0;
    bool any = false;
    for (const auto& mean : effect.means) {
      if (!mean) continue;
      low = any ? std::min(low, *mean) : *mean;
      high = any ? std::max(high, *mean) : *mean;
      any = true;
    }
    table.add({"  " + elide(effect.axis, kWidest), fmt::format("{:.1f} %", 100 * effect.share),
               fmt::format("{:#.4g} .. {:#.4g}", low, high)});
  }
  return text + table.text(layout);
}

std::string failures_text(const SweepResults& results, const TextLayout& layout) {
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> reasons;  // count, first point
  for (std::uint64_t id = 0; id < results.points().size(); ++id) {
    const PointResult& point = results.points()[id];
    if (point.state != PointState::kFailed) continue;
    const auto [at, is_new] = reasons.emplace(point.reason, std::pair(0, id));
    ++at->second.first;
  }
  if (reasons.empty()) return "";
  std::vector<std::pair<std::uint64_t, std::string>> order;
  for (const auto& [reason, seen] : reasons) {
    order.emplace_back(seen.first, fmt::format("{} (first: point {})", reason, seen.second));
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text = "\nfailed points\n";
  for (std::size_t i = 0; i < std::min(order.size(), kReasons); ++i) {
    constexpr std::size_t kIndent = 10;
    text += fmt::format("  {:>6}  {}\n", order[i].first,
                        wrapped(order[i].second, layout.columns, kIndent));
  }
  if (order.size() > kReasons)
    text += fmt::format("  and {} other reasons\n", order.size() - kReasons);
  return text;
}

/// "energy_uj -8.1 %": how much better or worse `b` is than `a`.
std::string difference(const PointResult& a, const PointResult& b, Metric metric) {
  const double from = value(a.figures, metric).value_or(0),
               to = value(b.figures, metric).value_or(0);
  if (metric == Metric::kTop1 || metric == Metric::kLoss || from == 0) {
    return fmt::format("{} {:+.2f}", info(metric).name, to - from);
  }
  return fmt::format("{} {:+.1f} %", info(metric).name, 100 * (to - from) / std::abs(from));
}

/// Names the point, and those that are as good in every objective.
std::string best_text(const SweepResults& results, std::uint64_t best) {
  const std::vector<Metric>& objectives = results.judgement().objectives;
  const auto alike = [&](std::uint64_t id) {
    return id != best && std::all_of(objectives.begin(), objectives.end(), [&](Metric metric) {
             return value(results.points()[id].figures, metric) ==
                    value(results.points()[best].figures, metric);
           });
  };
  std::vector<std::uint64_t> others;
  for (const std::uint64_t id : results.front()) {
    if (alike(id)) others.push_back(id);
  }
  std::string text = fmt::format("best: point {}, the {} {}", best,
                                 info(objectives.front()).higher_is_better ? "most" : "least",
                                 info(objectives.front()).name);
  if (others.empty()) return text;
  constexpr std::size_t kMost = 5;
  const std::size_t more = others.size() - std::min(others.size(), kMost);
  others.resize(std::min(others.size(), kMost));
  return text + fmt::format("; as good in all objectives: {}{}", fmt::join(others, ", "),
                            more == 0 ? "" : fmt::format(" and {} more", more));
}

/// What its accuracies can tell apart.
std::string accuracy_text(const SweepResults& results, std::uint64_t best) {
  const Figures& figures = results.points()[best].figures;
  if (figures.images == 0) return "";
  const ShareInterval interval = wilson_interval(figures.correct, figures.images);
  return fmt::format(
      "accuracies are of {} images: half a point is {:.3g} of them; {:.2f} % of point "
      "{} has a 95 % interval of {:.1f} .. {:.1f} %",
      figures.images, static_cast<double>(figures.images) / 200,
      100 * static_cast<double>(figures.correct) / static_cast<double>(figures.images), best,
      100 * interval.low, 100 * interval.high);
}

}  // namespace

std::string sweep_heading(const SweepResults& results) {
  return fmt::format("{}: {} points, {} evaluated, {} failed, {} missing\n", results.spec().name,
                     results.points().size(), results.count(PointState::kDone),
                     results.count(PointState::kFailed), results.count(PointState::kMissing));
}

std::string to_text(const SweepResults& results, const TextLayout& layout) {
  std::string text = sweep_heading(results);
  text += front_text(results, layout);
  if (const auto best = results.best()) {
    text += '\n' + wrapped(best_text(results, *best), layout.columns) + '\n';
    const std::string accuracy = accuracy_text(results, *best);
    if (!accuracy.empty()) text += wrapped(accuracy, layout.columns) + '\n';
    text += effects_text(results, results.judgement().objectives.front(), layout);
  }
  return text + failures_text(results, layout);
}

std::string point_text(const SweepResults& results, std::uint64_t id, const TextLayout& layout) {
  if (id >= results.points().size()) {
    throw std::runtime_error(
        fmt::format("point {}: expected 0..{}", id, results.points().size() - 1));
  }
  const PointResult& point = results.points()[id];
  std::string text = wrapped(fmt::format("point {}: {}{}", id, to_string(point.state),
                                         point.reason.empty() ? "" : ": " + point.reason),
                             layout.columns) +
                     '\n';
  TextTable table({{"", Align::kLeft, 0, "", 12}, {"", Align::kLeft, 0, "", 12}});
  for (const auto& [name, setting] : results.settings(id)) {
    table.add({"  " + elide(name, kWidest),
               elide(setting.value_or("as in the accelerator file"), kWidest)});
  }
  if (point.state == PointState::kDone) {
    for (const Metric metric : results.metrics()) {
      table.add({"  " + std::string(info(metric).name), amount_text(point, metric)});
    }
  }
  text += table.text(layout);
  for (const Metric metric : point.violates) {
    for (const Constraint& c : results.judgement().constraints) {
      if (c.metric == metric) text += fmt::format("violates {}\n", constraint_text(c));
    }
  }
  if (point.on_front) text += "on the Pareto front\n";
  if (point.dominated_by) {
    const PointResult& better = results.points()[*point.dominated_by];
    text += fmt::format("dominated by point {}:", *point.dominated_by);
    for (const Metric metric : results.judgement().objectives) {
      text += fmt::format(" {};", difference(point, better, metric));
    }
    text.back() = '\n';
  }
  return text;
}

}  // namespace dcnsim
