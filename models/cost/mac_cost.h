// SPDX-License-Identifier: Apache-2.0
// Energy of one multiply-accumulate on hardware of fixed operand widths, and area, leakage and
// speed of that hardware, from mac_energy_area.csv (a MAC of every width fed with data of its own
// width) and mac_subword.csv (an 8 x 8 and a 16 x 16 MAC fed with narrower, sign-extended data).
// Operands are "cnn": Gaussian weights, half-Gaussian activations with 50 % zeros.
#pragma once

#include <string>

#include "models/arch/accelerator_config.h"
#include "models/cost/grid.h"

namespace dcnsim {

/// Femtojoules of one MAC. The four parts add up to the table's energy_fj_per_mac.
struct MacEnergy {
  double multiply = 0;
  double accumulate = 0;
  double operands = 0;      ///< both operand registers and the nets that feed them
  double accumulators = 0;  ///< accumulator register and the bit that clears it
};

struct MacUnit {
  double area_um2 = 0;
  double leakage_nw = 0;
  double critical_path_ps = 0;
};

class MacCost {
 public:
  /// Throws std::runtime_error if the tables have no MAC of the native widths and accumulator.
  MacCost(const std::string& tables_dir, const AcceleratorConfig& config);

  /// One pass with data of these widths (1..16). Wider than native: passes of native width; 1 bit:
  /// carried sign-extended as 2. Throws std::runtime_error where the tables have no data.
  MacEnergy per_pass(int weight_bits, int activation_bits) const;

  const MacUnit& unit() const { return unit_; }
  double node_nm() const { return node_nm_; }
  /// "45 nm, nangate45, 1.1 V, 25 C"
  const std::string& conditions() const { return conditions_; }
  bool native_interpolated() const { return native_interpolated_; }
  bool has_narrow_data() const { return !narrow_.empty(); }
  /// Tables behind per_pass() and unit().
  const std::string& energy_table() const { return energy_table_; }
  const std::string& energy_sha256() const { return energy_sha256_; }
  const std::string& unit_table() const { return unit_table_; }
  const std::string& unit_sha256() const { return unit_sha256_; }

 private:
  void read_native(const std::string& path, const AcceleratorConfig& config);
  void read_narrow(const std::string& path, const AcceleratorConfig& config);

  std::string technology_;
  int weight_bits_, activation_bits_;
  MacEnergy native_;
  MacUnit unit_;
  Grid<MacEnergy> narrow_;  ///< by data widths
  double node_nm_ = 0;
  bool native_interpolated_ = false;
  std::string conditions_, energy_table_, energy_sha256_, unit_table_, unit_sha256_;
};

}  // namespace dcnsim
