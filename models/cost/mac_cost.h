// SPDX-License-Identifier: Apache-2.0
// Energy of one multiply-accumulate on hardware of fixed operand widths, and area, leakage and
// speed of that hardware, from mac_energy_area.csv (a MAC of every width fed with data of its own
// width) and mac_subword.csv (an 8 x 8 and a 16 x 16 MAC fed with narrower, sign-extended data).
// Operands are "cnn": Gaussian weights, half-Gaussian activations with 50 % zeros.
#pragma once

#include <string>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/cost/grid.h"
#include "models/cost/pe_cost.h"

namespace dcnsim {

class MacCost : public PeCost {
 public:
  /// Throws std::runtime_error if the tables have no MAC of the native widths and accumulator.
  MacCost(const std::string& tables_dir, const AcceleratorConfig& config);

  /// Wider than native: passes of native width; 1 bit: carried sign-extended as 2.
  PeEnergy per_cycle(int weight_bits, int activation_bits) const override;

  /// Each operand is charged when it is loaded, in proportion to the bits of its register, so that
  /// an operand that stays costs nothing.
  double operands_fj(const PeEnergy& energy, const LayerCounters& counters) const override;

  std::vector<std::string> energy_remarks() const override;
  std::vector<std::string> unit_remarks() const override;

 private:
  void read_native(const std::string& path, const AcceleratorConfig& config);
  void read_narrow(const std::string& path, const AcceleratorConfig& config);

  std::string technology_;
  int weight_bits_, activation_bits_;
  PeEnergy native_;
  Grid<PeEnergy> narrow_;  ///< by data widths
  bool native_interpolated_ = false;
};

}  // namespace dcnsim
