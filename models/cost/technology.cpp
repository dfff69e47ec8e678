// SPDX-License-Identifier: Apache-2.0
#include "models/cost/technology.h"

#include <set>
#include <stdexcept>

#include "models/base/text/printable.h"

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
  std::string list;
  for (const std::string& name : known) list += (list.empty() ? "" : ", ") + printable(name);
  throw std::runtime_error(table.path() + ": cost.technology: " + technology +
                           ", expected one of " + printable(list, 200));
}

std::string node_and_library(const CsvTable& table, std::size_t row) {
  return shown(table, row, "node_nm") + " nm, " + shown(table, row, "library");
}

std::string logic_conditions(const CsvTable& table, std::size_t row) {
  return node_and_library(table, row) + ", " + shown(table, row, "vdd_v") + " V, " +
         shown(table, row, "temp_c") + " C";
}

}  // namespace dcnsim
