// SPDX-License-Identifier: Apache-2.0
// The allocations of a sweep file.
#pragma once

#include <string>
#include <vector>

#include "analysis/sweep/spec_values.h"
#include "analysis/sweep/sweep_spec.h"

namespace dcnsim {

/// Counted out. Fails as SpecValues do.
std::vector<AllocationRequest> read_allocations(const SpecValues& yaml, const YAML::Node& node,
                                                const std::string& field);

}  // namespace dcnsim
