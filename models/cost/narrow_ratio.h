// SPDX-License-Identifier: Apache-2.0
// What narrow data save on MACs that were not measured with them. At 45 nm the energy of given data
// grows nearly linearly with the width of the hardware, from the MAC of their own width
// (mac_energy_area.csv) over 8 x 8 to 16 x 16 hardware (mac_subword.csv).
#pragma once

#include <string>

#include "models/cost/extrapolation.h"
#include "models/cost/mac_table.h"
#include "models/cost/price_tables.h"

namespace dcnsim {

/// Rows of mac_subword.csv for hardware of these widths and sign-extended data. Read once; they
/// live as long as `tables` or a copy of it.
struct NarrowRows {
  TableId table;
  Grid<PeEnergy> energies;  ///< by data widths
  ErrorBars error_bars;
};
const NarrowRows& narrow_rows(const PriceTables& tables, const std::string& library,
                              int weight_bits, int activation_bits, int accumulator_bits);

class NarrowRatio {
 public:
  /// For hardware of these widths.
  NarrowRatio(const PriceTables& tables, int weight_bits, int activation_bits);

  /// Part by part, to data of the hardware's own widths; exactly 1 for these.
  PeEnergy at(int weight_bits, int activation_bits) const;

  /// What at() does, with the error that the table states for it.
  static Extrapolation rule(const PriceTables& tables);

 private:
  PeEnergy energy(int weight_bits, int activation_bits) const;

  int weight_bits_, activation_bits_;
  MacTable own_;
  Grid<PeEnergy> on_8x8_, on_16x16_;
};

}  // namespace dcnsim
