// SPDX-License-Identifier: Apache-2.0
#include "models/cost/systolic_cell.h"

#include "models/base/table/csv.h"
#include "models/cost/pe_rows.h"
#include "models/cost/technology.h"

namespace dcnsim {

std::optional<SystolicCell> systolic_cell(const PriceTables& tables, const std::string& technology,
                                          int accumulator_bits, double native_bits) {
  const MacTable& in_place = MacTable::of(tables, technology, accumulator_bits);
  const CsvTable& table = tables("mac_weight_stationary.csv");
  const PeRows rows(table, technology, "cnn_wstat");
  const std::size_t weight = table.column("weight_bits"), activation = table.column("act_bits");
  Grid<MacPoint> ratios;
  std::size_t any_row = 0;
  ErrorBars error_bars;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const int bits = table.integer(row, weight);
    const MacPoint* const plain = in_place.points().find(bits, bits);
    if (!rows.matches(row) || rows.accumulator_bits(row) != accumulator_bits ||
        bits != table.integer(row, activation) || plain == nullptr) {
      continue;
    }
    any_row = row;
    error_bars.add(table, row);
    if (!ratios.add(bits, 0, ratio_of({rows.systolic_energy(row), rows.unit(row)}, *plain))) {
      table.fail(row, weight, "a second row for this width");
    }
  }
  const auto corners = ratios.around(native_bits, 0);
  if (corners.empty()) return std::nullopt;
  return SystolicCell{blend_mac(corners),
                      corners.size() > 1,
                      {"systolic_cell",
                       {table.file_name(), table.sha256()},
                       logic_conditions(table, any_row) + ", CNN-like operands, weights held",
                       error_bars.energy.text(),
                       ""},
                      error_bars.rule.text()};
}

}  // namespace dcnsim
