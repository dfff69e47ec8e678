// SPDX-License-Identifier: Apache-2.0
// Energy of one multiply-accumulate on hardware of fixed operand widths, and area, leakage and
// speed of that hardware, from mac_energy_area.csv (a MAC of every width fed with data of its own
// width) and mac_subword.csv (an 8 x 8 and a 16 x 16 MAC fed with narrower, sign-extended data).
// Operands are "cnn": Gaussian weights, half-Gaussian activations with 50 % zeros. Other zeros,
// accumulators and weight-stationary cells scale the parts of these figures (zero_activity.h,
// accumulator_ratio.h, systolic_cell.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/base/table/grid.h"
#include "models/cost/mac_table.h"
#include "models/cost/narrow_ratio.h"
#include "models/cost/pe_cost.h"
#include "models/cost/price_tables.h"
#include "models/cost/systolic_cell.h"
#include "models/cost/zero_activity.h"

namespace dcnsim {

class MacCost : public PeCost {
 public:
  /// Throws std::runtime_error if the tables have no MAC of the native widths and accumulator.
  MacCost(const PriceTables& tables, const AcceleratorConfig& config);

  using PeCost::per_cycle;
  /// Wider than native: passes of native width; 1 bit: carried sign-extended as 2.
  PeEnergy per_cycle(int weight_bits, int activation_bits, double zero_fraction) const override;

  /// Each operand is charged when it is loaded, in proportion to the bits of its register, so that
  /// an operand that stays costs nothing; systolic cells were measured with the weight staying.
  double operands_fj(const PeEnergy& energy, const LayerCounters& counters) const override;

  Extrapolations energy_extrapolations(int weight_bits, int activation_bits) const override;
  std::vector<std::string> energy_remarks() const override;
  std::vector<std::string> unit_remarks() const override;

 private:
  /// The MAC of native widths.
  MacPoint native(const PriceTables& tables, const AcceleratorConfig& config);
  void scale_accumulator(const PriceTables& tables, const AcceleratorConfig& config, MacPoint& mac);
  void pass_sums_on(const PriceTables& tables, const AcceleratorConfig& config);
  int narrowed_weight(int bits) const;
  int narrowed_activation(int bits) const;
  /// Whether no table has the energy at these widths, at most native.
  bool is_beyond_tables(int weight_bits, int activation_bits) const;
  /// With the zeros of the tables and sums that stay.
  PeEnergy in_place(int weight_bits, int activation_bits) const;

  std::string technology_;
  int weight_bits_, activation_bits_;
  PeEnergy native_;
  Grid<PeEnergy> narrow_;  ///< by data widths
  Extrapolation narrow_rule_;
  std::optional<NarrowRatio> estimated_narrow_;  ///< if extrapolation is asked for
  bool native_interpolated_ = false;
  bool passes_sums_on_;  ///< weight-stationary
  std::optional<SystolicCell> cell_;
  ZeroActivity zeros_;
};

}  // namespace dcnsim
