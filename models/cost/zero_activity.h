// SPDX-License-Identifier: Apache-2.0
// What zero activations save in a bit-parallel PE: mac_zero_activity.csv, units of 4, 8 and 16 bits
// with 0, 25, 50, 75 and 90 % zeros; those at 45 nm where the table lacks a library.
#pragma once

#include <string>

#include "models/base/table/grid.h"
#include "models/cost/pe_cost.h"
#include "models/cost/price_tables.h"

namespace dcnsim {

class ZeroActivity {
 public:
  /// For operands that are new in every cycle, or weights that are held.
  ZeroActivity(const PriceTables& tables, const std::string& technology, bool weights_held);

  /// Energy at `zero_fraction` (0..1) to that at kTableZeroFraction, part by part, for data of
  /// `bits` on average; linear between measured points, beyond them as at the last.
  PeEnergy ratio(double bits, double zero_fraction) const;

  Correction source() const;

 private:
  Grid<PeEnergy> energies_;  ///< by width and percentage of zeros
  Correction source_;
};

}  // namespace dcnsim
