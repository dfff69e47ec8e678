// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "analysis/report/page/page_data.h"

namespace dcnsim::page {
namespace {

const std::vector<EnergyGroup> kGroups = {
    {"multiply, accumulate", {"multiply", "accumulate"}},
    {"registers",
     {"operand_registers", "accumulator_registers", "edge_registers", "shadow_registers"}},
    {"post-processing", {"requantize", "pool_add"}},
    {"buffers", {"input_buffer", "weight_buffer", "output_buffer", "accumulator_buffer"}},
    {"DRAM accesses", {"dram_activate", "dram_read", "dram_write"}},
    {"DRAM standby, refresh", {"dram_refresh", "dram_background"}},
    {"leakage", {"leakage"}}};

bool holds(const EnergyGroup& group, const std::string& component) {
  return std::find(group.components.begin(), group.components.end(), component) !=
         group.components.end();
}

}  // namespace

std::vector<EnergyGroup> energy_groups(const Json& components) {
  std::vector<EnergyGroup> groups = kGroups;
  EnergyGroup other{"other", {}};
  for (const Json& component : components) {
    const std::string name = component;
    if (std::none_of(kGroups.begin(), kGroups.end(),
                     [&](const EnergyGroup& group) { return holds(group, name); })) {
      other.components.push_back(name);
    }
  }
  if (!other.components.empty()) groups.push_back(std::move(other));
  return groups;
}

}  // namespace dcnsim::page
