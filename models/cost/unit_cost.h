// SPDX-License-Identifier: Apache-2.0
// Cost of a serial lane group (serial.csv) or of a composable unit (fusion.csv): units that were
// measured as a whole, at every pair of data widths they were built for.
#pragma once

#include <string>
#include <vector>

#include "models/base/table/csv.h"
#include "models/base/table/grid.h"
#include "models/cost/library_ratio.h"
#include "models/cost/pe_cost.h"
#include "models/cost/price_tables.h"

namespace dcnsim {

class UnitCost : public PeCost {
 public:
  /// Weight-stationary arrays take the rows whose weights are held (cnn_wstat), others those with
  /// new operands every step (cnn). Throws std::runtime_error if the tables lack the unit.
  UnitCost(const PriceTables& tables, const AcceleratorConfig& config);

  using PeCost::per_cycle;
  /// Zeros make no difference: they were not measured.
  PeEnergy per_cycle(int weight_bits, int activation_bits, double zero_fraction) const override;

  /// Every PE cycle clocks all operand registers, as it did in the measurement.
  double operands_fj(const PeEnergy& energy, const LayerCounters& counters) const override;

  Extrapolations energy_extrapolations(int, int) const override { return extrapolations_; }
  std::vector<std::string> energy_remarks() const override;
  std::vector<std::string> unit_remarks() const override;

 private:
  /// Takes the unit's rows of a library, each times `ratio`; false if there are none.
  bool read(const CsvTable& table, const AcceleratorConfig& config, const std::string& library,
            const LibraryRatio& ratio);

  std::string name_, technology_;
  bool fused_ = false;     ///< widths are rounded up to those of a fused unit
  int widest_weight_ = 0;  ///< wider data come as digits of this width
  int widest_activation_ = 0;
  int accumulator_bits_ = 0;  ///< of the measured unit
  Grid<PeEnergy> energies_;   ///< by data widths
  std::vector<std::string> remarks_;
};

}  // namespace dcnsim
