// SPDX-License-Identifier: Apache-2.0
#include "models/cost/technology.h"

#include <set>
#include <string>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/base/text/printable.h"
#include "models/base/text/suggest.h"

namespace dcnsim {
namespace {

std::string shown(const CsvTable& table, std::size_t row, const char* column) {
  return printable(table.text(row, table.column(column)));
}

}  // namespace

bool has_technology(const CsvTable& table, const std::string& technology) {
  const std::size_t library = table.column("library");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.text(row, library) == technology) return true;
  }
  return false;
}

void require_technology(const CsvTable& table, const std::string& technology) {
  if (has_technology(table, technology)) return;
  const std::size_t library = table.column("library");
  std::set<std::string> known;
  for (std::size_t row = 0; row < table.rows(); ++row) known.insert(table.text(row, library));
  const std::vector<std::string> names(known.begin(), known.end());
  throw InvalidField("cost.technology", printable(technology) + ", expected one of " +
                                            listed(names) + suggestion(technology, names));
}

std::string node_and_library(const CsvTable& table, std::size_t row) {
  return shown(table, row, "node_nm") + " nm, " + shown(table, row, "library");
}

std::string logic_conditions(const CsvTable& table, std::size_t row) {
  return node_and_library(table, row) + ", " + shown(table, row, "vdd_v") + " V, " +
         shown(table, row, "temp_c") + " C";
}

}  // namespace dcnsim
