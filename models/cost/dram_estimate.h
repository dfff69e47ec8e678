// SPDX-License-Identifier: Apache-2.0
// Energy components that a DRAM preset's source does not give.
#pragma once

#include <string>

#include "models/arch/dram_spec.h"
#include "models/cost/extrapolation.h"
#include "models/cost/price_tables.h"

namespace dcnsim {

/// Completes the energies of `dram`. Refresh and standby power that are missing are the geometric
/// means of those of the other presets, a Gbit, if extrapolation is asked for; returns the rules
/// used.
/// Throws std::runtime_error naming the component otherwise, and for all others.
Extrapolations complete_energies(DramSpec& dram, const PriceTables& tables,
                                 const CostConfig& config);

}  // namespace dcnsim
