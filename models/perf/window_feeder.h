// SPDX-License-Identifier: Apache-2.0
// What Reduction::kWindow takes between the input buffer and the array: rotators that put the
// channels of several kernel positions side by side (im2col), each with a register that packs what
// it has turned. A rotator has as many lanes as operands of a step that share a row tile, or a PE
// of an output-stationary array; array_cycles.md has the derivation.
#pragma once

#include <cstdint>

#include "models/arch/accelerator_config.h"

namespace dcnsim {

struct WindowFeeder {
  std::uint64_t rotators = 0;
  int lanes = 0;      ///< of each; 0: there is nothing to put side by side
  int lane_bits = 0;  ///< at most, of a fetch

  std::uint64_t bits() const {
    return rotators * static_cast<std::uint64_t>(lanes) * static_cast<std::uint64_t>(lane_bits);
  }
};

/// Whether there is one, without asking for its size.
bool has_window_feeder(const ArrayConfig& array);
WindowFeeder window_feeder(const ArrayConfig& array);

}  // namespace dcnsim
