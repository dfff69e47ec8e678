// SPDX-License-Identifier: Apache-2.0
// Energy, area and leakage of the feeder that array.reduction: window implies (window_feeder.h):
// the rows of requant_etc.csv of a rotator of one-bit lanes with the register behind it.
#pragma once

#include <string>

#include "models/arch/accelerator_config.h"
#include "models/base/table/csv.h"
#include "models/base/table/grid.h"
#include "models/cost/extrapolation.h"
#include "models/cost/library_ratio.h"
#include "models/cost/price_tables.h"

namespace dcnsim {

/// Of a bit of a lane.
struct FeederBit {
  double energy_fj = 0;  ///< of a bit that passes
  double area_um2 = 0;
  double leakage_nw = 0;
};

class FeederCost {
 public:
  /// All zero for an array without a feeder. Between measured numbers of lanes linear in their
  /// logarithm, which is how many levels of multiplexers a rotator has. Beyond them, or where the
  /// technology has no feeder, std::runtime_error, or the slope of the last two, or nangate45 times
  /// the ratio of MACs, if extrapolation is asked for.
  FeederCost(const PriceTables& tables, const AcceleratorConfig& config);

  const FeederBit& bit() const { return bit_; }

  const Extrapolations& by() const { return by_; }
  const TableId& table() const { return table_; }
  const std::string& conditions() const { return conditions_; }
  const ErrorBars& error_bars() const { return error_bars_; }

 private:
  /// Takes the rows of a library, each times a ratio; false if there are none.
  bool read(const CsvTable& table, const std::string& library, const LibraryRatio& ratio);
  /// By the slope of the two measured ones with most lanes.
  FeederBit beyond(int lanes) const;

  Grid<FeederBit> by_lanes_{Grid<FeederBit>::Axes::kLogarithmic};  ///< y is not used
  FeederBit bit_;
  Extrapolations by_;
  TableId table_;
  std::string conditions_;
  ErrorBars error_bars_;
};

}  // namespace dcnsim
