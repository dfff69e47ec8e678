// SPDX-License-Identifier: Apache-2.0
// Cycle counts and on-chip accesses of the PE array for one step of a schedule, as closed formulas
// over integers. The derivation of each is in array_cycles.md beside this file.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/arch/accelerator_config.h"
#include "models/perf/counters.h"
#include "models/perf/cut.h"

namespace dcnsim {

/// What one step asks of the array: `pixels` convolution outputs for `channels` output channels of
/// each of `groups`, over `reduction` steps of the sum.
struct ArrayWork {
  int pixels = 1;
  int channels = 1;
  int reduction = 1;
  int weight_bits = 8;
  int activation_bits = 8;
  bool first_chunk = true;  ///< accumulators start from the bias
  bool last_chunk = true;   ///< results leave through the requantizer
  /// The step before and the one after work on the same sums, which fit the PEs: an
  /// output-stationary array keeps them there between chunks, or else in the accumulator buffer.
  bool sums_stay = false;
  int groups = 1;     ///< one after the other
  int positions = 1;  ///< equal parts of the reduction that share no pass (Reduction::kChannels)
  int parameter_bits = 0;  ///< of each channel, which the requantizer reads
};

/// Cycles from the first weights (weight-stationary) or operands (output-stationary) entering the
/// array to the last result leaving it. The activations of the first step, and the weights of an
/// output-stationary one, have been fetched: buffers are read a step ahead.
std::uint64_t array_cycles(const AcceleratorConfig& config, const ArrayWork& work);

/// The same in the middle of a layer whose steps overlap (ArraySteps::kOverlapped): its first
/// operands enter and its last sums leave while the steps beside it compute. Not less than the
/// loading of its own weights (weight-stationary) or the shifting of sums (output-stationary), of
/// which there is one at a time.
std::uint64_t overlapped_array_cycles(const AcceleratorConfig& config, const ArrayWork& work);

/// What steps that differ in their pixels alone take at least, as bounds of both figures above.
struct LeastArrayCycles {
  std::uint64_t unit = 0;   ///< cycles of a unit: a pixel, or a block of array.rows pixels
  std::uint64_t least = 0;  ///< of all units of a step together, however few they are
  std::uint64_t once = 0;   ///< further cycles of a step

  std::uint64_t of(std::uint64_t units) const { return std::max(units * unit, least) + once; }
};
/// Pixels of a unit: 1 (weight-stationary) or array.rows (output-stationary).
int unit_pixels(const ArrayConfig& array);
/// The pixels of `work` do not count.
LeastArrayCycles least_array_cycles(const AcceleratorConfig& config, const ArrayWork& work);

/// Of array_cycles(): filling and draining, in which no PE computes or not all can. The first
/// weights on their way in and the last sums on their way out (weight-stationary), the skew from
/// the first PE to the last and the last shift (output-stationary).
std::uint64_t array_fill_drain_cycles(const AcceleratorConfig& config, const ArrayWork& work);

/// Passes of a step: groups times blocks of channels times row tiles (weight-stationary) or blocks
/// of pixels (output-stationary).
std::uint64_t array_passes(const AcceleratorConfig& config, const ArrayWork& work);

/// The reduction in pieces of at most `size` steps, none of which spans two positions.
RepeatedCut cut_reduction(const ArrayWork& work, int size);

/// Whether there is a PE of an output-stationary array for every sum.
bool fits_the_pes(const ArrayConfig& array, const ArrayWork& work);

/// Adds the step's MACs, register loads, buffer and accumulator accesses to `counters` (not
/// cycles).
void count_array_events(const AcceleratorConfig& config, const ArrayWork& work,
                        LayerCounters& counters);

/// Cycles of the vector unit for `elements` codes of pooling or adding: `columns` a cycle.
std::uint64_t vector_cycles(const AcceleratorConfig& config, std::uint64_t elements);

}  // namespace dcnsim
