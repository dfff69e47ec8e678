// SPDX-License-Identifier: Apache-2.0
// What a search among the mappings of one layer found.
#pragma once

#include <cstdint>
#include <vector>

#include "models/arch/descriptor.h"
#include "models/perf/counters.h"
#include "platform/compiler/mapper/mapping.h"

namespace dcnsim {

struct EvaluatedMapping {
  Tiling tiling;
  LayerCounters counters;
  Score score;
};

struct SearchResult {
  std::vector<EvaluatedMapping> best;  ///< best first
  std::uint64_t legal = 0;      ///< mappings found legal and predicted; others, and those of them
                                ///< not evaluated, are beaten by their bounds
  std::uint64_t evaluated = 0;  ///< of these, to the end
  std::uint64_t given_up = 0;   ///< evaluated until they could no longer win
};

}  // namespace dcnsim
