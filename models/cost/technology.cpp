// SPDX-License-Identifier: Apache-2.0
#include "models/cost/technology.h"

#include <set>
#include <stdexcept>

#include "models/base/text/printable.h"

namespace dcnsim {

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
  std::string list;
  for (const std::string& name : known) list += (list.empty() ? "" : ", ") + printable(name);
  throw std::runtime_error(table.path() + ": cost.technology: " + technology +
                           ", expected one of " + printable(list, 200));
}

std::string logic_conditions(const CsvTable& table, std::size_t row) {
  const auto column = [&](const char* name) {
    return printable(table.text(row, table.column(name)));
  };
  return column("node_nm") + " nm, " + column("library") + ", " + column("vdd_v") + " V, " +
         column("temp_c") + " C";
}

}  // namespace dcnsim
