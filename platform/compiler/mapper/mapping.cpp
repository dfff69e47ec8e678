// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/mapping.h"

#include <stdexcept>

#include "models/arch/accelerator_config.h"
#include "models/perf/counters.h"

namespace dcnsim {

Score score(const MappingConfig& mapping, const EnergyModel& energy, const Descriptor& layer,
            const LayerCounters& counters) {
  const auto figure = [&](Objective objective) -> double {
    switch (objective) {
      case Objective::kLatency:
        return static_cast<double>(counters.cycles);
      case Objective::kEnergy:
        if (!energy.energy_pj) {
          throw std::invalid_argument("mapping.objective: energy, but nothing says what it takes");
        }
        return energy.energy_pj(layer, counters);
      case Objective::kTraffic:
        return static_cast<double>(counters.stream_bytes.total());
    }
    return 0;
  };
  return {figure(mapping.objective), figure(mapping.then())};
}

}  // namespace dcnsim
