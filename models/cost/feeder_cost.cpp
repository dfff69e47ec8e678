// SPDX-License-Identifier: Apache-2.0
#include "models/cost/feeder_cost.h"

#include <cmath>
#include <iterator>
#include <stdexcept>

#include "models/cost/technology.h"
#include "models/perf/window_feeder.h"

namespace dcnsim {
namespace {

/// Logarithms of it are 0.
constexpr int kNoAxis = 1;

}  // namespace

FeederCost::FeederCost(const PriceTables& tables, const AcceleratorConfig& config) {
  const int lanes = window_feeder(config.array).lanes;
  if (lanes == 0) return;
  const CsvTable& table = tables("requant_etc.csv");
  table_ = {table.file_name(), table.sha256()};
  const CostConfig& cost = config.cost;
  if (!read(table, cost.technology, {})) {
    const LibraryRatio ratio = library_ratio(tables, cost.technology);
    const std::string refusal =
        table.path() + ": no feeder in " + cost.technology + " (array.reduction: window)";
    if (!read(table, kFullLibrary, ratio)) throw std::runtime_error(refusal);
    require_extrapolation(cost, refusal, ratio.unit_rule());
    by_.push_back(ratio.unit_rule());
    conditions_ = ratio.conditions;
  }
  const auto corners = by_lanes_.around(lanes, kNoAxis);
  if (!corners.empty()) {
    bit_ = {blend(corners, &FeederBit::energy_fj), blend(corners, &FeederBit::area_um2),
            blend(corners, &FeederBit::leakage_nw)};
    return;
  }
  const Extrapolation rule{"a feeder with further levels of multiplexers", error_bars_.rule.text()};
  require_extrapolation(cost,
                        table_.file + ": no feeder of " + std::to_string(lanes) + " lanes (" +
                            std::to_string(*by_lanes_.xs().begin()) + ".." +
                            std::to_string(*by_lanes_.xs().rbegin()) +
                            "; array.rows times what a PE adds up side by side)",
                        rule);
  by_.push_back(rule);
  bit_ = beyond(lanes);
}

bool FeederCost::read(const CsvTable& table, const std::string& library,
                      const LibraryRatio& ratio) {
  const std::size_t libraries = table.column("library"), unit = table.column("unit"),
                    bits = table.column("out_bits"), area = table.column("area_um2"),
                    leakage = table.column("leakage_nw"), energy = table.column("energy_fj_per_op");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.text(row, libraries) != library || table.text(row, unit) != "feeder") continue;
    const int lanes = table.integer(row, bits);
    if (lanes == 0) table.fail(row, bits, "expected a positive number of lanes");
    const FeederBit bit{table.number(row, energy) / lanes * ratio.energy,
                        table.number(row, area) / lanes * ratio.parts.unit.area_um2,
                        table.number(row, leakage) / lanes * ratio.parts.unit.leakage_nw};
    if (!by_lanes_.add(lanes, kNoAxis, bit)) table.fail(row, bits, "a second row for this width");
    conditions_ = logic_conditions(table, row);
    error_bars_.add(table, row);
  }
  if (by_lanes_.xs().size() == 1) {
    throw std::runtime_error(table.path() + ": one feeder in " + library +
                             ", expected at least two numbers of lanes");
  }
  return !by_lanes_.empty();
}

FeederBit FeederCost::beyond(int lanes) const {
  const std::set<int>& known = by_lanes_.xs();
  const bool above = lanes > *known.rbegin();
  const int near = above ? *known.rbegin() : *known.begin();
  const int next = above ? *std::next(known.rbegin()) : *std::next(known.begin());
  const double share =
      std::log(static_cast<double>(lanes) / near) / std::log(static_cast<double>(near) / next);
  const FeederBit &a = *by_lanes_.find(near, kNoAxis), &b = *by_lanes_.find(next, kNoAxis);
  const auto of = [&](double FeederBit::*member) {
    return a.*member + share * (a.*member - b.*member);
  };
  return {of(&FeederBit::energy_fj), of(&FeederBit::area_um2), of(&FeederBit::leakage_nw)};
}

}  // namespace dcnsim
