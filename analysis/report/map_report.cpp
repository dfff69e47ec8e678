// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/map_report.h"

#include <algorithm>

#include "models/perf/buffer_need.h"

namespace dcnsim {

const LayerCounters& counters_of(const MappedLayer& layer) {
  return layer.mapping.search.best.front().counters;
}

Attribution attribution_of(const MappedLayer& layer) {
  return attribution(layer.mapping.descriptor.kind, counters_of(layer));
}

Diagnosis diagnosis(const MapReport& report, std::size_t layer) {
  const MappedLayer& one = report.layers.at(layer);
  const std::optional<WhatIfReport>& what_if = report.what_if;
  return diagnose(attribution_of(one), counters_of(one), report.accelerator.array,
                  what_if ? &what_if->layers.at(layer) : nullptr,
                  what_if ? what_if->mapping : WhatIfMapping::kNew);
}

BufferFill buffer_fill(const Descriptor& d, const AcceleratorConfig& config) {
  const auto share = [](std::int64_t bytes, std::int64_t capacity) {
    return capacity == 0 ? 0 : static_cast<double>(bytes) / static_cast<double>(capacity);
  };
  const auto tiles = [](std::size_t count, const Room& room) {
    return static_cast<std::int64_t>(count) * room.needed;
  };
  return {share(tiles(input_slots(d, config), input_room(d, config)) + kept_room(d, config).needed,
                config.input_buffer.capacity_bytes),
          share(tiles(weight_slots(d, config), weight_room(d, config)),
                config.weight_buffer.capacity_bytes),
          share(tiles(output_slots(d, config), output_room(d, config)),
                config.output_buffer.capacity_bytes),
          share(accumulator_room(d, config).needed, config.accumulator_buffer_bytes)};
}

}  // namespace dcnsim
