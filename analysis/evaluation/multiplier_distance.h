// SPDX-License-Identifier: Apache-2.0
// What a machine with narrower multipliers makes of a network whose scales were made for wider
// ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "workloads/images/dataset.h"
#include "workloads/network.h"

namespace dcnsim {

/// Codes that differ from those of the network's own multipliers.
struct MovedCodes {
  std::uint64_t codes = 0, moved = 0;
  std::int64_t farthest = 0;
};

/// Of `images` on an accumulator whose requantizer multiplies.
struct MultiplierDistance {
  int multiplier_bits = 0;
  std::size_t images = 0;
  MovedCodes all;     ///< of all layers
  MovedCodes output;  ///< of the last one

  /// A sentence without its full stop.
  std::string text() const;
};

/// On the first images, by the reference executor; nothing if the multipliers stay as they are.
std::optional<MultiplierDistance> multiplier_distance(const FixedNetwork& network,
                                                      const Accumulator& accumulator,
                                                      const Dataset& images);

}  // namespace dcnsim
