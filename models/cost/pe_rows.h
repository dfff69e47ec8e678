// SPDX-License-Identifier: Apache-2.0
// Rows of the tables of PEs: one technology, one operand distribution; inside models/cost only.
#pragma once

#include <string>
#include <vector>

#include "models/base/table/csv.h"
#include "models/base/table/grid.h"
#include "models/cost/pe_cost.h"

namespace dcnsim {

class PeRows {
 public:
  PeRows(const CsvTable& table, const std::string& technology, const std::string& data);

  bool matches(std::size_t row) const {
    return table_.text(row, library_) == technology_ && table_.text(row, data_) == wanted_data_;
  }
  int accumulator_bits(std::size_t row) const { return table_.integer(row, accumulator_); }
  PeEnergy energy(std::size_t row) const;
  /// Of a cell whose inputs include the neighbour's partial sum: their nets count as accumulator.
  PeEnergy systolic_energy(std::size_t row) const;
  PeUnit unit(std::size_t row) const;

 private:
  const CsvTable& table_;
  const std::string technology_, wanted_data_;
  std::size_t library_, data_, accumulator_;
  std::size_t multiply_, accumulate_, registers_, operands_, inputs_;
  std::size_t area_, leakage_, critical_;
};

/// Each part interpolated.
PeEnergy blend_energy(const std::vector<Corner<PeEnergy>>& corners);

PeUnit blend_unit(const std::vector<Corner<PeUnit>>& corners);

/// "8 x 6 bit"
std::string pair_name(int weight_bits, int activation_bits);

}  // namespace dcnsim
