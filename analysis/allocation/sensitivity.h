// SPDX-License-Identifier: Apache-2.0
// How much noise each tensor alone brings to the network's output, measured: everything else stays
// float, one tensor at a time is quantized, and the output is compared on images. Instead of the
// paper's assumption that all tensors count alike.
#pragma once

#include <cstddef>
#include <map>
#include <tuple>
#include <vector>

#include "analysis/allocation/tensors.h"
#include "analysis/evaluation/accuracy.h"
#include "analysis/quantizer/quantize_network.h"

namespace dcnsim {

struct Sensitivity {
  int lowest = 1;  ///< bits
  /// Noise-to-signal ratio at the network's output, by tensor and bits - lowest.
  std::vector<std::vector<double>> noise;
  /// The same of all that is not allocated at the base options' widths, together.
  double fixed = 0;
};

/// Images a worker takes at a time; progress counts these.
inline constexpr std::size_t kSensitivityBatch = 8;

/// Noise-to-signal ratios that have been measured on the same images, by layer, whether it is of
/// its weights, scales and bits: they do not depend on what else is allocated.
using KnownNoise = std::map<std::tuple<std::size_t, bool, Scales, int>, double>;

/// Widths `lowest` to `highest`. What `known` has, if it is given, is not measured again, and what
/// is measured is kept there. Sums are taken in the images' order: equal for any number of jobs.
/// Throws std::invalid_argument if the network's output is zero for all images.
Sensitivity measure_sensitivity(NetworkQuantizer& quantizer, const std::vector<Tensor>& tensors,
                                const QuantizeOptions& base, int lowest, int highest,
                                const Dataset& images, std::size_t jobs,
                                const OnProgress& progress = {}, KnownNoise* known = nullptr);

}  // namespace dcnsim
