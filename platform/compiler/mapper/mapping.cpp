// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/mapping.h"

#include <stdexcept>

#include "models/arch/accelerator_config.h"
#include "models/perf/counters.h"

namespace dcnsim {

double EnergyModel::of(const Descriptor& layer, const LayerCounters& counters) const {
  if (!energy_pj) {
    throw std::invalid_argument("mapping.objective: energy, but nothing says what it takes");
  }
  return energy_pj(layer, counters);
}

Score score(const MappingConfig& mapping, const EnergyModel& energy, const Descriptor& layer,
            const LayerCounters& counters) {
  return score(mapping, counters.cycles, counters.stream_bytes.total(),
               [&] { return energy.of(layer, counters); });
}

}  // namespace dcnsim
