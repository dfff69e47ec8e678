// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/report/allocation_report.h"

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
std::string optional(const std::optional<T>& value, const char* format) {
  return value ? fmt::format(fmt::runtime(format), *value) : "-";
}

std::string tensor_rows(const AllocationReport& report) {
  constexpr const char* kRow =
      "{:<24} {:>4} {:>7} {:>10} | {:>8} {:>7} {:>8} {:>7} | {:>15} {:>8}\n";
  const Scale scale = scale_of(report.cost_kind);
  std::string text = fmt::format("{:48} | {:^33} | {:^24}\n", "", "why", "one bit less");
  text += fmt::format(kRow, "tensor", "bits", "format", "elements", "SQNR dB", "dB/bit", "noise %",
                      "real", fmt::format("saves {}", scale.unit), "loses dB");
  for (const TensorReport& t : report.tensors) {
    const bool is_pinned = t.range.lowest == t.range.highest;
    std::optional<double> saved = t.saved_cost;
    if (saved) *saved /= scale.divisor;
    text += fmt::format(
        kRow, elide(t.name, 24), fmt::format("{}{}", t.choice.format.bits, is_pinned ? "*" : ""),
        to_string(t.choice.format), t.elements, fmt::format("{:.2f}", t.choice.sqnr_db()),
        fmt::format("{:.2f}", t.kappa_db), fmt::format("{:.1f}", 100 * t.noise_share),
        optional(t.closed_form_bits, "{:.2f}"), optional(saved, "{:.3f}"),
        optional(t.lost_db, "{:.2f}"));
  }
  return text;
}

std::string figure_rows(const AllocationReport& report) {
  constexpr const char* kRow = "{:<20} {:>11} {:>11} {:>11} {:>10} {:>11} {:>10} {:>9}\n";
  std::string text = fmt::format(kRow, "", "predicted", "measured", "weights kB", "bit/weight",
                                 "energy uJ", "cycles", "top-1 %");
  const auto row = [&](const AllocationFigures& f) {
    const auto bits = static_cast<double>(f.weight_bits);
    text +=
        fmt::format(kRow, f.name, fmt::format("{:.2f} dB", f.predicted_sqnr_db),
                    fmt::format("{:.2f} dB", f.measured_sqnr_db), fmt::format("{:.1f}", bits / 8e3),
                    fmt::format("{:.3f}", bits / static_cast<double>(report.weights)),
                    fmt::format("{:.1f}", f.energy_pj / 1e6), f.cycles,
                    fmt::format("{:.2f}", 100 * static_cast<double>(f.correct) /
                                              static_cast<double>(report.images)));
  };
  row(report.allocation);
  for (const AllocationFigures& f : report.equal) row(f);
  text += fmt::format("{:<20} {:>79.2f}\n", "float", 100 * report.float_top1);
  return text;
}

std::string saving_rows(const AllocationReport& report, const std::string& what, double divisor,
                        double (*cost)(const CurvePoint&)) {
  constexpr const char* kRow = "{:<8} {:<16} {:>12} {:>12} {:>9}\n";
  std::string text = fmt::format(kRow, "top-1 %", "rule", what, "equal", "saved %");
  for (const Saving& s : savings(report.curve, compared_accuracies(report), cost)) {
    std::optional<double> rule = s.rule_cost, equal = s.equal_cost, saved;
    if (rule && equal) saved = 100 * (1 - *rule / *equal);
    if (rule) *rule /= divisor;
    if (equal) *equal /= divisor;
    text +=
        fmt::format(kRow, fmt::format("{:.2f}", 100 * s.accuracy), s.rule, optional(rule, "{:.1f}"),
                    optional(equal, "{:.1f}"), optional(saved, "{:.1f}"));
  }
  return text;
}

}  // namespace

std::string to_text(const AllocationReport& report) {
  std::string text = fmt::format("{}: {}\nnoise: {}; cost: {}{}\n\n", elide(report.network, 48),
                                 report.goal, report.noise_model, to_string(report.cost_kind),
                                 report.is_proven ? "" : " (search cut off: not proven optimal)");
  text += tensor_rows(report) + "\n" + figure_rows(report);
  if (!report.curve.empty()) {
    text += "\nat equal accuracy (interpolated along the curves), model size:\n";
    text += saving_rows(report, "weights kB", 8e3,
                        [](const CurvePoint& p) { return static_cast<double>(p.weight_bits); });
    text += fmt::format("\nand simulated energy on {}:\n", elide(report.accelerator, 48));
    text += saving_rows(report, "energy uJ", 1e6, [](const CurvePoint& p) { return p.energy_pj; });
  }
  if (!report.warnings.empty()) text += "\n";
  for (const std::string& warning : report.warnings)
    text += "warning: " + elide(warning, 140) + "\n";
  return text;
}

}  // namespace dcnsim
