// SPDX-License-Identifier: Apache-2.0
#include "models/cost/post_cost.h"

#include <algorithm>
#include <stdexcept>

#include "models/base/table/csv.h"
#include "models/cost/technology.h"

namespace dcnsim {
namespace {

/// Key of units whose input is as wide as their output.
constexpr int kAnyInput = 1;

}  // namespace

PostCost::PostCost(const std::string& tables_dir, const AcceleratorConfig& config)
    : config_(config.cost), accumulator_bits_(config.accumulator.bits) {
  const CsvTable table = CsvTable::load(tables_dir + "/requant_etc.csv");
  table_ = table.file_name();
  sha256_ = table.sha256();
  if (const std::string missing = read(table, config_.technology, {}); !missing.empty()) {
    const LibraryRatio ratio = library_ratio(tables_dir, config_.technology);
    const std::string refusal = table.path() + ": no rows " + missing + " in " + config_.technology;
    half_even_ = half_up_ = maximum_ = comparison_ = adder_ = Units();
    requantizer_error_bars_ = pool_add_error_bars_ = ErrorBars();
    if (!read(table, kFullLibrary, ratio).empty()) throw std::runtime_error(refusal);
    require_extrapolation(config_, refusal, ratio.unit_rule());
    by_library_.push_back(ratio.unit_rule());
    conditions_ = ratio.conditions;
  }
  for (const Rounding rounding : {Rounding::kHalfEven, Rounding::kHalfUp}) {
    requantizer(config.array.activation_bits, rounding);
  }
}

std::string PostCost::read(const CsvTable& table, const std::string& library,
                           const LibraryRatio& ratio) {
  const std::size_t libraries = table.column("library"), unit = table.column("unit"),
                    mode = table.column("mode"), data = table.column("data"),
                    in_bits = table.column("in_bits"), out_bits = table.column("out_bits"),
                    area = table.column("area_um2"), leakage = table.column("leakage_nw"),
                    path = table.column("critical_path_ps"),
                    energy = table.column("energy_fj_per_op"),
                    combinational = table.column("energy_comb_fj");
  struct Wanted {
    Units& units;
    ErrorBars& error_bars;
    const char *unit, *mode, *data;
    bool has_input;
    std::size_t energy;
  };
  const Wanted all[] = {
      {half_even_, requantizer_error_bars_, "requant_var_shift", "half_even", "cnn", true, energy},
      {half_up_, requantizer_error_bars_, "requant_var_shift", "half_up", "cnn", true, energy},
      {maximum_, pool_add_error_bars_, "maxpool2", "", "cnn", false, energy},
      {comparison_, pool_add_error_bars_, "maxpool2", "", "cnn", false, combinational},
      {adder_, pool_add_error_bars_, "adder", "", "uniform", false, energy}};
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.text(row, libraries) != library) continue;
    for (const Wanted& wanted : all) {
      if (table.text(row, unit) != wanted.unit || table.text(row, mode) != wanted.mode ||
          table.text(row, data) != wanted.data) {
        continue;
      }
      const PostUnit point{table.number(row, wanted.energy) * ratio.energy,
                           table.number(row, area) * ratio.parts.unit.area_um2,
                           table.number(row, leakage) * ratio.parts.unit.leakage_nw,
                           table.number(row, path) * ratio.parts.unit.critical_path_ps};
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
      return std::string(wanted.unit) + (*wanted.mode == '\0' ? "" : " ") + wanted.mode;
    }
  }
  return "";
}

PostUnit PostCost::look_up(const Units& units, const ErrorBars& error_bars, int bits, int in_bits,
                           const char* what) const {
  bits = std::max(bits, 2);
  PostUnit unit;
  unit.by = by_library_;
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
  const bool half_even = rounding == Rounding::kHalfEven;
  return look_up(half_even ? half_even_ : half_up_, requantizer_error_bars_, out_bits,
                 accumulator_bits_, "requantizer");
}

PostUnit PostCost::maximum(int bits) const {
  return look_up(maximum_, pool_add_error_bars_, bits, kAnyInput, "maximum unit");
}

PostUnit PostCost::bounds(int bits) const {
  const PostUnit one = look_up(comparison_, pool_add_error_bars_, bits, kAnyInput, "maximum unit");
  return {2 * one.energy_fj, 0, 0, 0, one.by};
}

PostUnit PostCost::adder(int sum_bits) const {
  return look_up(adder_, pool_add_error_bars_, std::max(sum_bits, 16), kAnyInput, "adder");
}

}  // namespace dcnsim
