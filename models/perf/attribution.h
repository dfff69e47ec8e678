// SPDX-License-Identifier: Apache-2.0
// Where the cycles of a run went. Every cycle has exactly one cause: from START to DONE the array
// or the vector unit works, or the next step lacks something that has a name. Hence no cycle is
// idle. attribution.md has the rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/arch/layer.h"
#include "models/base/enum_array.h"
#include "models/perf/counters.h"

namespace dcnsim {

struct ArrayConfig;

enum class Cause : std::uint8_t {
  kCompute,     ///< the array computes: PEs multiply
  kFillDrain,   ///< first operands on their way into the array, last sums out
  kOverhead,    ///< the machine's control: overhead.layer_cycles and overhead.tile_cycles
  kRequantize,  ///< the vector unit pools, adds and requantizes in a layer of its own
  kConflict,    ///< the DMA has the buffer banks the array works with
  kDescriptor,  ///< of the waits: those that an ideal memory behind the same bus would leave
  kWeight,
  kInput,
  kOutput,
  kDramBusy,  ///< the other waits, but for those in which the memory refreshes
  kRefresh,
};
inline constexpr std::size_t kCauses = 11;

constexpr std::string_view to_string(Cause cause) {
  constexpr std::string_view names[kCauses] = {
      "compute", "fill_drain", "overhead", "requantize", "bank_conflict", "descriptor",
      "weight",  "input",      "output",   "dram_busy",  "refresh"};
  return names[static_cast<std::size_t>(cause)];
}

inline constexpr Cause kCausesAtWork[] = {Cause::kCompute, Cause::kFillDrain, Cause::kOverhead,
                                          Cause::kRequantize};
inline constexpr Cause kCausesOfWaiting[] = {Cause::kConflict, Cause::kDescriptor, Cause::kWeight,
                                             Cause::kInput,    Cause::kOutput,     Cause::kDramBusy,
                                             Cause::kRefresh};

/// Cycles by cause.
using Attribution = EnumArray<Cause, std::uint64_t, kCauses>;

/// Sums to accounted_cycles(), which is LayerCounters::cycles of a finished layer.
Attribution attribution(LayerKind kind, const LayerCounters& counters);

/// `counters` with what their waits owe the memory: the cycles beyond those that the same layer
/// waits behind an ideal memory, `behind_ideal`, are its refresh as far as it refreshed meanwhile,
/// and otherwise its own (memory_busy_cycles). All waits stay.
LayerCounters with_memory_share(LayerCounters counters, const StallCycles& behind_ideal);

/// Of the waits, those for weights, inputs and outputs that an ideal memory would leave: the bus is
/// what brings them.
std::uint64_t bus_cycles(const Attribution& cycles);

/// Share of the PEs that multiply while the array computes, 0..1. Times the share of computing
/// (Cause::kCompute) in all cycles it is the utilization.
double pes_at_work(const Attribution& cycles, const LayerCounters& counters,
                   const ArrayConfig& array);

}  // namespace dcnsim
