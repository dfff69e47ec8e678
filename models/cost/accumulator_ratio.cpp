// SPDX-License-Identifier: Apache-2.0
#include "models/cost/accumulator_ratio.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/base/table/csv.h"
#include "models/cost/library_ratio.h"
#include "models/cost/pe_rows.h"
#include "models/cost/technology.h"

namespace dcnsim {
namespace {

/// 1 at 32 bits, `ratio` at a share of 1.
MacPoint along(const MacPoint& ratio, double share) {
  const auto line = [&](double r) { return 1 + share * (r - 1); };
  return {
      {line(ratio.energy.multiply), line(ratio.energy.accumulate), line(ratio.energy.operands),
       line(ratio.energy.accumulators)},
      {line(ratio.unit.area_um2), line(ratio.unit.leakage_nw), line(ratio.unit.critical_path_ps)}};
}

}  // namespace

AccumulatorRatio::AccumulatorRatio(const PriceTables& tables) {
  const MacTable& plain = MacTable::of(tables, kFullLibrary);
  const CsvTable& table = tables("mac_variants.csv");
  const PeRows rows(table, kFullLibrary, "cnn");
  const std::size_t weight = table.column("weight_bits"), activation = table.column("act_bits"),
                    accumulator = table.column("acc_bits");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!rows.matches(row)) continue;
    const int bits = table.integer(row, weight);
    if (bits != table.integer(row, activation)) table.fail(row, activation, "not weight_bits");
    const MacPoint* base = plain.points().find(bits, bits);
    if (base == nullptr) table.fail(row, weight, "not in mac_energy_area.csv");
    const int accumulator_bits = rows.accumulator_bits(row);
    if (accumulator_bits == kTableAccumulatorBits) table.fail(row, accumulator, "expected another");
    Side& side = accumulator_bits < kTableAccumulatorBits ? narrower_ : wider_;
    if (!side.ratios.empty() && side.accumulator_bits != accumulator_bits) {
      table.fail(row, accumulator, "expected " + std::to_string(side.accumulator_bits));
    }
    side.accumulator_bits = accumulator_bits;
    conditions_ = node_and_library(table, row) + ", CNN-like operands";
    error_bars_.add(table, row);
    if (!side.ratios.add(bits, 0, ratio_of(MacPoint{rows.energy(row), rows.unit(row)}, *base))) {
      table.fail(row, weight, "a second row for this width");
    }
  }
  if (narrower_.ratios.empty() || wider_.ratios.empty()) {
    throw std::runtime_error(table.path() + ": no accumulators on both sides of 32 bits");
  }
  id_ = {table.file_name(), table.sha256()};
}

const AccumulatorRatio::Side& AccumulatorRatio::side(int accumulator_bits) const {
  return accumulator_bits < kTableAccumulatorBits ? narrower_ : wider_;
}

MacPoint AccumulatorRatio::at(double bits, int accumulator_bits) const {
  const Side& s = side(accumulator_bits);
  const double width = std::clamp<double>(bits, *s.ratios.xs().begin(), *s.ratios.xs().rbegin());
  const double share = static_cast<double>(accumulator_bits - kTableAccumulatorBits) /
                       (s.accumulator_bits - kTableAccumulatorBits);
  return along(blend_mac(s.ratios.around(width, 0)), share);
}

bool AccumulatorRatio::is_measured(double bits, int accumulator_bits) const {
  const Side& s = side(accumulator_bits);
  return !s.ratios.around(bits, 0).empty() &&
         std::abs(accumulator_bits - kTableAccumulatorBits) <=
             std::abs(s.accumulator_bits - kTableAccumulatorBits);
}

}  // namespace dcnsim
