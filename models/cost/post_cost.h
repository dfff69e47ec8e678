// SPDX-License-Identifier: Apache-2.0
// Energy, area and leakage of what follows the array: requantizers, maximum units of max pooling,
// adders of average pooling and residual connections, from requant_etc.csv. Figures include the
// registers at inputs and outputs of each unit.
#pragma once

#include <map>
#include <string>

#include "models/arch/accelerator_config.h"
#include "models/cost/grid.h"
#include "models/numeric/rounding.h"

namespace dcnsim {

struct PostUnit {
  double energy_fj = 0;  ///< of one operation
  double area_um2 = 0;
  double leakage_nw = 0;
};

class PostCost {
 public:
  /// Throws std::runtime_error if the technology lacks a unit or the accumulator a requantizer.
  PostCost(const std::string& tables_dir, const AcceleratorConfig& config);

  /// Widths between measured ones are interpolated linearly, 1 bit is charged as 2; beyond the
  /// table std::runtime_error. Rounding modes other than half-to-even are charged as half-up.
  PostUnit requantizer(int out_bits, Rounding rounding) const;
  PostUnit maximum(int bits) const;
  /// At least 16 bits wide: the unit every column has; wider where the sum needs it.
  PostUnit adder(int sum_bits) const;

  const std::string& table() const { return table_; }
  const std::string& sha256() const { return sha256_; }
  const std::string& conditions() const { return conditions_; }

 private:
  using Units = Grid<PostUnit>;  ///< x: width in bits; y is not used
  PostUnit look_up(const Units& units, int bits, const char* what) const;

  Units half_even_, half_up_, maximum_, adder_;
  std::string technology_, table_, sha256_, conditions_;
};

}  // namespace dcnsim
