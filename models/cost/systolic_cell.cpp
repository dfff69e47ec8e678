// SPDX-License-Identifier: Apache-2.0
#include "models/cost/systolic_cell.h"

#include <map>

#include "models/cost/csv.h"
#include "models/cost/grid.h"
#include "models/cost/pe_rows.h"
#include "models/cost/technology.h"

namespace dcnsim {
namespace {

struct Unit {
  PeEnergy energy;
  PeUnit unit;
};

/// Units that accumulate in place, new operands every cycle, by equal widths.
std::map<int, Unit> in_place_units(const std::string& tables_dir, const std::string& technology,
                                   int accumulator_bits) {
  const CsvTable table = CsvTable::load(tables_dir + "/mac_energy_area.csv");
  const PeRows rows(table, technology, "cnn");
  const std::size_t weight = table.column("weight_bits"), activation = table.column("act_bits");
  std::map<int, Unit> units;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const int bits = table.integer(row, weight);
    if (!rows.matches(row) || rows.accumulator_bits(row) != accumulator_bits ||
        bits != table.integer(row, activation)) {
      continue;
    }
    units[bits] = {rows.energy(row), rows.unit(row)};
  }
  return units;
}

double ratio(double a, double b) { return b > 0 ? a / b : 1; }

}  // namespace

std::optional<SystolicCell> systolic_cell(const std::string& tables_dir,
                                          const std::string& technology, int accumulator_bits,
                                          double native_bits) {
  const std::map<int, Unit> in_place = in_place_units(tables_dir, technology, accumulator_bits);
  const CsvTable table = CsvTable::load(tables_dir + "/mac_weight_stationary.csv");
  const PeRows rows(table, technology, "cnn_wstat");
  const std::size_t weight = table.column("weight_bits"), activation = table.column("act_bits");
  Grid<Unit> grid;
  std::size_t any_row = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const int bits = table.integer(row, weight);
    if (!rows.matches(row) || rows.accumulator_bits(row) != accumulator_bits ||
        bits != table.integer(row, activation) || in_place.count(bits) == 0) {
      continue;
    }
    const Unit& plain = in_place.at(bits);
    const PeEnergy energy = rows.systolic_energy(row);
    const PeUnit unit = rows.unit(row);
    any_row = row;
    if (!grid.add(bits, 0,
                  {{ratio(energy.multiply, plain.energy.multiply),
                    ratio(energy.accumulate, plain.energy.accumulate),
                    ratio(energy.operands, plain.energy.operands),
                    ratio(energy.accumulators, plain.energy.accumulators)},
                   {ratio(unit.area_um2, plain.unit.area_um2),
                    ratio(unit.leakage_nw, plain.unit.leakage_nw),
                    ratio(unit.critical_path_ps, plain.unit.critical_path_ps)}})) {
      table.fail(row, weight, "a second row for this width");
    }
  }
  const auto corners = grid.around(native_bits, 0);
  if (corners.empty()) return std::nullopt;
  SystolicCell cell;
  cell.is_interpolated = corners.size() > 1;
  std::vector<Corner<PeEnergy>> energies;
  std::vector<Corner<PeUnit>> units;
  for (const auto& corner : corners) {
    energies.push_back({&corner.value->energy, corner.weight});
    units.push_back({&corner.value->unit, corner.weight});
  }
  cell.energy = blend_energy(energies);
  cell.unit = blend_unit(units);
  cell.source = {"systolic_cell",
                 {table.file_name(), table.sha256()},
                 logic_conditions(table, any_row) + ", CNN-like operands, weights held",
                 ""};
  return cell;
}

}  // namespace dcnsim
