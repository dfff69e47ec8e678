// SPDX-License-Identifier: Apache-2.0
// A layer with its data, and what comes out of it by plain loops that use nothing of the models.
#pragma once

#include <cstdint>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"

namespace dcnsim::world {

struct LayerJob {
  Descriptor descriptor;
  std::vector<std::uint8_t> input, weights;  ///< as they lie in memory
  std::vector<std::uint8_t> output;          ///< expected there
};

/// 2 x 2 max pool of an 8 x 8 x 8 map; other data for each seed.
LayerJob pool_job(unsigned seed = 1);
/// 3 x 3 convolution of an 8 x 8 x 8 map, padded, to 8 channels, with biases and a clamp at 0, for
/// arrays of at least 8 columns.
LayerJob convolution_job();

}  // namespace dcnsim::world
