// SPDX-License-Identifier: Apache-2.0
// What calibration images make of a float network: the distribution of every layer's output, in one
// pass and bounded memory. Formats of any width follow from it without another look at an image.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "analysis/quantizer/histogram.h"
#include "workloads/images/dataset.h"
#include "workloads/network.h"

namespace dcnsim {

struct Calibration {
  std::vector<Histogram> outputs;  ///< by layer
  Histogram input;                 ///< of what the first layers read
  bool has_raw_pixels = true;      ///< which are pixels as they are
  std::size_t images = 0;
  std::optional<double> top1;  ///< share classified right, 0..1, of labelled images
};

/// `progress(done)` is called after each image. Throws std::invalid_argument: no images, images of
/// another shape than the network's input, outputs that are not finite numbers, and what
/// validate(network) throws (NaN or infinite weights).
Calibration calibrate(const FloatNetwork& network, const Dataset& images,
                      const std::function<void(std::size_t done)>& progress = {});

/// By layer: whether its output is known to be >= 0. Such outputs take unsigned formats.
/// `is_input_non_negative`: the network's input is.
std::vector<bool> non_negative_outputs(const FloatNetwork& network, bool is_input_non_negative);

}  // namespace dcnsim
