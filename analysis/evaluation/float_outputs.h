// SPDX-License-Identifier: Apache-2.0
// What a float network gives for images: what fixed-point outputs are compared with, and its own
// accuracy. Made once and kept (analysis/quantizer/kept_result.h), for it is the same for all that
// is made of the network.
#pragma once

#include <cstddef>
#include <vector>

#include "analysis/evaluation/accuracy.h"
#include "analysis/quantizer/kept_result.h"

namespace dcnsim {

/// Of the last layer: rows, columns, channels, one image after the other.
using FloatOutputs = std::vector<float>;

/// By the reference executor, images shared out over `jobs` processes; if they are kept already,
/// progress() is called once. Throws std::invalid_argument for images of another shape than the
/// network's input.
FloatOutputs kept_float_outputs(const CachePlace& place, const FloatNetwork& network,
                                const Dataset& images, std::size_t jobs,
                                const OnProgress& progress = {});

/// Images whose largest output, the first of equal ones, is their label's. Throws
/// std::invalid_argument if there is no accuracy.
std::size_t count_correct(const FloatNetwork& network, const FloatOutputs& outputs,
                          const Dataset& images);

}  // namespace dcnsim
