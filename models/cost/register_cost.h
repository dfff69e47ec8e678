// SPDX-License-Identifier: Apache-2.0
// Energy, area and leakage of plain registers, a bit: the register rows of requant_etc.csv.
#pragma once

#include <string>

#include "models/arch/accelerator_config.h"
#include "models/base/table/csv.h"
#include "models/base/table/grid.h"
#include "models/cost/extrapolation.h"
#include "models/cost/library_ratio.h"
#include "models/cost/price_tables.h"

namespace dcnsim {

/// Chance that a bit of a register changes when it takes the next of many unrelated numbers.
inline constexpr double kRandomToggleRate = 0.5;
/// Likewise for activations, of which `zero_fraction` are zero and the others random.
constexpr double activation_toggle_rate(double zero_fraction) {
  const double ones = (1 - zero_fraction) / 2;
  return 2 * ones * (1 - ones);
}

class RegisterCost {
 public:
  /// Throws std::runtime_error if the technology has no registers and extrapolation from nangate45
  /// is not asked for.
  RegisterCost(const PriceTables& tables, const CostConfig& config);

  /// A bit that is clocked once; linear between measured toggle rates 0..1.
  double clocked_fj(double toggle_rate) const;
  double area_um2() const { return area_um2_; }
  double leakage_nw() const { return leakage_nw_; }

  const Extrapolations& by() const { return by_; }
  const TableId& table() const { return table_; }
  const std::string& conditions() const { return conditions_; }
  const ErrorBars& error_bars() const { return error_bars_; }

 private:
  struct Point {
    double energy_fj;
  };
  /// Takes the rows of a library, each times a ratio; false if there are none.
  bool read(const CsvTable& table, const std::string& library, const LibraryRatio& ratio);

  Grid<Point> by_percent_;  ///< x: bits that toggle, per cent; y is not used
  double area_um2_ = 0, leakage_nw_ = 0;
  Extrapolations by_;
  TableId table_;
  std::string conditions_;
  ErrorBars error_bars_;
};

}  // namespace dcnsim
