// SPDX-License-Identifier: Apache-2.0
// Energy, area and leakage of what follows the array: requantizers, maximum units of max pooling,
// adders of average pooling and residual connections, from requant_etc.csv. Figures include the
// registers at inputs and outputs of each unit.
#pragma once

#include <map>
#include <string>
#include <vector>

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

  /// Of the machine, which shifts or multiplies. Widths between measured ones are interpolated
  /// linearly, also those of multipliers; 1 bit is charged as 2; beyond the table
  /// std::runtime_error. Rounding modes other than half-to-even are charged as half-up, those of
  /// requantizers that multiply all of them.
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
  /// Rows that make a grid of units.
  struct Wanted {
    Units& units;
    ErrorBars& error_bars;
    std::string unit, mode, data;
    bool has_input;
    const char* energy = "energy_fj_per_op";
    bool has_path = true;  ///< false: pipelined at will, no limit of the clock
  };
  /// Takes the rows of the technology or, where it has not all of them, those of the library that
  /// has, times a ratio; returns the rule of that.
  Extrapolations load(const CsvTable& table, const std::string& tables_dir,
                      const std::vector<Wanted>& all);
  /// Takes the rows of a library, each times a ratio; what is missing, or nothing.
  std::string read(const CsvTable& table, const std::string& library, const LibraryRatio& ratio,
                   const std::vector<Wanted>& all);
  PostUnit look_up(const Units& units, const ErrorBars& error_bars, const Extrapolations& by,
                   int bits, int in_bits, const char* what) const;
  PostUnit multiplying(int out_bits) const;

  Units half_even_, half_up_, maximum_, comparison_, adder_;
  std::map<int, Units> multiplying_;  ///< by the multiplier's width; empty: none is built
  ErrorBars requantizer_error_bars_, pool_add_error_bars_;
  CostConfig config_;
  Accumulator accumulator_;
  Extrapolations by_library_, by_library_multiplying_;
  std::string table_, sha256_, conditions_;
};

}  // namespace dcnsim
