// SPDX-License-Identifier: Apache-2.0
#include "models/perf/attribution.h"

#include <algorithm>
#include <iterator>

#include "models/arch/accelerator_config.h"

namespace dcnsim {
namespace {

constexpr Stall kMemoryWaits[] = {Stall::kDescriptor, Stall::kWeight, Stall::kInput,
                                  Stall::kOutput};

Cause cause_of(Stall stall) {
  switch (stall) {
    case Stall::kDescriptor:
      return Cause::kDescriptor;
    case Stall::kWeight:
      return Cause::kWeight;
    case Stall::kInput:
      return Cause::kInput;
    case Stall::kOutput:
      return Cause::kOutput;
    case Stall::kConflict:
      return Cause::kConflict;
  }
  return Cause::kConflict;
}

std::uint64_t beyond(std::uint64_t cycles, std::uint64_t others) {
  return cycles > others ? cycles - others : 0;
}

}  // namespace

Attribution attribution(LayerKind kind, const LayerCounters& c) {
  Attribution cycles;
  const std::uint64_t steady = c.compute_cycles - c.fill_drain_cycles - c.overhead_cycles;
  cycles[kind == LayerKind::kConv ? Cause::kCompute : Cause::kRequantize] = steady;
  cycles[Cause::kFillDrain] = c.fill_drain_cycles;
  cycles[Cause::kOverhead] = c.overhead_cycles;
  cycles[Cause::kConflict] = c.stall_cycles[Stall::kConflict];
  for (const Stall stall : kMemoryWaits) {
    const std::uint64_t refresh = c.refresh_cycles[stall], busy = c.memory_busy_cycles[stall];
    cycles[cause_of(stall)] = c.stall_cycles[stall] - refresh - busy;
    cycles[Cause::kRefresh] += refresh;
    cycles[Cause::kDramBusy] += busy;
  }
  return cycles;
}

LayerCounters with_memory_share(LayerCounters c, const StallCycles& behind_ideal) {
  std::uint64_t waits = 0, left = 0;
  for (const Stall stall : kMemoryWaits) {
    waits += c.stall_cycles[stall];
    left += behind_ideal[stall];
  }
  // An ideal memory may make the array wait for something else: what it saves counts, at those
  // stalls that get shorter.
  std::uint64_t saved = beyond(waits, left);
  c.memory_busy_cycles = {};
  for (const Stall stall : kMemoryWaits) {
    const std::uint64_t share = std::min(saved, beyond(c.stall_cycles[stall], behind_ideal[stall]));
    saved -= share;
    c.refresh_cycles[stall] = std::min(c.refresh_cycles[stall], share);
    c.memory_busy_cycles[stall] = share - c.refresh_cycles[stall];
  }
  return c;
}

std::uint64_t bus_cycles(const Attribution& cycles) {
  return cycles[Cause::kWeight] + cycles[Cause::kInput] + cycles[Cause::kOutput];
}

double pes_at_work(const Attribution& cycles, const LayerCounters& c, const ArrayConfig& array) {
  const double slots = static_cast<double>(cycles[Cause::kCompute]) * array.rows * array.columns;
  return slots == 0 ? 0 : static_cast<double>(c.pe_cycles) / slots;
}

}  // namespace dcnsim
