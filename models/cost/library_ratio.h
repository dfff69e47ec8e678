// SPDX-License-Identifier: Apache-2.0
// From the library with most data to another: how the figures of MACs that were measured in both
// differ. The dependence on widths is nearly the same in all of them, so that one ratio a part does
// for units that were measured in the first only.
#pragma once

#include <string>

#include "models/cost/extrapolation.h"
#include "models/cost/mac_table.h"
#include "models/cost/price_tables.h"

namespace dcnsim {

/// The library that has every unit.
inline constexpr const char* kFullLibrary = "nangate45";

struct LibraryRatio {
  MacPoint parts{{1, 1, 1, 1}, {1, 1, 1}};
  double energy = 1;  ///< of a whole MAC
  int macs = 0;       ///< that were measured in both
  double node_nm = 0;
  std::string conditions, temperature_c;  ///< of the other library
  ErrorBars error_bars;                   ///< of its MACs

  /// For MACs that the other library lacks, and for all other units.
  Extrapolation mac_rule() const;
  Extrapolation unit_rule() const;

 private:
  Extrapolation rule(const ErrorBar& error_bar) const;
};

/// Geometric means. Throws std::runtime_error if mac_energy_area.csv does not have the library or
/// no MAC that both have.
LibraryRatio library_ratio(const PriceTables& tables, const std::string& library);

}  // namespace dcnsim
