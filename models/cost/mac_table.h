// SPDX-License-Identifier: Apache-2.0
// mac_energy_area.csv: multiply-accumulate units that accumulate in place, of every width, fed with
// CNN-like data of their own width; one library, one accumulator width.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/base/table/grid.h"
#include "models/cost/pe_cost.h"
#include "models/cost/price_tables.h"

namespace dcnsim {

/// Accumulator of nearly all units in the tables.
inline constexpr int kTableAccumulatorBits = 32;

/// Energy a cycle and the unit itself; or ratios of these.
struct MacPoint {
  PeEnergy energy;
  PeUnit unit;
};

/// Part by part.
constexpr MacPoint scaled(const MacPoint& point, const MacPoint& ratio) {
  return {scaled(point.energy, ratio.energy), scaled(point.unit, ratio.unit)};
}
/// a / b, part by part; 1 where b has nothing.
PeEnergy ratio_of(const PeEnergy& a, const PeEnergy& b);
MacPoint ratio_of(const MacPoint& a, const MacPoint& b);

MacPoint blend_mac(const std::vector<Corner<MacPoint>>& corners);

class MacTable {
 public:
  /// Throws std::runtime_error if the table does not have the library.
  MacTable(const PriceTables& tables, const std::string& library, int accumulator_bits);
  /// The same, read once; it lives as long as `tables` or a copy of it.
  static const MacTable& of(const PriceTables& tables, const std::string& library,
                            int accumulator_bits = kTableAccumulatorBits);

  /// By weight and activation width; empty if the accumulator was not measured.
  const Grid<MacPoint>& points() const { return points_; }
  /// Interpolated if need be; nothing outside the table.
  std::optional<MacPoint> at(double weight_bits, double activation_bits) const;

  const std::string& path() const { return path_; }
  const TableId& id() const { return id_; }
  double node_nm() const { return node_nm_; }
  /// "45 nm, nangate45, 1.1 V, 25 C"
  const std::string& conditions() const { return conditions_; }
  const std::string& temperature_c() const { return temperature_c_; }
  const ErrorBars& error_bars() const { return error_bars_; }

 private:
  Grid<MacPoint> points_;
  std::string path_;
  TableId id_;
  double node_nm_ = 0;
  std::string conditions_, temperature_c_;
  ErrorBars error_bars_;
};

}  // namespace dcnsim
