// SPDX-License-Identifier: Apache-2.0
// Energy, area and leakage of what follows the array: requantizers, maximum units of max pooling,
// adders of average pooling and residual connections, from requant_etc.csv. Figures include the
// registers at inputs and outputs of each unit.
#pragma once

#include <string>

#include "models/arch/accelerator_config.h"
#include "models/base/table/csv.h"
#include "models/base/table/grid.h"
#include "models/cost/extrapolation.h"
#include "models/cost/library_ratio.h"
#include "models/numeric/rounding.h"

namespace dcnsim {

struct PostUnit {
  double energy_fj = 0;  ///< of one operation
  double area_um2 = 0;
  double leakage_nw = 0;
  double critical_path_ps = 0;
  Extrapolations by{};  ///< rules used, if any
};

class PostCost {
 public:
  /// Throws std::runtime_error if the technology lacks a unit or the accumulator a requantizer.
  /// Where extrapolation is asked for, a technology without units has those of nangate45 times the
  /// ratio of MACs, and units beyond the widest are in proportion to their widths.
  PostCost(const std::string& tables_dir, const AcceleratorConfig& config);

  /// Widths between measured ones are interpolated linearly, 1 bit is charged as 2; beyond the
  /// table std::runtime_error. Rounding modes other than half-to-even are charged as half-up.
  PostUnit requantizer(int out_bits, Rounding rounding) const;
  PostUnit maximum(int bits) const;
  /// The comparators and multiplexers of two bounds on codes: twice what is combinational in a
  /// maximum unit. They lie between the requantizer's registers. Energy only.
  PostUnit bounds(int bits) const;
  /// At least 16 bits wide: the unit every column has; wider where the sum needs it.
  PostUnit adder(int sum_bits) const;

  const std::string& table() const { return table_; }
  const std::string& sha256() const { return sha256_; }
  const std::string& conditions() const { return conditions_; }
  const ErrorBars& requantizer_error_bars() const { return requantizer_error_bars_; }
  /// Of maximum units and adders.
  const ErrorBars& pool_add_error_bars() const { return pool_add_error_bars_; }

 private:
  using Units =
      Grid<PostUnit>;  ///< x: width in bits; y: bits of the input, kAnyInput but for requantizers
  /// Takes the rows of a library, each times a ratio; what is missing, or nothing.
  std::string read(const CsvTable& table, const std::string& library, const LibraryRatio& ratio);
  PostUnit look_up(const Units& units, const ErrorBars& error_bars, int bits, int in_bits,
                   const char* what) const;

  Units half_even_, half_up_, maximum_, comparison_, adder_;
  ErrorBars requantizer_error_bars_, pool_add_error_bars_;
  CostConfig config_;
  int accumulator_bits_;
  Extrapolations by_library_;
  std::string table_, sha256_, conditions_;
};

}  // namespace dcnsim
