// SPDX-License-Identifier: Apache-2.0
#include "models/cost/measured_units.h"

#include <cstddef>
#include <stdexcept>

#include "models/cost/library_ratio.h"
#include "models/cost/technology.h"

namespace dcnsim {
namespace {

/// Takes the rows of a library, each times a ratio; what is missing, or nothing.
std::string read(const CsvTable& table, const std::string& library, const LibraryRatio& ratio,
                 const std::vector<WantedUnits>& all, std::string& conditions) {
  const std::size_t libraries = table.column("library"), unit = table.column("unit"),
                    mode = table.column("mode"), data = table.column("data"),
                    in_bits = table.column("in_bits"), out_bits = table.column("out_bits"),
                    area = table.column("area_um2"), leakage = table.column("leakage_nw"),
                    path = table.column("critical_path_ps");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.text(row, libraries) != library) continue;
    for (const WantedUnits& wanted : all) {
      if (table.text(row, unit) != wanted.unit || table.text(row, mode) != wanted.mode ||
          table.text(row, data) != wanted.data) {
        continue;
      }
      const MeasuredUnit point{
          table.number(row, table.column(wanted.energy)) * ratio.energy,
          table.number(row, area) * ratio.parts.unit.area_um2,
          table.number(row, leakage) * ratio.parts.unit.leakage_nw,
          wanted.has_path ? table.number(row, path) * ratio.parts.unit.critical_path_ps : 0};
      if (!wanted.units.add(table.integer(row, out_bits),
                            wanted.has_input ? table.integer(row, in_bits) : kAnyInput, point)) {
        table.fail(row, out_bits, "a second row for this width");
      }
      conditions = logic_conditions(table, row);
      wanted.error_bars.add(table, row);
    }
  }
  for (const WantedUnits& wanted : all) {
    if (wanted.units.empty()) {
      return wanted.unit + (wanted.mode.empty() ? "" : " ") + wanted.mode;
    }
  }
  return "";
}

}  // namespace

UnitSource load_units(const CsvTable& table, const PriceTables& tables, const CostConfig& config,
                      const std::vector<WantedUnits>& all) {
  UnitSource rows;
  const std::string missing = read(table, config.technology, {}, all, rows.conditions);
  if (missing.empty()) return rows;
  const LibraryRatio ratio = library_ratio(tables, config.technology);
  const std::string refusal = table.path() + ": no rows " + missing + " in " + config.technology;
  for (const WantedUnits& wanted : all) {
    wanted.units = UnitGrid();
    wanted.error_bars = ErrorBars();
  }
  if (!read(table, kFullLibrary, ratio, all, rows.conditions).empty()) {
    throw std::runtime_error(refusal);
  }
  require_extrapolation(config, refusal, ratio.unit_rule());
  return {{ratio.unit_rule()}, ratio.conditions};
}

}  // namespace dcnsim
