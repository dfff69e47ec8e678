// SPDX-License-Identifier: Apache-2.0
// Which density a tensor's values follow. Zeros are left out: they are exact in every format, so
// that the mass a ReLU puts there changes neither signal nor noise.
#pragma once

#include <array>

#include "analysis/quantizer/density.h"
#include "analysis/quantizer/histogram.h"

namespace dcnsim {

/// Effective standard deviation of a tensor (the paper's xi): root mean square of its values other
/// than zero, 0 if there are none. About zero and not about the mean, because a format's codes lie
/// symmetrically about zero (signed) or start there (unsigned).
double effective_deviation(const Histogram& histogram);

struct DensityFit {
  Density density = Density::kUniform;  ///< the nearest
  double deviation = 0;                 ///< with which its unit-variance form is scaled
  /// Kolmogorov-Smirnov distance, the largest difference of the distributions (0..1), at the edges
  /// of the histogram's bins: for the nearest density, and for all in the order of kDensities.
  double distance = 1;
  std::array<double, kDensities.size()> distances{};
};

/// One-sided tensors (`is_signed` false) are compared with the density of |x|. Throws
/// std::invalid_argument if all values are zero.
DensityFit fit_density(const Histogram& histogram, bool is_signed);

}  // namespace dcnsim
