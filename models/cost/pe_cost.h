// SPDX-License-Identifier: Apache-2.0
// Energy, area, leakage and speed of one PE, whatever its datapath is.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/cost/error_bars.h"
#include "models/cost/extrapolation.h"
#include "models/cost/price_tables.h"

namespace dcnsim {

struct AcceleratorConfig;
struct LayerCounters;

/// Zero activations among the CNN-like operands of the tables.
inline constexpr double kTableZeroFraction = 0.5;

/// Femtojoules of one PE in one cycle. The four parts add up to the table's energy.
struct PeEnergy {
  double multiply = 0;
  double accumulate = 0;
  double operands = 0;      ///< both operand registers and the nets that feed them
  double accumulators = 0;  ///< accumulator and shift registers and the bits that clear them
};

/// Part by part; the second holds ratios.
constexpr PeEnergy scaled(const PeEnergy& energy, const PeEnergy& ratio) {
  return {energy.multiply * ratio.multiply, energy.accumulate * ratio.accumulate,
          energy.operands * ratio.operands, energy.accumulators * ratio.accumulators};
}

struct PeUnit {
  double area_um2 = 0;
  double leakage_nw = 0;
  double critical_path_ps = 0;
};

constexpr PeUnit scaled(const PeUnit& unit, const PeUnit& ratio) {
  return {unit.area_um2 * ratio.area_um2, unit.leakage_nw * ratio.leakage_nw,
          unit.critical_path_ps * ratio.critical_path_ps};
}

/// A table that was read.
struct TableId {
  std::string file, sha256;
};

/// A table of ratios between two kinds of PE or of data, measured under `conditions`.
struct Correction {
  std::string what;  ///< e.g. "zero_activations"
  TableId table;
  std::string conditions;
  std::string error_bar;
  std::string note;
};

class PeCost {
 public:
  virtual ~PeCost() = default;

  /// One cycle with data of these widths (1..16), of whose activations `zero_fraction` (0..1) are
  /// zero. Throws std::runtime_error, naming what is missing, where the tables have no data.
  virtual PeEnergy per_cycle(int weight_bits, int activation_bits, double zero_fraction) const = 0;
  /// With the zeros of the tables' operands.
  PeEnergy per_cycle(int weight_bits, int activation_bits) const {
    return per_cycle(weight_bits, activation_bits, kTableZeroFraction);
  }

  /// Femtojoules of all operand registers for what was counted, at `energy` a PE cycle.
  virtual double operands_fj(const PeEnergy& energy, const LayerCounters& counters) const = 0;

  /// What was interpolated, substituted or left out, for the report.
  virtual std::vector<std::string> energy_remarks() const = 0;
  virtual std::vector<std::string> unit_remarks() const = 0;

  /// Rules that stand for measurements in the energy at these widths, and in area and leakage.
  virtual Extrapolations energy_extrapolations(int weight_bits, int activation_bits) const = 0;
  const Extrapolations& unit_extrapolations() const { return extrapolations_; }

  /// Tables that correct the figures of the others.
  const std::vector<Correction>& corrections() const { return corrections_; }

  const PeUnit& unit() const { return unit_; }
  double node_nm() const { return node_nm_; }
  /// "45 nm, nangate45, 1.1 V, 25 C"
  const std::string& conditions() const { return conditions_; }
  const std::string& temperature_c() const { return temperature_c_; }
  /// Of the rows behind energy, and behind area and leakage.
  const ErrorBars& error_bars() const { return error_bars_; }
  /// "CNN-like operands"
  const std::string& data() const { return data_; }
  const TableId& energy_table() const { return energy_table_; }
  const TableId& unit_table() const { return unit_table_; }

 protected:
  PeUnit unit_;
  double node_nm_ = 0;
  std::string conditions_, temperature_c_, data_;
  ErrorBars error_bars_;
  TableId energy_table_, unit_table_;
  std::vector<Correction> corrections_;
  Extrapolations extrapolations_;  ///< of energy at all widths, area and leakage
};

/// Reads the tables of the array's datapath family. Throws std::runtime_error if they have no PE of
/// its native widths, lanes and accumulator.
std::unique_ptr<PeCost> make_pe_cost(const PriceTables& tables, const AcceleratorConfig& config);

}  // namespace dcnsim
