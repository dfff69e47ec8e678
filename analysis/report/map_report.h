// SPDX-License-Identifier: Apache-2.0
// What `dcnsim map` found out: how each layer is executed and why, as text and as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/report/run_report.h"
#include "models/arch/accelerator_config.h"
#include "platform/compiler/mapper/choice.h"
#include "platform/compiler/mapper/mapper.h"

namespace dcnsim {

struct MappedLayer {
  std::string name;
  LayerMapping mapping;
  double energy_pj = 0;  ///< without zeros among the data
  std::optional<Choice> choice;
};

/// A stream of batches, each queued while the one before runs.
struct MappedStream {
  int images = 1;                     ///< of a batch, which shares weights
  std::uint64_t interval_cycles = 0;  ///< from the end of a batch to that of the next

  double images_per_s(double clock_mhz) const {
    return 1e6 * clock_mhz * images / static_cast<double>(interval_cycles);
  }
};

struct MapReport {
  std::string version;  ///< of dcnsim
  std::vector<InputFile> inputs;
  std::string network;
  AcceleratorConfig accelerator;
  std::vector<MappedLayer> layers;
  std::optional<WhatIfReport> what_if;  ///< unless nobody asked
  std::optional<MappedStream> stream;   ///< where mapping.batch asks for one
};

inline constexpr const char* kMapSchema = "dcnsim.map/1";

/// The report as JSON text, schema dcnsim.map/1 (map_schema.md).
std::string to_json(const MapReport& report);

/// "400 images/s in a stream, an image every 500000 cycles"
std::string to_text(const MappedStream& stream, double clock_mhz);

/// All layers, a line each.
std::string to_text(const MapReport& report, const TextLayout& layout = {});

/// One layer and what else there was to choose from.
std::string explain(const MapReport& report, std::size_t layer, const TextLayout& layout = {});

/// Of a layer as it is mapped. The memory's share of waits is what an ideal one would save.
const LayerCounters& counters_of(const MappedLayer& layer);
Attribution attribution_of(const MappedLayer& layer);
/// What limits a layer.
Diagnosis diagnosis(const MapReport& report, std::size_t layer);

/// Share of a buffer's bytes in use while the layer runs, 0..1; several tiles where it holds them.
struct BufferFill {
  double input = 0, weight = 0, output = 0, accumulator = 0;
};
BufferFill buffer_fill(const Descriptor& layer, const AcceleratorConfig& config);

}  // namespace dcnsim
