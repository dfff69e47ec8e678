// SPDX-License-Identifier: Apache-2.0
#include "models/cost/mac_table.h"

#include "models/base/table/csv.h"
#include "models/cost/pe_rows.h"
#include "models/cost/technology.h"

namespace dcnsim {
namespace {

double ratio(double a, double b) { return b > 0 ? a / b : 1; }

}  // namespace

PeEnergy ratio_of(const PeEnergy& a, const PeEnergy& b) {
  return {ratio(a.multiply, b.multiply), ratio(a.accumulate, b.accumulate),
          ratio(a.operands, b.operands), ratio(a.accumulators, b.accumulators)};
}

MacPoint ratio_of(const MacPoint& a, const MacPoint& b) {
  return {ratio_of(a.energy, b.energy),
          {ratio(a.unit.area_um2, b.unit.area_um2), ratio(a.unit.leakage_nw, b.unit.leakage_nw),
           ratio(a.unit.critical_path_ps, b.unit.critical_path_ps)}};
}

MacPoint blend_mac(const std::vector<Corner<MacPoint>>& corners) {
  std::vector<Corner<PeEnergy>> energies;
  std::vector<Corner<PeUnit>> units;
  for (const auto& corner : corners) {
    energies.push_back({&corner.value->energy, corner.weight});
    units.push_back({&corner.value->unit, corner.weight});
  }
  return {blend_energy(energies), blend_unit(units)};
}

MacTable::MacTable(const PriceTables& tables, const std::string& library, int accumulator_bits) {
  const CsvTable& table = tables("mac_energy_area.csv");
  path_ = table.path();
  require_technology(table, library);
  id_ = {table.file_name(), table.sha256()};
  const PeRows rows(table, library, "cnn");
  const std::size_t weight = table.column("weight_bits"), activation = table.column("act_bits"),
                    node = table.column("node_nm"), temperature = table.column("temp_c");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!rows.matches(row)) continue;
    node_nm_ = table.number(row, node);
    conditions_ = logic_conditions(table, row);
    temperature_c_ = table.text(row, temperature);
    error_bars_.add(table, row);
    if (rows.accumulator_bits(row) != accumulator_bits) continue;
    if (!points_.add(table.integer(row, weight), table.integer(row, activation),
                     {rows.energy(row), rows.unit(row)})) {
      table.fail(row, weight, "a second row for this width pair");
    }
  }
}

const MacTable& MacTable::of(const PriceTables& tables, const std::string& library,
                             int accumulator_bits) {
  return tables.once("MacTable " + std::to_string(accumulator_bits) + ' ' + library,
                     [&] { return MacTable(tables, library, accumulator_bits); });
}

std::optional<MacPoint> MacTable::at(double weight_bits, double activation_bits) const {
  const auto corners = points_.around(weight_bits, activation_bits);
  if (corners.empty()) return std::nullopt;
  return blend_mac(corners);
}

}  // namespace dcnsim
