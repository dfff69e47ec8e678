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
  const auto tiles = [&](const BufferConfig& buffer, const Room& room) {
    return static_cast<std::int64_t>(slots(buffer, room)) * room.needed;
  };
  const Room input = input_room(d, config), weight = weight_room(d, config),
             output = output_room(d, config);
  return {share(static_cast<std::int64_t>(input_slots(d, config)) * input.needed +
                    kept_room(d, config).needed,
                config.input_buffer.capacity_bytes),
          share(tiles(config.weight_buffer, weight), config.weight_buffer.capacity_bytes),
          share(tiles(config.output_buffer, output), config.output_buffer.capacity_bytes),
          share(accumulator_room(d, config).needed, config.accumulator_buffer_bytes)};
}

}  // namespace dcnsim
