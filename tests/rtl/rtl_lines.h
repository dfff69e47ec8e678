// SPDX-License-Identifier: Apache-2.0
// Buffer lines in the order in which an array reads them: the part of the address generators and
// the DMA.
#pragma once

#include <array>
#include <cstdint>
#include <deque>

#include "tests/rtl/rtl_array.h"

namespace dcnsim {

using RtlLine = std::array<std::uint32_t, 16>;  ///< 512 bits, of which the buffer has the first

struct RtlLines {
  std::deque<RtlLine> weights, activations;
};

/// Lines of the chunk `begin`..`end` of the reduction on `array`.
RtlLines rtl_lines(const ArrayConfig& array, const RtlLayer& layer, int begin, int end,
                   int weight_line_bits, int activation_line_bits);

}  // namespace dcnsim
