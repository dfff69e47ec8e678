// SPDX-License-Identifier: Apache-2.0
// Layers on the naive machine, and its counts beside those of the real one.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "models/perf/counter_fields.h"
#include "tests/oracle/dram_behind_bus.h"

namespace dcnsim::oracle {

using Counts = std::map<std::string, Int>;

struct NaiveLayer {
  LayerRun run;
  Counts counts;
};

/// One layer after the other; their descriptors lie so from `descriptor_address` on. After every
/// `list` of them the list ends, and the next one is queued.
inline std::vector<NaiveLayer> run_naively(const std::vector<Descriptor>& layers,
                                           std::uint64_t descriptor_address,
                                           const AcceleratorConfig& config, const DramSpec& dram,
                                           std::size_t list = 1000) {
  DramBehindBus memory(dram, config);
  NaiveMachine machine(config, memory);
  std::vector<NaiveLayer> results;
  Int cycle = 0;
  for (const Descriptor& layer : layers) {
    const bool has_next = (results.size() + 1) % list == 0 && results.size() + 1 < layers.size();
    const LayerRun run = machine.run(
        layer, descriptor_address,
        has_next ? std::optional(static_cast<Int>(descriptor_address) + 256) : std::nullopt);
    descriptor_address += 256;
    cycle += run.tally.cycles;
    Counts counts = by_name(run.tally);
    counts.merge(memory.counts_of_layer(cycle));
    results.push_back({run, counts});
  }
  return results;
}

/// All counters that depend on no more than `most`, those aside that the naive machine does not
/// count.
inline void expect_counts(LayerCounters counted, const Counts& expected, DependsOn most) {
  visit_counters(
      [&](const CounterField& field, const std::uint64_t& count) {
        const auto found = expected.find(field.full_name());
        if (field.depends_on > most || found == expected.end()) return;
        EXPECT_EQ(static_cast<Int>(count), found->second) << field.full_name();
      },
      counted);
}

}  // namespace dcnsim::oracle
