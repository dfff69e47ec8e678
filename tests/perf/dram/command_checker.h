// SPDX-License-Identifier: Apache-2.0
// Checks a sequence of DRAM commands against the nanoseconds of a preset. Written from the data
// sheets' rules, one by one, sharing nothing with the model but DramSpec.
#pragma once

#include <string>
#include <vector>

#include "models/arch/dram_spec.h"
#include "models/perf/dram/command.h"

namespace dcnsim {

/// One line for every rule that a command breaks; the commands of all channels, in any order.
std::vector<std::string> broken_rules(const DramSpec& spec, std::vector<DramCommand> commands);

}  // namespace dcnsim
