// SPDX-License-Identifier: Apache-2.0
// What it changes in a multiply-accumulate unit that its weight stays and its partial sum comes
// from a neighbour, as in a weight-stationary array: mac_weight_stationary.csv, measured for equal
// widths of both operands, against the units of mac_energy_area.csv that accumulate in place.
#pragma once

#include <optional>
#include <string>

#include "models/cost/mac_table.h"
#include "models/cost/price_tables.h"

namespace dcnsim {

struct SystolicCell {
  MacPoint ratio;
  bool is_interpolated = false;
  Correction source;
  std::string rule_error_bar;  ///< where it stands for the cells of others
};

/// At the mean of the native widths, linear between measured ones. Nothing if the table has no rows
/// of this technology around it.
std::optional<SystolicCell> systolic_cell(const PriceTables& tables, const std::string& technology,
                                          int accumulator_bits, double native_bits);

}  // namespace dcnsim
