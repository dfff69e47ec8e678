// SPDX-License-Identifier: Apache-2.0
// What simulation says of layers, apart from the machine that is simulated.
#pragma once

#include <cstdint>
#include <vector>

namespace dcnsim {

/// One layer of one inference from an idle accelerator.
struct LayerCost {
  std::uint64_t cycles = 0;
  double energy_pj = 0;
};

LayerCost total(const std::vector<LayerCost>& layers);

}  // namespace dcnsim
