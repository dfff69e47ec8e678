// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/report/allocation_report.h"
#include "models/base/text/printable.h"
#include "models/base/text/text_table.h"
#include "models/base/text/wrap.h"

namespace dcnsim {
namespace {

/// How costs are printed: scaled to readable numbers.
struct Scale {
  double divisor;
  const char* unit;
};

Scale scale_of(CostKind kind) {
  switch (kind) {
    case CostKind::kSize:
      return {8e3, "kB"};
    case CostKind::kMacs:
      return {1e6, "M MAC bit"};
    case CostKind::kEnergy:
      return {1e6, "uJ"};
    case CostKind::kCycles:
      return {1, "cycles"};
  }
  return {1, ""};
}

template <class T>
std::string text_of(const std::optional<T>& value, const char* format) {
  return value ? fmt::format(fmt::runtime(format), *value) : "-";
}

using Align = TextTable::Align;

std::string tensor_rows(const AllocationReport& report, const TextLayout& layout) {
  const Scale scale = scale_of(report.cost_kind);
  const char* const less = "one bit less";
  TextTable table({{"tensor", Align::kLeft, 0, "", 12},
                   {"bits"},
                   {"format"},
                   {"elements", Align::kRight, 1},
                   {"SQNR dB", Align::kRight, 0, "why"},
                   {"dB/bit", Align::kRight, 2, "why"},
                   {"noise %", Align::kRight, 0, "why"},
                   {"real", Align::kRight, 0, "why"},
                   {fmt::format("saves {}", scale.unit), Align::kRight, 0, less},
                   {"loses dB", Align::kRight, 0, less}});
  for (const TensorReport& t : report.tensors) {
    const bool is_pinned = t.range.lowest == t.range.highest;
    std::optional<double> saved = t.saved_cost;
    if (saved) *saved /= scale.divisor;
    table.add({elide(t.name, 24), fmt::format("{}{}", t.choice.format.bits, is_pinned ? "*" : ""),
               to_string(t.choice), std::to_string(t.elements),
               fmt::format("{:.2f}", t.choice.sqnr_db()), fmt::format("{:.2f}", t.kappa_db),
               fmt::format("{:.1f}", 100 * t.noise_share), text_of(t.closed_form_bits, "{:.2f}"),
               text_of(saved, "{:.3f}"), text_of(t.lost_db, "{:.2f}")});
  }
  return table.text(layout);
}

constexpr const char* kTensorLegend =
    "noise %: the tensor's share of the output's noise; real: the width before it became an "
    "integer, by the closed form; saves and loses: cost, and SQNR of the output, with one bit "
    "less; *: given";

std::string figure_rows(const AllocationReport& report, const TextLayout& layout) {
  TextTable table({{"", Align::kLeft, 0, "", 8},
                   {"predicted", Align::kRight, 1},
                   {"measured"},
                   {"weights kB"},
                   {"bit/weight"},
                   {"energy uJ"},
                   {"cycles"},
                   {"top-1 %"}});
  const auto percent = [&](double top1) {
    return report.images == 0 ? std::string("-") : fmt::format("{:.2f}", 100 * top1);
  };
  const auto row = [&](const AllocationFigures& f) {
    const auto bits = static_cast<double>(f.weight_bits);
    table.add({f.name, fmt::format("{:.2f} dB", f.predicted_sqnr_db),
               fmt::format("{:.2f} dB", f.measured_sqnr_db), fmt::format("{:.1f}", bits / 8e3),
               fmt::format("{:.3f}", bits / static_cast<double>(report.weights)),
               fmt::format("{:.1f}", f.energy_pj / 1e6), std::to_string(f.cycles),
               percent(static_cast<double>(f.correct) / static_cast<double>(report.images))});
  };
  row(report.allocation);
  for (const AllocationFigures& f : report.equal) row(f);
  table.add({"float", "", "", "", "", "", "", percent(report.float_top1)});
  return table.text(layout);
}

std::string saving_rows(const AllocationReport& report, const TextLayout& layout,
                        const std::string& what, double divisor,
                        double (*cost)(const CurvePoint&)) {
  TextTable table({{"top-1 %", Align::kLeft},
                   {"rule", Align::kLeft, 0, "", 8},
                   {what},
                   {"equal"},
                   {"saved %"}});
  for (const Saving& s : savings(report.curve, compared_accuracies(report), cost)) {
    std::optional<double> rule = s.rule_cost, equal = s.equal_cost, saved;
    if (rule && equal) saved = 100 * (1 - *rule / *equal);
    if (rule) *rule /= divisor;
    if (equal) *equal /= divisor;
    table.add({fmt::format("{:.2f}", 100 * s.accuracy), s.rule, text_of(rule, "{:.1f}"),
               text_of(equal, "{:.1f}"), text_of(saved, "{:.1f}")});
  }
  return table.text(layout);
}

}  // namespace

std::string to_text(const AllocationReport& report, const TextLayout& layout) {
  const auto prose = [&](const std::string& text) { return wrapped(text, layout.columns) + '\n'; };
  std::string text =
      prose(
          fmt::format("{}: {}; {}", elide(report.network, 48), report.goal, report.pixels.text())) +
      prose(fmt::format("noise: {}; cost: {}{}", report.noise_model, to_string(report.cost_kind),
                        report.is_proven ? "" : " (search cut off: not proven optimal)")) +
      '\n' + tensor_rows(report, layout);
  if (layout.verbose) text += prose(kTensorLegend);
  text += '\n' + figure_rows(report, layout);
  if (!report.curve.empty()) {
    text += "\nat equal accuracy (interpolated along the curves), model size:\n";
    text += saving_rows(report, layout, "weights kB", 8e3,
                        [](const CurvePoint& p) { return static_cast<double>(p.weight_bits); });
    text += fmt::format("\nand simulated energy on {}:\n", elide(report.accelerator, 48));
    text += saving_rows(report, layout, "energy uJ", 1e6,
                        [](const CurvePoint& p) { return p.energy_pj; });
  }
  if (!layout.verbose) text += "\n(--verbose explains the columns)\n";
  if (!report.warnings.empty()) text += '\n';
  for (const std::string& warning : report.warnings)
    text += prose("warning: " + elide(warning, 140));
  return text;
}

}  // namespace dcnsim
