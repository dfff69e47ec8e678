// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>

#include "analysis/report/page/page_data.h"
#include "models/cost/breakdown.h"

namespace dcnsim::page {

std::vector<EnergyGroup> energy_groups(const Json& components) {
  EnumArray<PartGroup, EnergyGroup, kPartGroups> known;
  for (const PartGroup group : known.keys()) known[group].name = to_string(group);
  std::vector<std::string> names;
  for (const EnergyPart part : EnergyBreakdown::keys()) {
    names.emplace_back(to_string(part));
    known[info(part).group].components.push_back(names.back());
  }
  EnergyGroup other{"other", {}};
  for (const Json& component : components) {
    const std::string name = component;
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      other.components.push_back(name);
    }
  }
  std::vector<EnergyGroup> groups(known.begin(), known.end());
  if (!other.components.empty()) groups.push_back(std::move(other));
  return groups;
}

}  // namespace dcnsim::page
