// SPDX-License-Identifier: Apache-2.0
// From evaluations to the figures of a design point.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "analysis/evaluation/machine.h"
#include "analysis/sweep/evaluation.h"
#include "analysis/sweep/store.h"

namespace dcnsim {

/// Cycles, traffic, energy and area; accuracy is left out. Throws what CostModel throws.
StoredPoint priced_point(const Machine& machine, const AllocationRecord& allocation,
                         const TimingRecord& timing);

/// What all points of a machine share (`machines[]` of sweep_schema.md), as JSON.
std::string machine_json(const Machine& machine);

/// Where the figures of these layers come from, a JSON text a component and table.
std::set<std::string> provenance_texts(const Machine& machine,
                                       const std::vector<Descriptor>& layers);

/// What the lists of points and machines are made of (sweep_schema.md), as JSON.
std::string components_json();

}  // namespace dcnsim
