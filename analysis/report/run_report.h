// SPDX-License-Identifier: Apache-2.0
// What `dcnsim run` found out, as plain data: the source of the JSON file and of the tables on the
// terminal. All figures are per image (one inference from an idle accelerator) unless named
// otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/evaluation/confidence.h"
#include "analysis/evaluation/input_file.h"
#include "analysis/evaluation/pixel_statement.h"
#include "analysis/report/energy_range.h"
#include "analysis/whatif/diagnosis.h"
#include "analysis/whatif/what_if_report.h"
#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"
#include "models/arch/transport.h"
#include "models/base/text/text_layout.h"
#include "models/cost/cost_model.h"
#include "models/perf/attribution.h"
#include "models/perf/counters.h"

namespace dcnsim {

struct LayerReport {
  std::string name;
  Descriptor descriptor;
  LayerCounters counters;
  EnergyBreakdown energy_pj;

  Attribution attribution() const { return dcnsim::attribution(descriptor.kind, counters); }
};

/// Codes of a layer that were written to a file.
struct DumpReport {
  std::string layer, path;
  Format format;
  std::vector<std::size_t> images;
};

/// Batches one behind the other, each queued while the one before runs.
struct ThroughputReport {
  int batch = 1;                ///< images
  bool shares_weights = false;  ///< else they are executed one by one, which takes less time
  /// Of each batch: the first from an idle accelerator, the others from the end of the one before.
  std::vector<std::uint64_t> cycles;
  double energy_pj = 0;      ///< an image, of the batches behind another
  double traffic_bytes = 0;  ///< likewise, read and written

  /// From the end of one batch to that of the next: the mean of those behind another.
  double interval_cycles() const;
};

struct RunReport {
  std::string version;  ///< of dcnsim
  std::vector<InputFile> inputs;
  std::string network;  ///< its name
  AcceleratorConfig accelerator;
  PixelStatement pixels;
  std::uint64_t images = 0;  ///< 0: without
  std::string no_accuracy;   ///< why, in words; "" if there is one
  std::string right;  ///< if there is an accuracy: by image, '1' if its class was right, else '0'
  std::optional<double> assumed_zeros;  ///< without images: their share of convolutions' inputs
  std::uint64_t overflows = 0;  ///< over all images: outputs whose accumulator lost the exact sum
  double clock_period_s = 0;
  double dram_peak_bytes_per_s = 0;             ///< over all channels
  Transport timing = Transport::kLooselyTimed;  ///< of the layers' counters
  /// How many images were simulated with their times, which are equal; of the others values moved
  /// tile by tile. Where the counters are of another one, approximately timed, it is not among
  /// them.
  std::uint64_t timed_images = 0;
  /// Cycles of the loosely timed ones among those that gave the values, where the counters are of
  /// another.
  std::optional<std::uint64_t> loosely_timed_cycles;
  std::vector<LayerReport> layers;
  std::optional<WhatIfReport> what_if;         ///< unless nobody asked
  std::optional<ThroughputReport> throughput;  ///< likewise
  AreaBreakdown area_um2;
  std::vector<Provenance> provenance;
  std::vector<DumpReport> dumps;
  std::vector<std::string> warnings;

  std::uint64_t correct() const;  ///< images that are right
  double top1() const {
    return images == 0 ? 0 : static_cast<double>(correct()) / static_cast<double>(images);
  }
  /// The 95 % confidence interval of top1().
  ShareInterval top1_interval() const { return wilson_interval(correct(), images); }
  EnergyRange energy_range() const { return dcnsim::energy_range(energy_pj(), provenance); }
  /// Sum over the layers.
  LayerCounters totals() const;
  Attribution attribution() const;
  EnergyBreakdown energy_pj() const;
  /// What limits a layer; of all of them.
  Diagnosis diagnosis(std::size_t layer) const;
  Diagnosis diagnosis() const;
};

/// Bytes read from memory: every stream but the output.
std::uint64_t dram_read_bytes(const LayerCounters& counters);
std::uint64_t dram_write_bytes(const LayerCounters& counters);

/// Share of the array's PE cycles in use: pe_cycles / (cycles * PEs), 0..1.
double utilization(const LayerCounters& counters, const ArrayConfig& array);

/// Share of zeros among the input codes of a convolution, 0..1; 0 if there are none.
double zero_fraction(const LayerCounters& counters);

/// Components whose figures follow from a rule beyond the tables.
std::vector<std::string> extrapolated_components(const std::vector<Provenance>& provenance);

inline constexpr const char* kRunSchema = "dcnsim.run/1";

/// The report as JSON text, schema dcnsim.run/1 (run_schema.md).
std::string to_json(const RunReport& report);

/// A line a layer under a line of names: what is a number, a word or nothing in `layers` of the
/// schema, members of members as NAME.NAME.
std::string layers_csv(const RunReport& report);

/// "93.10 % top-1, 931 of 1000 images (95 % interval 91.4 .. 94.5 %)".
std::string accuracy_words(std::uint64_t correct, std::uint64_t images);

/// Network and machine in a line without its end.
std::string heading(const RunReport& report);

/// The report for a terminal.
std::string to_text(const RunReport& report, const TextLayout& layout = {});

}  // namespace dcnsim
