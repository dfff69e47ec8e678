// SPDX-License-Identifier: Apache-2.0
// What one inference takes, without SystemC: evaluate() counts what the SystemC model counts when
// it is loosely timed.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/evaluation/machine.h"
#include "models/arch/descriptor.h"
#include "models/perf/counters.h"
#include "platform/compiler/mapper/mapper.h"
#include "platform/compiler/program.h"
#include "workloads/network.h"

namespace dcnsim {

/// What a job of a stream counts, in which each is queued while the one before runs.
struct StreamRecord {
  std::vector<Descriptor> layers;
  std::vector<LayerCounters> counters;
  int images = 0;  ///< that share weights; 0: no stream was asked for
};

/// What one inference from an idle accelerator counts, but for zeros among the data.
struct TimingRecord {
  std::vector<Descriptor> layers;
  std::vector<LayerCounters> counters;
  std::uint64_t descriptor_address = 0;  ///< of the first
  StreamRecord stream = {};              ///< where evaluate_stream() was asked, too
};

/// A job of `program`, which has several sets of maps, behind another.
StreamRecord evaluate_behind(const Machine& machine, const Program& program);

/// Of mapping.batch images or, if that takes less time, of one: `one` is what evaluate_timing()
/// found. Throws what evaluate_timing() throws.
StreamRecord evaluate_stream(const Machine& machine, const FixedNetwork& topology,
                             const std::vector<Descriptor>& layers, const TimingRecord& one,
                             MappingCache* mappings, LayerWorks* works = nullptr);

/// Whether batches take less time an image than jobs of one image.
bool is_faster(const StreamRecord& batches, const StreamRecord& one);

/// `layers`, each for so many images.
std::vector<Descriptor> in_batches(std::vector<Descriptor> layers, int batch);

/// Mappings that are no choice any more.
std::vector<LayerMapping> mappings_of(const std::vector<Descriptor>& layers);

/// Maps `layers`, those of a network without tiling and addresses (describe()), and lays them out.
/// `topology` has the network's nodes and formats; its weights do not matter. Searches are kept in
/// `mappings`, which may be null, like `works` (MapperOptions). Throws what map_network and lay_out
/// throw.
Program mapped(const Machine& machine, const FixedNetwork& topology,
               const std::vector<Descriptor>& layers, MappingCache* mappings,
               LayerWorks* works = nullptr);

TimingRecord evaluate_timing(const Machine& machine, const Program& program);

/// Maps likewise, and evaluates.
TimingRecord evaluate_timing(const Machine& machine, const FixedNetwork& topology,
                             const std::vector<Descriptor>& layers, MappingCache* mappings,
                             LayerWorks* works = nullptr);

/// What each layer waits for if the memory is ideal and all else as it is: what is left to the bus.
/// `layers` lie one behind the other from `descriptor_address` on.
std::vector<StallCycles> waits_behind_ideal_memory(const std::vector<Descriptor>& layers,
                                                   std::uint64_t descriptor_address,
                                                   const Machine& machine);

/// `counters` of these layers, whose waits have the memory's share by what an ideal one would save.
std::vector<LayerCounters> with_memory_shares(std::vector<LayerCounters> counters,
                                              const std::vector<Descriptor>& layers,
                                              std::uint64_t descriptor_address,
                                              const Machine& machine);

/// `counters` with as many zeros among the input codes as are to be expected at this share, 0..1.
LayerCounters with_expected_zeros(LayerCounters counters, double zero_fraction);

}  // namespace dcnsim
