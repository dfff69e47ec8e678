// SPDX-License-Identifier: Apache-2.0
#include "models/cost/post_cost.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <set>
#include <stdexcept>
#include <system_error>

#include "models/base/table/csv.h"
#include "models/cost/technology.h"

namespace dcnsim {
namespace {

/// Key of units whose input is as wide as their output.
constexpr int kAnyInput = 1;

/// Of multipliers, in the names of units: "requant_mul8".
const std::string kMultiplying = "requant_mul";

/// Widths of multipliers that any library has.
std::set<int> multiplier_widths(const CsvTable& table) {
  std::set<int> widths;
  const std::size_t unit = table.column("unit");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string name(table.text(row, unit));
    if (name.rfind(kMultiplying, 0) != 0) continue;
    int bits = 0;
    const char* const end = name.data() + name.size();
    const auto [last, error] = std::from_chars(name.data() + kMultiplying.size(), end, bits);
    if (error != std::errc() || last != end || bits < 1) {
      table.fail(row, unit, "expected " + kMultiplying + " and a width");
    }
    widths.insert(bits);
  }
  return widths;
}

}  // namespace

PostCost::PostCost(const std::string& tables_dir, const AcceleratorConfig& config)
    : config_(config.cost), accumulator_(config.accumulator) {
  const CsvTable table = CsvTable::load(tables_dir + "/requant_etc.csv");
  table_ = table.file_name();
  sha256_ = table.sha256();
  ErrorBars& requantizer_bars = requantizer_error_bars_;
  const bool multiplies = config.requantizer == RequantizerKind::kMultiplier;
  ErrorBars unused;
  ErrorBars& shifting_bars = multiplies ? unused : requantizer_bars;
  by_library_ =
      load(table, tables_dir,
           {{half_even_, shifting_bars, "requant_var_shift", "half_even", "cnn", true},
            {half_up_, shifting_bars, "requant_var_shift", "half_up", "cnn", true},
            {maximum_, pool_add_error_bars_, "maxpool2", "", "cnn", false},
            {comparison_, pool_add_error_bars_, "maxpool2", "", "cnn", false, "energy_comb_fj"},
            {adder_, pool_add_error_bars_, "adder", "", "uniform", false}});
  if (multiplies) {
    const std::set<int> widths = multiplier_widths(table);
    if (widths.empty()) {
      throw std::runtime_error(table.path() + ": no rows " + kMultiplying +
                               "8, ... (accumulator.requantizer: multiplier)");
    }
    std::vector<Wanted> wanted;
    wanted.reserve(widths.size());
    for (const int bits : widths) {
      wanted.push_back({multiplying_[bits], requantizer_bars, kMultiplying + std::to_string(bits),
                        "half_up", "cnn", true, "energy_fj_per_op", false});
    }
    by_library_multiplying_ = load(table, tables_dir, wanted);
  }
  for (const Rounding rounding : {Rounding::kHalfEven, Rounding::kHalfUp}) {
    requantizer(config.array.activation_bits, rounding);
  }
}

Extrapolations PostCost::load(const CsvTable& table, const std::string& tables_dir,
                              const std::vector<Wanted>& all) {
  const std::string missing = read(table, config_.technology, {}, all);
  if (missing.empty()) return {};
  const LibraryRatio ratio = library_ratio(tables_dir, config_.technology);
  const std::string refusal = table.path() + ": no rows " + missing + " in " + config_.technology;
  for (const Wanted& wanted : all) {
    wanted.units = Units();
    wanted.error_bars = ErrorBars();
  }
  if (!read(table, kFullLibrary, ratio, all).empty()) throw std::runtime_error(refusal);
  require_extrapolation(config_, refusal, ratio.unit_rule());
  conditions_ = ratio.conditions;
  return {ratio.unit_rule()};
}

std::string PostCost::read(const CsvTable& table, const std::string& library,
                           const LibraryRatio& ratio, const std::vector<Wanted>& all) {
  const std::size_t libraries = table.column("library"), unit = table.column("unit"),
                    mode = table.column("mode"), data = table.column("data"),
                    in_bits = table.column("in_bits"), out_bits = table.column("out_bits"),
                    area = table.column("area_um2"), leakage = table.column("leakage_nw"),
                    path = table.column("critical_path_ps");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.text(row, libraries) != library) continue;
    for (const Wanted& wanted : all) {
      if (table.text(row, unit) != wanted.unit || table.text(row, mode) != wanted.mode ||
          table.text(row, data) != wanted.data) {
        continue;
      }
      const PostUnit point{
          table.number(row, table.column(wanted.energy)) * ratio.energy,
          table.number(row, area) * ratio.parts.unit.area_um2,
          table.number(row, leakage) * ratio.parts.unit.leakage_nw,
          wanted.has_path ? table.number(row, path) * ratio.parts.unit.critical_path_ps : 0};
      if (!wanted.units.add(table.integer(row, out_bits),
                            wanted.has_input ? table.integer(row, in_bits) : kAnyInput, point)) {
        table.fail(row, out_bits, "a second row for this width");
      }
      conditions_ = logic_conditions(table, row);
      wanted.error_bars.add(table, row);
    }
  }
  for (const Wanted& wanted : all) {
    if (wanted.units.empty()) {
      return wanted.unit + (wanted.mode.empty() ? "" : " ") + wanted.mode;
    }
  }
  return "";
}

PostUnit PostCost::look_up(const Units& units, const ErrorBars& error_bars,
                           const Extrapolations& by, int bits, int in_bits,
                           const char* what) const {
  bits = std::max(bits, 2);
  PostUnit unit;
  unit.by = by;
  double factor = 1;
  auto corners = units.around(bits, in_bits);
  if (corners.empty()) {
    const int x = std::clamp(bits, *units.xs().begin(), *units.xs().rbegin());
    const int y = std::clamp(in_bits, *units.ys().begin(), *units.ys().rbegin());
    corners = units.around(x, y);
    const std::string refusal =
        table_ + ": no " + what + " of " + std::to_string(bits) + " bits" +
        (in_bits == kAnyInput ? "" : " for " + std::to_string(in_bits) + "-bit accumulators") +
        " in " + config_.technology + " (" + std::to_string(*units.xs().begin()) + ".." +
        std::to_string(*units.xs().rbegin()) +
        (in_bits == kAnyInput ? ""
                              : ", accumulators of " + std::to_string(*units.ys().begin()) + ".." +
                                    std::to_string(*units.ys().rbegin())) +
        ')';
    if (corners.empty()) throw std::runtime_error(refusal);
    const Extrapolation rule{"units of post-processing in proportion to their width",
                             error_bars.rule.text()};
    require_extrapolation(config_, refusal, rule);
    unit.by.push_back(rule);
    factor = static_cast<double>(bits) / x * in_bits / y;
  }
  unit.energy_fj = factor * blend(corners, &PostUnit::energy_fj);
  unit.area_um2 = factor * blend(corners, &PostUnit::area_um2);
  unit.leakage_nw = factor * blend(corners, &PostUnit::leakage_nw);
  unit.critical_path_ps = factor * blend(corners, &PostUnit::critical_path_ps);
  return unit;
}

PostUnit PostCost::requantizer(int out_bits, Rounding rounding) const {
  if (!multiplying_.empty()) return multiplying(out_bits);
  const bool half_even = rounding == Rounding::kHalfEven;
  return look_up(half_even ? half_even_ : half_up_, requantizer_error_bars_, by_library_, out_bits,
                 accumulator_.bits, "requantizer");
}

PostUnit PostCost::multiplying(int out_bits) const {
  const auto of = [&](const Units& units) {
    return look_up(units, requantizer_error_bars_, by_library_multiplying_, out_bits,
                   accumulator_.bits, "multiplying requantizer");
  };
  const int bits = accumulator_.multiplier_bits;
  const auto wide = multiplying_.lower_bound(bits);
  if (wide != multiplying_.end() && (wide->first == bits || wide != multiplying_.begin())) {
    PostUnit unit = of(wide->second);
    if (wide->first == bits) return unit;
    const auto narrow = std::prev(wide);
    const PostUnit less = of(narrow->second);
    const double share = static_cast<double>(wide->first - bits) / (wide->first - narrow->first);
    for (double PostUnit::*member :
         {&PostUnit::energy_fj, &PostUnit::area_um2, &PostUnit::leakage_nw}) {
      unit.*member += share * (less.*member - unit.*member);
    }
    return unit;
  }
  const auto& [near, units] = wide == multiplying_.end() ? *std::prev(wide) : *wide;
  const Extrapolation rule{"requantizers in proportion to their multiplier's width",
                           requantizer_error_bars_.rule.text()};
  require_extrapolation(config_,
                        table_ + ": no requantizer with a multiplier of " + std::to_string(bits) +
                            " bits in " + config_.technology,
                        rule);
  PostUnit unit = of(units);
  for (double PostUnit::*member :
       {&PostUnit::energy_fj, &PostUnit::area_um2, &PostUnit::leakage_nw}) {
    unit.*member *= static_cast<double>(bits) / near;
  }
  unit.by.push_back(rule);
  return unit;
}

PostUnit PostCost::maximum(int bits) const {
  return look_up(maximum_, pool_add_error_bars_, by_library_, bits, kAnyInput, "maximum unit");
}

PostUnit PostCost::bounds(int bits) const {
  const PostUnit one =
      look_up(comparison_, pool_add_error_bars_, by_library_, bits, kAnyInput, "maximum unit");
  return {2 * one.energy_fj, 0, 0, 0, one.by};
}

PostUnit PostCost::adder(int sum_bits) const {
  return look_up(adder_, pool_add_error_bars_, by_library_, std::max(sum_bits, 16), kAnyInput,
                 "adder");
}

}  // namespace dcnsim
