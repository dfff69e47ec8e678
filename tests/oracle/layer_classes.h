// SPDX-License-Identifier: Apache-2.0
// Classes of layers on machines that differ in how their events come about.
#pragma once

#include <vector>

#include "tests/oracle/machine/naive_machine.h"
#include "tests/support/classes.h"

namespace dcnsim::oracle {

struct RanLayer {
  const AcceleratorConfig& machine;
  const Descriptor& layer;
  const LayerRun& run;
};

std::vector<CaseClass<RanLayer>> layer_classes();
/// Of layers that see a part of a map (slice_classes.cpp).
std::vector<CaseClass<RanLayer>> slice_classes();

}  // namespace dcnsim::oracle
