// SPDX-License-Identifier: Apache-2.0
#include "models/cost/extrapolation.h"

#include <stdexcept>

#include "models/arch/accelerator_config.h"

namespace dcnsim {

void require_extrapolation(const CostConfig& config, const std::string& refusal,
                           const Extrapolation& by) {
  if (config.extrapolate) return;
  throw std::runtime_error(refusal + "; cost.extrapolate: true would take " + by.text());
}

}  // namespace dcnsim
