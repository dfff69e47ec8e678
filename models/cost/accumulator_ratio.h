// SPDX-License-Identifier: Apache-2.0
// What another accumulator than one of 32 bits changes in a multiply-accumulate unit:
// mac_variants.csv, 24 and 48 bits at 45 nm.
#pragma once

#include <string>

#include "models/cost/mac_table.h"
#include "models/cost/price_tables.h"

namespace dcnsim {

class AccumulatorRatio {
 public:
  explicit AccumulatorRatio(const PriceTables& tables);

  /// To the 32-bit accumulator, for equal or mean operand widths of `bits`: linear in the
  /// accumulator's width and between measured operand widths, beyond these as at the last.
  MacPoint at(double bits, int accumulator_bits) const;
  /// Whether at() has no need to go beyond measured accumulators or operands.
  bool is_measured(double bits, int accumulator_bits) const;

  const TableId& id() const { return id_; }
  /// "45 nm, nangate45, CNN-like operands"
  const std::string& conditions() const { return conditions_; }
  const ErrorBars& error_bars() const { return error_bars_; }

 private:
  /// Between 32 bits and `accumulator_bits`, whose rows it takes.
  struct Side {
    int accumulator_bits = 0;
    Grid<MacPoint> ratios;  ///< by operand width
  };
  const Side& side(int accumulator_bits) const;

  Side narrower_, wider_;
  TableId id_;
  std::string conditions_;
  ErrorBars error_bars_;
};

}  // namespace dcnsim
