// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/mapping.h"

#include <stdexcept>

#include "models/arch/accelerator_config.h"
#include "models/perf/counters.h"

namespace dcnsim {

Score score(Objective objective, const EnergyModel& energy, const Descriptor& layer,
            const LayerCounters& counters) {
  const auto cycles = static_cast<double>(counters.cycles);
  const auto bytes = static_cast<double>(counters.stream_bytes.total());
  switch (objective) {
    case Objective::kLatency:
      return {cycles, bytes};
    case Objective::kEnergy:
      if (!energy.energy_pj) {
        throw std::invalid_argument("mapping.objective: energy, but nothing says what it takes");
      }
      return {energy.energy_pj(layer, counters), cycles};
    case Objective::kTraffic:
      return {bytes, cycles};
  }
  return {};
}

}  // namespace dcnsim
