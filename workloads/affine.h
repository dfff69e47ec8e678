// SPDX-License-Identifier: Apache-2.0
// Arithmetic on single values as a chain of steps, each with one number or one a channel: what a
// graph does to pixels before its first layer, or to a feature map with constants.
#pragma once

#include <cstddef>
#include <vector>

namespace dcnsim {

struct AffineStep {
  enum class Kind { kAdd, kMultiply, kDivide };
  Kind kind = Kind::kAdd;
  std::vector<double> values;  ///< one, or one a channel

  double value(std::size_t channel) const {
    return values.size() == 1 ? values.front() : values[channel];
  }
};

using AffineChain = std::vector<AffineStep>;  ///< in the order of execution

/// What the steps make of `x`, one after the other in double precision.
double apply(const AffineChain& chain, double x, std::size_t channel);

/// What the steps that are no additions make of `x`.
double apply_scaling(const AffineChain& chain, double x, std::size_t channel);

}  // namespace dcnsim
