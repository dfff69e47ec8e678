// SPDX-License-Identifier: Apache-2.0
// What all tables of logic share: the columns that say under which conditions a row was measured.
#pragma once

#include <cstddef>
#include <string>

#include "models/base/table/csv.h"

namespace dcnsim {

bool has_technology(const CsvTable& table, const std::string& technology);

/// Throws InvalidField listing the technologies of the table unless `technology` is one.
void require_technology(const CsvTable& table, const std::string& technology);

/// "45 nm, nangate45"
std::string node_and_library(const CsvTable& table, std::size_t row);

/// "45 nm, nangate45, 1.1 V, 25 C"
std::string logic_conditions(const CsvTable& table, std::size_t row);

}  // namespace dcnsim
