// SPDX-License-Identifier: Apache-2.0
// Measured signal-to-quantization-noise ratio (SQNR) of layer outputs: fixed-point codes as values
// against the float network's, on images.
#pragma once

#include <cstddef>
#include <vector>

#include "analysis/evaluation/accuracy.h"
#include "analysis/evaluation/float_outputs.h"
#include "workloads/images/dataset.h"
#include "workloads/network.h"

namespace dcnsim {

/// Noise-to-signal ratio, sum (y_fixed - y_float)^2 / sum y_float^2 over all images, at every
/// layer's output. `fixed` must be a quantization of `floats`. Sums are taken in the images' order:
/// equal for any number of jobs. A layer whose float outputs are all zero gets 0 if it is exact,
/// else infinity.
std::vector<double> measured_noise(const FloatNetwork& floats, const FixedNetwork& fixed,
                                   const Dataset& images, std::size_t jobs,
                                   const OnProgress& progress = {});

/// The same at the last layer's output, of which the float values are known.
double measured_output_noise(const FloatOutputs& floats, const FixedNetwork& fixed,
                             const Dataset& images, std::size_t jobs,
                             const OnProgress& progress = {});

}  // namespace dcnsim
