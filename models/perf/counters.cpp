// SPDX-License-Identifier: Apache-2.0
#include "models/perf/counters.h"

#include <optional>
#include <stdexcept>
#include <string>

#include "models/perf/counter_fields.h"

namespace dcnsim {
namespace {

using Count = std::uint64_t;

constexpr std::size_t table_bytes() {
  LayerCounters counters;
  std::size_t bytes = 0;
  visit_counters([&](const CounterField&, const Count& count) { bytes += sizeof count; }, counters);
  return bytes;
}
static_assert(table_bytes() == sizeof(LayerCounters),
              "counter_fields.h lacks a row for a counter, or has two");

}  // namespace

std::uint64_t accounted_cycles(const LayerCounters& counters) {
  return counters.compute_cycles + counters.stall_cycles.total();
}

void add(LayerCounters& a, const LayerCounters& b, std::uint64_t times) {
  visit_counters([&](const CounterField&, Count& sum, const Count& more) { sum += more * times; },
                 a, b);
}

LayerCounters& operator+=(LayerCounters& a, const LayerCounters& b) {
  add(a, b, 1);
  return a;
}

DramEvents& operator+=(DramEvents& a, const DramEvents& b) {
  visit_dram_events([](const CounterField&, Count& sum, const Count& more) { sum += more; }, a, b);
  return a;
}

DramEvents operator-(const DramEvents& a, const DramEvents& b) {
  DramEvents rest = a;
  visit_dram_events([](const CounterField&, Count& sum, const Count& less) { sum -= less; }, rest,
                    b);
  return rest;
}

LayerCounters without_data(LayerCounters counters) {
  visit_counters(
      [](const CounterField& field, Count& count) {
        if (field.depends_on == DependsOn::kData) count = 0;
      },
      counters);
  return counters;
}

std::vector<LayerCounters> with_times_of(std::vector<LayerCounters> work,
                                         const std::vector<LayerCounters>& timed) {
  for (std::size_t i = 0; i < work.size(); ++i) {
    const auto take = [i](const CounterField& field, Count& count, const Count& other) {
      if (field.depends_on == DependsOn::kTime) count = other;
      if (field.depends_on == DependsOn::kWork && count != other) {
        throw std::logic_error("layer " + std::to_string(i) + ": " + field.full_name() + ": " +
                               std::to_string(other) + " in another timing, expected " +
                               std::to_string(count));
      }
    };
    visit_counters(take, work[i], timed.at(i));
  }
  return work;
}

std::uint64_t counter_named(const LayerCounters& counters, std::string_view name) {
  std::optional<Count> found;
  visit_counters(
      [&](const CounterField& field, const Count& count) {
        if (field.full_name() == name) found = count;
      },
      counters);
  if (!found) throw std::out_of_range("no counter " + std::string(name));
  return *found;
}

}  // namespace dcnsim
