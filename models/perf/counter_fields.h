// SPDX-License-Identifier: Apache-2.0
// The one table of what is counted while a layer runs: name, unit, what it depends on, meaning.
// Sums, comparisons, results, their schema page and the counters among the registers come from it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "models/perf/counters.h"

namespace dcnsim {

enum class CounterUnit : std::uint8_t { kOne, kCycles, kBits, kWords, kBytes, kPicoseconds };

constexpr std::string_view to_string(CounterUnit unit) {
  switch (unit) {
    case CounterUnit::kOne:
      return "";
    case CounterUnit::kCycles:
      return "clock cycles";
    case CounterUnit::kBits:
      return "bits";
    case CounterUnit::kWords:
      return "words";
    case CounterUnit::kBytes:
      return "B";
    case CounterUnit::kPicoseconds:
      return "ps";
  }
  return "";
}

/// What may change a count, besides layer and machine.
enum class DependsOn : std::uint8_t {
  kWork,  ///< nothing: the same whenever and with whatever data
  kTime,  ///< when accesses are served
  kData,  ///< the values computed with
};

/// Where results have it.
enum class CounterGroup : std::uint8_t {
  kLayer,   ///< among the figures of a layer
  kEvents,  ///< under "events": what energy is charged for
};

struct CounterField {
  std::string_view name;
  std::string_view part;  ///< "" if the counter has no parts
  CounterGroup group;
  CounterUnit unit;
  DependsOn depends_on;
  std::string_view meaning;

  /// "macs", "stall_cycles.weight"
  std::string full_name() const {
    return std::string(name) + (part.empty() ? "" : "." + std::string(part));
  }
};

/// Calls visit(field, counter of the first, counter of the second, ...) for every enumerator;
/// `field` lacks its part.
template <class Visitor, class Array, class... Arrays>
constexpr void visit_each(CounterField field, Visitor& visit, Array& first, Arrays&... rest) {
  for (const auto key : first.keys()) {
    field.part = to_string(key);
    visit(field, first[key], rest[key]...);
  }
}

template <class Visitor, class... Accesses>
constexpr void visit_accesses(std::string_view buffer, Visitor& visit, Accesses&... a) {
  constexpr auto words = [](std::string_view name, std::string_view part,
                            std::string_view meaning) {
    return CounterField{name,   part, CounterGroup::kEvents, CounterUnit::kWords, DependsOn::kWork,
                        meaning};
  };
  visit(words(buffer, "reads", "read from the buffer, over all its banks"), a.reads...);
  visit(words(buffer, "writes", "written to it"), a.writes...);
}

template <class Visitor, class... Events>
constexpr void visit_dram_events(Visitor&& visit, Events&... e) {
  using Unit = CounterUnit;
  constexpr auto dram = [](std::string_view part, Unit unit, std::string_view meaning) {
    return CounterField{"dram", part, CounterGroup::kEvents, unit, DependsOn::kTime, meaning};
  };
  visit(dram("activates", Unit::kOne, "rows opened"), e.activates...);
  visit(dram("read_bytes", Unit::kBytes, "read in whole DRAM bursts"), e.read_bytes...);
  visit(dram("write_bytes", Unit::kBytes, "written in whole DRAM bursts"), e.write_bytes...);
  visit(dram("refreshes", Unit::kOne, "refresh commands"), e.refreshes...);
  visit(dram("active_ps", Unit::kPicoseconds, "with a row open, added up over the channels"),
        e.active_ps...);
  visit(dram("precharged_ps", Unit::kPicoseconds, "with all rows closed, likewise"),
        e.precharged_ps...);
}

/// Calls visit(field, counter of the first, counter of the second, ...) for every counter of
/// LayerCounters that are alike, in the order of the struct.
template <class Visitor, class... Counters>
constexpr void visit_counters(Visitor&& visit, Counters&... c) {
  using Unit = CounterUnit;
  constexpr DependsOn kWork = DependsOn::kWork, kTime = DependsOn::kTime, kData = DependsOn::kData;
  constexpr auto layer = [](std::string_view name, Unit unit, DependsOn depends_on,
                            std::string_view meaning) {
    return CounterField{name, "", CounterGroup::kLayer, unit, depends_on, meaning};
  };
  constexpr auto event = [](std::string_view name, std::string_view part, Unit unit,
                            std::string_view meaning) {
    return CounterField{name, part, CounterGroup::kEvents, unit, DependsOn::kWork, meaning};
  };
  visit(layer("cycles", Unit::kCycles, kTime,
              "from the end of the previous layer to the end of this one"),
        c.cycles...);
  visit(layer("compute_cycles", Unit::kCycles, kWork, "array or vector unit at work"),
        c.compute_cycles...);
  visit(layer("fill_drain_cycles", Unit::kCycles, kWork,
              "of these: first operands on their way in, last sums out"),
        c.fill_drain_cycles...);
  visit(layer("overhead_cycles", Unit::kCycles, kWork,
              "of these: the machine's control (overhead.*)"),
        c.overhead_cycles...);
  visit_each(layer("stall_cycles", Unit::kCycles, kTime, "the array waited for it"), visit,
             c.stall_cycles...);
  visit_each(layer("refresh_cycles", Unit::kCycles, kTime, "of these: while the memory refreshed"),
             visit, c.refresh_cycles...);
  visit_each(layer("memory_busy_cycles", Unit::kCycles, kTime,
                   "of these: while the memory had other accesses under way"),
             visit, c.memory_busy_cycles...);
  visit(layer("macs", Unit::kOne, kWork, "multiply-accumulates"), c.macs...);
  visit(event("mac_passes", "", Unit::kOne, "cycles that PEs multiply, over all PEs"),
        c.pe_cycles...);
  visit(event("weight_loads", "", Unit::kOne,
              "times a PE's weight registers are loaded (all its lanes)"),
        c.weight_loads...);
  visit(event("activation_loads", "", Unit::kOne, "likewise its activation registers"),
        c.activation_loads...);
  visit(event("register_bits", "edge_activations", Unit::kBits,
              "activations clocked into registers at the array's edge, and its skew"),
        c.registers.edge_activation_bits...);
  visit(event("register_bits", "edge_weights", Unit::kBits, "likewise weights"),
        c.registers.edge_weight_bits...);
  visit(event("register_bits", "shadow", Unit::kBits,
              "clocked into second weights (weight-stationary) or leaving sums "
              "(output-stationary)"),
        c.registers.shadow_bits...);
  visit(
      event("feeder_bits", "", Unit::kBits, "activations that the window feeder put side by side"),
      c.feeder_bits...);
  visit(layer("input_codes", Unit::kOne, kWork,
              "input codes of convolutions as loaded: halos again, no padding"),
        c.input_codes...);
  visit(layer("input_zeros", Unit::kOne, kData, "of these: codes that are 0"), c.input_zeros...);
  visit_each(
      layer("stream_bytes", Unit::kBytes, kWork, "on the memory bus for it, whole bus words"),
      visit, c.stream_bytes...);
  visit_accesses("input_buffer_words", visit, c.input_buffer...);
  visit_accesses("weight_buffer_words", visit, c.weight_buffer...);
  visit_accesses("output_buffer_words", visit, c.output_buffer...);
  visit_accesses("accumulator_buffer_words", visit, c.accumulator_buffer...);
  visit(event("requantized", "", Unit::kOne, "values through the requantizer"), c.requantized...);
  visit(event("pool_operations", "", Unit::kOne, "comparisons or additions of pooling"),
        c.pool_operations...);
  visit(event("additions", "", Unit::kOne, "residual additions"), c.additions...);
  visit(layer("overflows", Unit::kOne, kData, "outputs whose accumulator lost the exact sum"),
        c.overflows...);
  visit_dram_events(visit, c.dram...);
}

}  // namespace dcnsim
