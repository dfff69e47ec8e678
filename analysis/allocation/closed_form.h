// SPDX-License-Identifier: Apache-2.0
// The best real-valued widths of tensors whose SQNR in dB is a line over the width, as formulas
// (allocation.md derives them): a lower bound for integer widths and a check on them.
#pragma once

#include <vector>

#include "analysis/allocation/problem.h"

namespace dcnsim {

/// SQNR = intercept_db + kappa_db * width for widths from `lowest` to `highest` bits. kappa_db > 0,
/// cost_per_bit >= 0, bounds finite.
struct Line {
  double intercept_db = 0;
  double kappa_db = 0;
  double cost_per_bit = 0;
  double lowest = 0;
  double highest = 0;

  /// The noise-to-signal ratio 10^(-SQNR/10).
  double noise(double width) const;
};

/// One real width for each line; noise is the sum of the noise-to-signal ratios, so that the output
/// SQNR is -10 log10(noise) dB; cost is the sum of cost_per_bit * width.
struct RealSolution {
  std::vector<double> widths;
  double noise = 0;
  double cost = 0;
};

/// The cheapest widths whose noise is at most `max_noise`. A line that costs nothing takes
/// `highest`. Throws Unreachable with the least noise possible, std::invalid_argument naming the
/// line (by its position) if it is invalid.
RealSolution minimise_cost(const std::vector<Line>& lines, double max_noise);

/// The widths of the highest output SQNR whose cost is at most `max_cost`. Throws Unreachable with
/// the lowest cost possible, std::invalid_argument as above.
RealSolution minimise_noise(const std::vector<Line>& lines, double max_cost);

}  // namespace dcnsim
