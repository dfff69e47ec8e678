// SPDX-License-Identifier: Apache-2.0
#include "models/perf/attribution.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "models/arch/accelerator_config.h"
#include "models/perf/counters.h"

namespace dcnsim {
namespace {

constexpr double kSaturated = 0.8;  // of the beats a port could move
constexpr double kWellUsed = 0.7;   // of the PEs

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

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string percent(double share) { return std::to_string(std::lround(100 * share)) + " %"; }

/// One direction of the memory port: how busy, and with what above all.
struct PortUse {
  double share = 0;  ///< of the cycles, in which a bus word passes
  Stall mostly = Stall::kOutput;
};

PortUse busier_port(const LayerCounters& c, const AcceleratorConfig& config) {
  const StreamBytes& bytes = c.stream_bytes;
  const std::pair<std::uint64_t, Stall> reads[] = {
      {bytes[Stream::kWeight] + bytes[Stream::kBias], Stall::kWeight},
      {bytes[Stream::kInput], Stall::kInput},
      {bytes[Stream::kDescriptor], Stall::kDescriptor}};
  std::uint64_t read = 0;
  for (const auto& [count, stall] : reads) read += count;
  const bool mostly_reads = read >= bytes[Stream::kOutput];
  const std::uint64_t words = (mostly_reads ? read : bytes[Stream::kOutput]) /
                              static_cast<std::uint64_t>(config.dma.bus_bytes);
  const auto by_bytes = [](const auto& x, const auto& y) { return x.first < y.first; };
  return {ratio(words, c.cycles),
          mostly_reads ? std::max_element(std::begin(reads), std::end(reads), by_bytes)->second
                       : Stall::kOutput};
}

std::string plural(Stall stall) { return std::string(to_string(stall)) + "s"; }

std::string fewer_bytes(Stall stall) {
  switch (stall) {
    case Stall::kWeight:
      return "narrower weights or tiles that use them longer";
    case Stall::kInput:
      return "narrower activations or an input buffer that holds more";
    case Stall::kOutput:
      return "narrower outputs or a larger output buffer";
    case Stall::kDescriptor:
    case Stall::kConflict:
      break;
  }
  return "fewer and larger layers";
}

Diagnosis of_bus(const PortUse& port, double work) {
  return {cause_of(port.mostly), Bound::kBus, port.share,
          "the bus moves " + percent(port.share) + " of what it can, mostly for " +
              plural(port.mostly) + ", while the array works in " + percent(work) +
              " of the cycles: a wider bus, " + fewer_bytes(port.mostly) + " would help"};
}

Diagnosis of_wait(Stall stall, double port_share, const LayerCounters& c) {
  const std::uint64_t waited = c.stall_cycles[stall];
  Diagnosis d;
  d.cause = cause_of(stall);
  d.share = ratio(waited, c.cycles);
  const std::string wait = percent(d.share) + " of the cycles wait for " + plural(stall);
  if (2 * c.refresh_cycles[stall] >= waited) {
    d.bound = Bound::kRefresh;
    d.advice = wait + ", mostly while the DRAM refreshes: less often or per bank would help";
  } else if (2 * c.memory_busy_cycles[stall] >= waited) {
    d.bound = Bound::kDram;
    d.advice = wait + " while the DRAM has accesses under way and the bus moves only " +
               percent(port_share) +
               " of what it can: more requests in flight or longer bursts if it serves them one by "
               "one, else a faster DRAM or more channels, " +
               fewer_bytes(stall) + " would help";
  } else {
    d.bound = Bound::kLatency;
    d.advice = wait + " though neither DRAM nor bus, which moves " + percent(port_share) +
               " of what it can, is the limit: double buffers or smaller first tiles would help";
  }
  return d;
}

std::string array_advice(const std::string& computing, const LayerCounters& c,
                         const ArrayConfig& array) {
  const double used = ratio(c.pe_cycles, c.compute_cycles * static_cast<std::uint64_t>(array.rows) *
                                             static_cast<std::uint64_t>(array.columns));
  if (used >= kWellUsed) {
    return computing + " with " + percent(used) +
           " of the PEs at work: more PEs or a faster clock would help";
  }
  return computing + " with only " + percent(used) +
         " of the PEs at work: another array shape or dataflow would help";
}

Diagnosis of_work(Cause cause, const Attribution& cycles, const LayerCounters& c,
                  const AcceleratorConfig& config) {
  Diagnosis d;
  d.cause = cause;
  d.share = ratio(cycles[cause], c.cycles);
  const std::string share = percent(d.share) + " of the cycles ";
  switch (cause) {
    case Cause::kCompute:
      d.advice = array_advice(share + "compute", c, config.array);
      break;
    case Cause::kFillDrain:
      d.advice = share +
                 "fill and drain the array: larger tiles, for which the buffers may lack room, or "
                 "a smaller array would help";
      break;
    case Cause::kRequantize:
      d.advice = share + "pool, add or requantize: a wider vector unit (columns) would help";
      break;
    default:
      d.advice = share +
                 "find the buffer banks taken by the DMA: more banks, wider words or "
                 "halves with banks of their own would help";
      break;
  }
  return d;
}

}  // namespace

Attribution attribution(LayerKind kind, const LayerCounters& c) {
  Attribution cycles;
  const std::uint64_t steady = c.compute_cycles - c.fill_drain_cycles;
  cycles[kind == LayerKind::kConv ? Cause::kCompute : Cause::kRequantize] = steady;
  cycles[Cause::kFillDrain] = c.fill_drain_cycles;
  cycles[Cause::kConflict] = c.stall_cycles[Stall::kConflict];
  for (const Stall stall : kMemoryWaits) {
    const std::uint64_t refresh = c.refresh_cycles[stall], busy = c.memory_busy_cycles[stall];
    cycles[cause_of(stall)] = c.stall_cycles[stall] - refresh - busy;
    cycles[Cause::kRefresh] += refresh;
    cycles[Cause::kDramBusy] += busy;
  }
  return cycles;
}

Diagnosis diagnose(const Attribution& cycles, const LayerCounters& c,
                   const AcceleratorConfig& config) {
  const auto larger = [&](Cause a, Cause b) { return cycles[a] < cycles[b]; };
  constexpr Cause kWork[] = {Cause::kCompute, Cause::kFillDrain, Cause::kRequantize};
  std::uint64_t work = 0, waits = 0;
  for (const Cause cause : kWork) work += cycles[cause];
  for (const Stall stall : kMemoryWaits) waits += c.stall_cycles[stall];
  const std::uint64_t conflicts = cycles[Cause::kConflict];
  const PortUse port = busier_port(c, config);
  const double work_share = ratio(work, c.cycles);
  if (port.share >= kSaturated && port.share > work_share) return of_bus(port, work_share);
  if (work >= waits && work >= conflicts) {
    const Cause most = *std::max_element(std::begin(kWork), std::end(kWork), larger);
    return of_work(most, cycles, c, config);
  }
  if (conflicts > waits) return of_work(Cause::kConflict, cycles, c, config);
  const Stall most =
      *std::max_element(std::begin(kMemoryWaits), std::end(kMemoryWaits),
                        [&](Stall a, Stall b) { return c.stall_cycles[a] < c.stall_cycles[b]; });
  return of_wait(most, port.share, c);
}

std::string to_string(const Diagnosis& d) {
  switch (d.cause) {
    case Cause::kFillDrain:
      return "fill/drain";
    case Cause::kConflict:
      return "bank conflicts";
    default:
      break;
  }
  const std::string cause(to_string(d.cause));
  return d.bound == Bound::kNone ? cause : cause + ", " + std::string(to_string(d.bound));
}

}  // namespace dcnsim
