// SPDX-License-Identifier: Apache-2.0
// Why a layer is executed as it is: what keeps its mapping from being better, and what every other
// loop order comes to at least.
#pragma once

#include <cstdint>
#include <vector>

#include "models/arch/descriptor.h"
#include "platform/compiler/mapper/bounds.h"

namespace dcnsim {

/// A tiling and what no execution of it beats.
struct BoundedTiling {
  Tiling tiling;
  BoundKind bound = BoundKind::kComputing;  ///< which of its bounds is the greatest
  std::uint64_t cycles = 0;                 ///< at least, descriptor included
  std::uint64_t bytes = 0;                  ///< on the bus, exactly
};

struct Choice {
  BoundedTiling chosen;
  /// Of each other loop order that differs here, the tiling whose bound is the best by the
  /// objective.
  std::vector<BoundedTiling> other_orders;
};

}  // namespace dcnsim
