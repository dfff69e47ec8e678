// SPDX-License-Identifier: Apache-2.0
// Units as rows of requant_etc.csv have them, each with the registers that it was measured with: of
// the machine's library or, where that lacks one, of the library that has all, times a ratio.
#pragma once

#include <string>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/base/table/csv.h"
#include "models/base/table/grid.h"
#include "models/cost/error_bars.h"
#include "models/cost/extrapolation.h"
#include "models/cost/price_tables.h"

namespace dcnsim {

struct MeasuredUnit {
  double energy_fj = 0;  ///< of one operation
  double area_um2 = 0;
  double leakage_nw = 0;
  double critical_path_ps = 0;
  Extrapolations by{};  ///< rules used, if any
};

/// x: width in bits; y: bits of the input, or kAnyInput.
using UnitGrid = Grid<MeasuredUnit>;

/// Of units whose input is as wide as their output.
inline constexpr int kAnyInput = 1;

/// Rows that make a grid of units.
struct WantedUnits {
  UnitGrid& units;
  ErrorBars& error_bars;
  std::string unit, mode, data;
  bool has_input;
  const char* energy = "energy_fj_per_op";
  bool has_path = true;  ///< false: pipelined at will, no limit of the clock
};

struct UnitSource {
  Extrapolations by;       ///< the rule, if they are those of another library
  std::string conditions;  ///< that they were measured under
};

/// Fills the grids. Throws std::runtime_error naming the unit that is missing, unless all are there
/// in kFullLibrary and extrapolation is asked for.
UnitSource load_units(const CsvTable& table, const PriceTables& tables, const CostConfig& config,
                      const std::vector<WantedUnits>& all);

}  // namespace dcnsim
