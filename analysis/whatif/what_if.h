// SPDX-License-Identifier: Apache-2.0
// What each change of the table would save in every layer and in the network, and what it costs.
#pragma once

#include <vector>

#include "analysis/evaluation/machine.h"
#include "analysis/whatif/what_if_report.h"
#include "platform/compiler/mapper/mapper.h"
#include "workloads/network.h"

namespace dcnsim {

/// `mappings`: one a layer, as `machine` executes them; `zero_fractions`: of the inputs of the
/// layers, 0..1. `options` are for mapping anew. Throws what mapping anew throws for the machine as
/// it is.
WhatIfReport what_if(const Machine& machine, const FixedNetwork& network,
                     const std::vector<LayerMapping>& mappings,
                     const std::vector<double>& zero_fractions, WhatIfMapping mapping,
                     const MapperOptions& options);

}  // namespace dcnsim
