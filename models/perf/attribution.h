// SPDX-License-Identifier: Apache-2.0
// Where the cycles of a run went and what would shorten it. Every cycle has exactly one cause: from
// START to DONE the array or the vector unit works, or the next step lacks something that has a
// name. Hence no cycle is idle. attribution.md has the rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "models/arch/layer.h"
#include "models/base/enum_array.h"

namespace dcnsim {

struct AcceleratorConfig;
struct LayerCounters;

enum class Cause : std::uint8_t {
  kCompute,     ///< the array multiplies
  kFillDrain,   ///< first operands on their way into the array, last sums out
  kRequantize,  ///< the vector unit pools, adds and requantizes in a layer of its own
  kConflict,    ///< the DMA has the buffer banks the array works with
  kDescriptor,  ///< of the waits: those in which the memory neither refreshes nor is busy
  kWeight,
  kInput,
  kOutput,
  kDramBusy,
  kRefresh,
};
inline constexpr std::size_t kCauses = 10;

constexpr std::string_view to_string(Cause cause) {
  constexpr std::string_view names[kCauses] = {
      "compute", "fill_drain", "requantize", "bank_conflict", "descriptor",
      "weight",  "input",      "output",     "dram_busy",     "refresh"};
  return names[static_cast<std::size_t>(cause)];
}

/// Cycles by cause.
using Attribution = EnumArray<Cause, std::uint64_t, kCauses>;

/// Sums to accounted_cycles(), which is LayerCounters::cycles of a finished layer.
Attribution attribution(LayerKind kind, const LayerCounters& counters);

/// What in the memory system is the limit.
enum class Bound : std::uint8_t {
  kNone,     ///< nothing
  kBus,      ///< the accelerator's port moves all it can
  kRefresh,  ///< the DRAM refreshes
  kDram,     ///< the DRAM has accesses under way: commands, data, latency
  kLatency,  ///< neither: loads and computing do not overlap
};

constexpr std::string_view to_string(Bound bound) {
  constexpr std::string_view names[] = {"none", "bus", "refresh", "dram", "latency"};
  return names[static_cast<std::size_t>(bound)];
}

struct Diagnosis {
  Cause cause = Cause::kCompute;  ///< what takes most; of the memory, what is moved or waited for
  Bound bound = Bound::kNone;
  double share = 0;    ///< of all cycles, 0..1; of a saturated bus, how busy it is
  std::string advice;  ///< one sentence: the figures, and what an architect could change
};

/// Of one layer, or of several with their sums.
Diagnosis diagnose(const Attribution& cycles, const LayerCounters& counters,
                   const AcceleratorConfig& config);

/// For a table: "compute", "weight, bus".
std::string to_string(const Diagnosis& diagnosis);

}  // namespace dcnsim
