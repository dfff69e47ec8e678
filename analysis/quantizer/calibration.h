// SPDX-License-Identifier: Apache-2.0
// What calibration images make of a float network: the distribution of every layer's output, in one
// pass and bounded memory. Formats of any width follow from it without another look at an image.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "analysis/quantizer/histogram.h"
#include "workloads/cifar10/dataset.h"
#include "workloads/network.h"

namespace dcnsim {

struct Calibration {
  std::vector<Histogram> outputs;  ///< by layer
  double input_signal = 0;         ///< sum of squares of all pixels
  double input_zero_fraction = 0;  ///< pixels that are 0
  std::size_t images = 0;
};

/// `progress(done)` is called after each image. Throws std::invalid_argument: no images, images of
/// another shape than the network's input, outputs that are not finite numbers, and what
/// validate(network) throws (NaN or infinite weights).
Calibration calibrate(const FloatNetwork& network, const Dataset& images,
                      const std::function<void(std::size_t done)>& progress = {});

/// By layer: whether its output is known to be >= 0, as the image is. Such outputs take unsigned
/// formats.
std::vector<bool> non_negative_outputs(const FloatNetwork& network);

}  // namespace dcnsim
