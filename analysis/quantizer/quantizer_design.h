// SPDX-License-Identifier: Apache-2.0
// The uniform quantizer of least mean squared error for a density (Max 1960), computed: the
// Stepsize(bits) of Lin, Talathi and Annapureddy (2016), section 3.
#pragma once

#include "analysis/quantizer/density.h"

namespace dcnsim {

/// Which values a quantizer of N = 2^bits levels can deliver. Values beyond the last level take it.
enum class Levels {
  kMidRise,         ///< (k + 1/2) step, k = -N/2 .. N/2 - 1: Max's; zero is no level
  kTwosComplement,  ///< k step, k = -N/2 .. N/2 - 1: signed codes
  kUnsigned         ///< k step, k = 0 .. N - 1: the density of |x|, as behind a ReLU
};

struct QuantizerDesign {
  double step = 0;     ///< for unit variance; a source of standard deviation s takes s * step
  double sqnr_db = 0;  ///< 10 log10(E[x^2] / E[(x - q(x))^2])
};

/// Step to 1e-9 relative, SQNR to 1e-8 dB; 16 bits take up to 0.1 s. Throws
/// std::invalid_argument for bits outside 1..16.
QuantizerDesign design_quantizer(Density density, Levels levels, int bits);

/// Mean squared error of any step, for unit variance. Throws std::invalid_argument for bits outside
/// 1..16 and for a step that is not positive.
double quantizer_noise(Density density, Levels levels, int bits, double step);

}  // namespace dcnsim
