// SPDX-License-Identifier: Apache-2.0
#include "models/cost/pe_cost.h"

#include "models/arch/accelerator_config.h"
#include "models/cost/mac_cost.h"
#include "models/cost/unit_cost.h"

namespace dcnsim {

std::unique_ptr<PeCost> make_pe_cost(const PriceTables& tables, const AcceleratorConfig& config) {
  if (config.array.datapath == DatapathFamily::kBitParallel) {
    return std::make_unique<MacCost>(tables, config);
  }
  return std::make_unique<UnitCost>(tables, config);
}

}  // namespace dcnsim
