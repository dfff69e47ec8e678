// SPDX-License-Identifier: Apache-2.0
// The tables read plainly, to compare the model with.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/base/table/csv.h"
#include "models/cost/pe_cost.h"
#include "tests/cost/tables_copy.h"

namespace dcnsim {

inline double total_fj(const PeEnergy& e) {
  return e.multiply + e.accumulate + e.operands + e.accumulators;
}

/// Rows of a table as maps from column name.
inline std::vector<std::map<std::string, std::string>> rows_of(
    const std::string& file, const std::vector<std::string>& columns) {
  const CsvTable table = CsvTable::load(kTables + '/' + file);
  std::vector<std::map<std::string, std::string>> rows(table.rows());
  for (const std::string& column : columns) {
    const std::size_t index = table.column(column);
    for (std::size_t row = 0; row < table.rows(); ++row) rows[row][column] = table.text(row, index);
  }
  return rows;
}

}  // namespace dcnsim
