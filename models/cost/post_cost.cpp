// SPDX-License-Identifier: Apache-2.0
#include "models/cost/post_cost.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <set>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "models/base/table/csv.h"

namespace dcnsim {
namespace {

/// Codes of 1 bit are charged as those.
constexpr int kNarrowest = 2;

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

PostCost::PostCost(const PriceTables& tables, const AcceleratorConfig& config)
    : config_(config.cost), accumulator_(config.accumulator) {
  const CsvTable& table = tables("requant_etc.csv");
  table_ = table.file_name();
  sha256_ = table.sha256();
  ErrorBars& requantizer_bars = requantizer_error_bars_;
  const bool multiplies = config.requantizer == RequantizerKind::kMultiplier;
  ErrorBars unused;
  ErrorBars& shifting_bars = multiplies ? unused : requantizer_bars;
  const auto load = [&](const std::vector<WantedUnits>& wanted) {
    UnitSource rows = load_units(table, tables, config_, wanted);
    conditions_ = rows.conditions;
    return std::move(rows.by);
  };
  by_library_ =
      load({{half_even_, shifting_bars, "requant_var_shift", "half_even", "cnn", true},
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
    std::vector<WantedUnits> wanted;
    wanted.reserve(widths.size());
    for (const int bits : widths) {
      wanted.push_back({multiplying_[bits], requantizer_bars, kMultiplying + std::to_string(bits),
                        "half_up", "cnn", true, "energy_fj_per_op", false});
    }
    by_library_multiplying_ = load(wanted);
  }
  const auto load_if_there = [&](const WantedUnits& wanted, Extrapolations& by, std::string& why) {
    try {
      by = load({wanted});
    } catch (const std::runtime_error& error) {
      why = error.what();
    }
  };
  load_if_there({product_, product_error_bars_, "product", "", "cnn", false, "energy_fj_per_op",
                 /*has_path=*/false},
                by_library_product_, why_no_product_);
  load_if_there({thresholds_, threshold_error_bars_, "threshold_tree", "", "cnn", true,
                 "energy_fj_per_op", /*has_path=*/false},
                by_library_thresholds_, why_no_thresholds_);
  for (const Rounding rounding : {Rounding::kHalfEven, Rounding::kHalfUp}) {
    requantizer(config.array.activation_bits, rounding);
  }
}

MeasuredUnit PostCost::look_up(const UnitGrid& units, const ErrorBars& error_bars,
                               const Extrapolations& by, int bits, int in_bits,
                               const char* what) const {
  MeasuredUnit unit;
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
  unit.energy_fj = factor * blend(corners, &MeasuredUnit::energy_fj);
  unit.area_um2 = factor * blend(corners, &MeasuredUnit::area_um2);
  unit.leakage_nw = factor * blend(corners, &MeasuredUnit::leakage_nw);
  unit.critical_path_ps = factor * blend(corners, &MeasuredUnit::critical_path_ps);
  return unit;
}

MeasuredUnit PostCost::requantizer(int out_bits, Rounding rounding) const {
  if (!multiplying_.empty()) return multiplying(out_bits);
  const bool half_even = rounding == Rounding::kHalfEven;
  return look_up(half_even ? half_even_ : half_up_, requantizer_error_bars_, by_library_,
                 std::max(out_bits, kNarrowest), accumulator_.bits, "requantizer");
}

MeasuredUnit PostCost::multiplying(int out_bits) const {
  const auto of = [&](const UnitGrid& units) {
    return look_up(units, requantizer_error_bars_, by_library_multiplying_,
                   std::max(out_bits, kNarrowest), accumulator_.bits, "multiplying requantizer");
  };
  const int bits = accumulator_.multiplier_bits;
  const auto wide = multiplying_.lower_bound(bits);
  if (wide != multiplying_.end() && (wide->first == bits || wide != multiplying_.begin())) {
    MeasuredUnit unit = of(wide->second);
    if (wide->first == bits) return unit;
    const auto narrow = std::prev(wide);
    const MeasuredUnit less = of(narrow->second);
    const double share = static_cast<double>(wide->first - bits) / (wide->first - narrow->first);
    for (double MeasuredUnit::*member :
         {&MeasuredUnit::energy_fj, &MeasuredUnit::area_um2, &MeasuredUnit::leakage_nw}) {
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
  MeasuredUnit unit = of(units);
  for (double MeasuredUnit::*member :
       {&MeasuredUnit::energy_fj, &MeasuredUnit::area_um2, &MeasuredUnit::leakage_nw}) {
    unit.*member *= static_cast<double>(bits) / near;
  }
  unit.by.push_back(rule);
  return unit;
}

MeasuredUnit PostCost::maximum(int bits) const {
  return look_up(maximum_, pool_add_error_bars_, by_library_, std::max(bits, kNarrowest), kAnyInput,
                 "maximum unit");
}

MeasuredUnit PostCost::bounds(int bits) const {
  const MeasuredUnit one = look_up(comparison_, pool_add_error_bars_, by_library_,
                                   std::max(bits, kNarrowest), kAnyInput, "maximum unit");
  return {2 * one.energy_fj, 0, 0, 0, one.by};
}

MeasuredUnit PostCost::adder(int sum_bits) const {
  return look_up(adder_, pool_add_error_bars_, by_library_, std::max(sum_bits, 16), kAnyInput,
                 "adder");
}

MeasuredUnit PostCost::product(int bits) const {
  if (!why_no_product_.empty()) throw std::runtime_error(why_no_product_);
  return look_up(product_, product_error_bars_, by_library_product_,
                 2 * std::max(bits, kNarrowest) + 2, kAnyInput, "product");
}

MeasuredUnit PostCost::threshold_tree(int levels) const {
  if (!why_no_thresholds_.empty()) throw std::runtime_error(why_no_thresholds_);
  return look_up(thresholds_, threshold_error_bars_, by_library_thresholds_, levels,
                 accumulator_.bits, "threshold tree");
}

}  // namespace dcnsim
