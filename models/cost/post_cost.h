// SPDX-License-Identifier: Apache-2.0
// Energy, area and leakage of what follows the array: requantizers, maximum units of max pooling,
// adders of average pooling and residual connections, from requant_etc.csv. Figures include the
// registers at inputs and outputs of each unit.
#pragma once

#include <map>
#include <string>

#include "models/arch/accelerator_config.h"
#include "models/cost/error_bars.h"
#include "models/cost/extrapolation.h"
#include "models/cost/measured_units.h"
#include "models/cost/price_tables.h"
#include "models/numeric/rounding.h"

namespace dcnsim {

class PostCost {
 public:
  /// Throws std::runtime_error if the technology lacks a unit or the accumulator a requantizer.
  /// Where extrapolation is asked for, a technology without units has those of nangate45 times the
  /// ratio of MACs, and units beyond the widest are in proportion to their widths.
  PostCost(const PriceTables& tables, const AcceleratorConfig& config);

  /// Of the machine, which shifts or multiplies. Widths between measured ones are interpolated
  /// linearly, also those of multipliers; 1 bit is charged as 2; beyond the table
  /// std::runtime_error. Rounding modes other than half-to-even are charged as half-up, those of
  /// requantizers that multiply all of them.
  MeasuredUnit requantizer(int out_bits, Rounding rounding) const;
  /// Energy of a requantizer that multiplies where a layer has slopes, over that where it has none:
  /// with the choice between two multipliers and shifts, and with the multiplier, which turns over
  /// whenever the sign does. Measured with osu035, `requant_leaky` over `requant_mul`: 1.16 to
  /// 1.23, of 2, 4 and 8 bits by 8, 16 and 31. The area, 1 to 2 % more, is not charged.
  static constexpr double kWithSlopes = 1.18;
  /// Energy and area of one that rounds twice over those of one that rounds once: measured with
  /// osu035, `requant_twice` over `requant_mul`, multipliers of 31 bits: energy 1.055 to 1.062,
  /// area 1.10 to 1.11, of 2, 4 and 8 bits.
  static constexpr double kRoundingTwice = 1.06, kRoundingTwiceArea = 1.11;
  MeasuredUnit maximum(int bits) const;
  /// The comparators and multiplexers of two bounds on codes: twice what is combinational in a
  /// maximum unit. They lie between the requantizer's registers. Energy only.
  MeasuredUnit bounds(int bits) const;
  /// At least 16 bits wide: the unit every column has; wider where the sum needs it.
  MeasuredUnit adder(int sum_bits) const;
  /// Of two codes of so many bits, with their zero points. Throws std::runtime_error if the tables
  /// have none: a machine needs one only for a network that multiplies maps.
  MeasuredUnit product(int bits) const;
  /// Of comparisons with up to 2^levels - 1 thresholds, with the registers of a pipeline and not
  /// those that hold the thresholds. Throws like product().
  MeasuredUnit threshold_tree(int levels) const;

  const std::string& table() const { return table_; }
  const std::string& sha256() const { return sha256_; }
  const std::string& conditions() const { return conditions_; }
  const ErrorBars& requantizer_error_bars() const { return requantizer_error_bars_; }
  /// Of maximum units and adders.
  const ErrorBars& pool_add_error_bars() const { return pool_add_error_bars_; }
  const ErrorBars& product_error_bars() const { return product_error_bars_; }
  const ErrorBars& threshold_error_bars() const { return threshold_error_bars_; }

 private:
  MeasuredUnit look_up(const UnitGrid& units, const ErrorBars& error_bars, const Extrapolations& by,
                       int bits, int in_bits, const char* what) const;
  MeasuredUnit multiplying(int out_bits) const;

  UnitGrid half_even_, half_up_, maximum_, comparison_, adder_, product_, thresholds_;
  std::map<int, UnitGrid> multiplying_;  ///< by the multiplier's width; empty: none is built
  ErrorBars requantizer_error_bars_, pool_add_error_bars_, product_error_bars_,
      threshold_error_bars_;
  CostConfig config_;
  Accumulator accumulator_;
  Extrapolations by_library_, by_library_multiplying_, by_library_product_, by_library_thresholds_;
  std::string why_no_product_, why_no_thresholds_;
  std::string table_, sha256_, conditions_;
};

}  // namespace dcnsim
