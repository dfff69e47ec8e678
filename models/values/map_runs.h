// SPDX-License-Identifier: Apache-2.0
// Runs of a feature map (transfers.h) between their packed form and a tile in host form.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/numeric/tensor.h"
#include "models/perf/transfers.h"

namespace dcnsim {

/// Where in a tile the next of its runs begins: they follow plane by plane, in each pixel by pixel.
struct RunPlace {
  std::size_t pixel = 0;
  std::size_t channel = 0;

  bool behind(const CodeTensor& tile) const {
    return channel == static_cast<std::size_t>(tile.shape().channels);
  }
};

/// Reads a run's codes into their place in `tile`, and moves on.
void unpack_run(const Part& run, const std::uint8_t* packed, RunPlace& place, CodeTensor& tile);

/// Writes them from there; other bits keep their values.
void pack_run(const Part& run, const CodeTensor& tile, RunPlace& place, std::uint8_t* packed);

}  // namespace dcnsim
