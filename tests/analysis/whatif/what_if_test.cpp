// SPDX-License-Identifier: Apache-2.0
#include "analysis/whatif/what_if.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "models/arch/accelerator_yaml.h"
#include "models/perf/evaluate.h"
#include "platform/compiler/describe.h"
#include "platform/compiler/program.h"
#include "tests/analysis/whatif/keys.h"
#include "tests/support/random_network.h"
#include "tests/support/small_edge.h"

namespace dcnsim {
namespace {

/// A chain of two convolutions on the preset.
struct Example {
  Machine machine = small_edge();
  FixedNetwork network;
  std::vector<LayerMapping> mappings;

  Example() {
    network.name = "two";
    network.input = {12, 12, 32};
    network.input_format = {8, 0, true, false};
    for (const int channels : {64, 128}) {
      FixedLayer l;
      l.node.name = "conv" + std::to_string(network.layers.size());
      l.node.input = static_cast<int>(network.layers.size()) - 1;
      l.node.conv.in = network.shape_of(l.node.input);
      l.node.conv.out_channels = channels;
      l.node.conv.kernel_h = l.node.conv.kernel_w = 3;
      l.weight = {8, 7, true, false};
      l.weights.assign(
          static_cast<std::size_t>(channels) * static_cast<std::size_t>(l.node.conv.reduction()),
          1);
      l.bias.assign(static_cast<std::size_t>(channels), 0);
      l.requant = {7, Rounding::kHalfUp, false, {8, 0, true, false}};
      network.layers.push_back(l);
    }
    mappings = map_network(network, describe(network, machine.config.accumulator), machine.config,
                           machine.dram, {});
  }
  WhatIfReport ask(WhatIfMapping mapping = WhatIfMapping::kFixed) const {
    return what_if(machine, network, mappings, {0.5, 0.25}, mapping, {});
  }
};

TEST(Changes, have_names_of_their_own_and_the_ranked_ones_come_first) {
  std::set<std::string_view> names;
  bool ranked = true;
  for (const WhatIf& change : what_ifs()) {
    EXPECT_TRUE(names.insert(change.name).second) << change.name;
    EXPECT_TRUE(ranked || change.kind == ChangeKind::kFree) << change.name;
    ranked = change.kind == ChangeKind::kTwice;
  }
  EXPECT_LE(what_ifs().size(), 64u) << "a bit each";
}

TEST(Changes, are_what_their_keys_say) {
  Machine machine = small_edge();
  machine.config.dram.channels = 2;
  for (const WhatIf& change : what_ifs()) {
    AcceleratorConfig config = machine.config;
    if (!change.apply(config, machine.dram)) continue;
    if (change.name == "no latency") {
      EXPECT_EQ(config.ideal.gbytes_per_s, 2 * 6.4);
      continue;
    }
    if (change.name.substr(0, 5) == "most ") continue;  // as many as there can be
    EXPECT_EQ(to_yaml(config), to_yaml(with_keys(machine.config, std::string(change.keys))))
        << change.name;
  }
}

TEST(Changes, make_no_bus_wider_than_the_longest_burst) {
  const Machine machine = small_edge();
  for (const WhatIf& change : what_ifs()) {
    AcceleratorConfig config = machine.config;
    config.dma.max_burst_bytes = config.dma.bus_bytes;
    change.apply(config, machine.dram);
    EXPECT_GE(config.dma.max_burst_bytes, config.dma.bus_bytes) << change.name;
  }
}

TEST(Changes, make_no_more_banks_than_divide_the_buffer) {
  Machine machine = small_edge();
  BufferConfig& buffer = machine.config.weight_buffer;
  const int rows = 6;  // as many are halved once
  buffer.capacity_bytes = std::int64_t{rows} * buffer.all_banks() * (buffer.word_bits / 8);
  for (const WhatIf& change : what_ifs()) {
    AcceleratorConfig config = machine.config;
    if (change.name != "most weight banks") continue;
    EXPECT_TRUE(change.apply(config, machine.dram));
    EXPECT_EQ(config.weight_buffer.banks, 2 * buffer.banks);
  }
}

TEST(Changes, of_a_machine_with_a_scratchpad_are_made_to_it) {
  const Machine machine = small_edge();
  AcceleratorConfig with = machine.config;
  with.memory = MemoryKind::kIdeal;
  with.memory_bytes_per_cycle = 4;
  with.share({64 << 10, 64, 4, true});
  std::set<std::string> refused;
  for (const WhatIf& change : what_ifs()) {
    AcceleratorConfig config = with;
    if (!change.apply(config, machine.dram)) {
      refused.emplace(change.name);
      continue;
    }
    EXPECT_NO_THROW(validate(config)) << change.name;
    const bool feeds = change.name == "rows" || change.name == "columns";
    const int banks = change.name == "most shared banks"       ? 64
                      : feeds || change.name == "shared banks" ? 8
                                                               : 4;
    EXPECT_EQ(config.shared_buffer.banks, banks) << change.name;
    EXPECT_EQ(config.shared_buffer.capacity_bytes,
              change.name == "shared buffer" ? 128 << 10 : 64 << 10)
        << change.name;
    EXPECT_EQ(config.memory_bytes_per_cycle,
              change.name == "memory bandwidth"                              ? std::optional(8.0)
              : change.name == "ideal memory" || change.name == "all memory" ? std::nullopt
                                                                             : std::optional(4.0))
        << change.name;
  }
  EXPECT_EQ(refused,
            (std::set<std::string>{"weight banks", "input banks", "output banks", "separate halves",
                                   "weight buffer", "input buffer", "output buffer", "no latency",
                                   "no refresh", "most weight banks", "most input banks"}));
}

TEST(Changes, are_listed_on_their_page) {
  std::ifstream page(DCNSIM_SOURCE_DIR "/analysis/whatif/README.md");
  std::vector<std::string> listed, expected;
  for (std::string line; std::getline(page, line);) {
    const bool is_row =
        line.find("| twice |") != std::string::npos || line.find("| free |") != std::string::npos;
    if (is_row) listed.push_back(line);
  }
  for (const WhatIf& change : what_ifs()) {
    expected.push_back("| " + std::string(change.name) + ": " + std::string(change.sentence) +
                       " | `" + std::string(change.keys) + "` | " +
                       std::string(to_string(change.kind)) + " |");
  }
  EXPECT_EQ(listed, expected);
}

/// Laid out and evaluated for the machine of the file, each layer from an idle one.
TEST(WhatIf, saves_what_the_changed_file_saves) {
  const Example e;
  const WhatIfReport report = e.ask();
  int evaluated = 0, priced = 0;
  for (std::size_t change = 0; change < what_ifs().size(); ++change) {
    const WhatIf& what = what_ifs()[change];
    if (what.kind == ChangeKind::kFree) continue;
    for (std::size_t layer = 0; layer < 2; ++layer) {
      const WhatIfRow& row = report.layers[layer].rows[change];
      if (row.outcome != Outcome::kEvaluated) continue;
      ++evaluated;
      const AcceleratorConfig config = with_keys(e.machine.config, std::string(what.keys));
      const Program program = lay_out(e.network, config, e.mappings);
      Evaluator evaluator(config, e.machine.dram);
      evaluator.reset();
      const auto after =
          evaluator.run(descriptors(program)[layer], layer * kDescriptorBytes)->cycles;
      EXPECT_EQ(static_cast<std::int64_t>(report.layers[layer].cycles) - row.saved_cycles,
                static_cast<std::int64_t>(after))
          << what.name << ' ' << layer;
      if (!makes_difference(row.saved_cycles, report.layers[layer].cycles)) continue;
      const CostModel cost(e.machine.tables, config);
      EXPECT_DOUBLE_EQ(report.areas_um2[change].value(), cost.area_um2().total()) << what.name;
      EXPECT_GT(row.energy_pj.value(), 0);
      ++priced;
    }
  }
  EXPECT_GT(evaluated, 10);
  EXPECT_GT(priced, 0);
}

TEST(WhatIf, the_network_is_the_sum_of_its_layers) {
  const Example e;
  const WhatIfReport report = e.ask();
  EXPECT_EQ(report.total.cycles, report.layers[0].cycles + report.layers[1].cycles);
  EXPECT_DOUBLE_EQ(report.total.energy_pj, report.layers[0].energy_pj + report.layers[1].energy_pj);
  for (std::size_t change = 0; change < what_ifs().size(); ++change) {
    const WhatIfRow &a = report.layers[0].rows[change], &b = report.layers[1].rows[change];
    const WhatIfRow& sum = report.total.rows[change];
    if (a.outcome == Outcome::kNotExecutable || b.outcome == Outcome::kNotExecutable) {
      EXPECT_EQ(sum.outcome, Outcome::kNotExecutable) << what_ifs()[change].name;
      EXPECT_NE(sum.why_not, "");
    } else {
      EXPECT_EQ(sum.saved_cycles, a.saved_cycles + b.saved_cycles) << what_ifs()[change].name;
    }
  }
}

TEST(WhatIf, what_cannot_be_executed_is_not_zero) {
  Example e;
  e.machine.config.array.columns = 64;
  e.machine.config.accumulator_buffer_bytes = 64 << 10;
  e.mappings = map_network(e.network, describe(e.network, e.machine.config.accumulator),
                           e.machine.config, e.machine.dram, {});
  const WhatIfReport report = e.ask();
  int refused = 0;
  for (std::size_t change = 0; change < what_ifs().size(); ++change) {
    const WhatIfRow& row = report.total.rows[change];
    if (row.outcome == Outcome::kEvaluated || row.outcome == Outcome::kTooLittle) continue;
    ++refused;
    EXPECT_NE(row.why_not, "") << what_ifs()[change].name;
    EXPECT_FALSE(row.energy_pj.has_value()) << what_ifs()[change].name;
  }
  EXPECT_GT(refused, 0);
}

TEST(WhatIf, what_is_passed_over_would_save_less_than_one_percent) {
  RandomNetwork random(5);
  int passed_over = 0;
  for (int i = 0; i < 4; ++i) {
    Example e;
    e.machine.config.dma.bus_bytes = 16 << random.pick(0, 2);
    e.machine.config.array.rows = 2 << random.pick(0, 1);
    e.mappings = map_network(e.network, describe(e.network, e.machine.config.accumulator),
                             e.machine.config, e.machine.dram, {});
    const WhatIfReport report = e.ask();
    for (std::size_t change = 0; change < what_ifs().size(); ++change) {
      for (std::size_t layer = 0; layer < 2; ++layer) {
        if (report.layers[layer].rows[change].outcome != Outcome::kTooLittle) continue;
        ++passed_over;
        AcceleratorConfig config = e.machine.config;
        what_ifs()[change].apply(config, e.machine.dram);
        const Program program = lay_out(e.network, config, e.mappings);
        Evaluator evaluator(config, e.machine.dram);
        evaluator.reset();
        const auto after =
            evaluator.run(descriptors(program)[layer], layer * kDescriptorBytes)->cycles;
        const auto before = static_cast<double>(report.layers[layer].cycles);
        EXPECT_LT(1 - static_cast<double>(after) / before, 0.01) << what_ifs()[change].name;
      }
    }
  }
  EXPECT_GT(passed_over, 5);
}

TEST(WhatIf, a_new_mapping_is_never_worse_than_the_old_one_where_both_can_be) {
  const Example e;
  const WhatIfReport fixed = e.ask(), anew = e.ask(WhatIfMapping::kNew);
  EXPECT_EQ(fixed.total.cycles, anew.total.cycles);
  for (std::size_t change = 0; change < what_ifs().size(); ++change) {
    const WhatIfRow &kept = fixed.total.rows[change], &mapped = anew.total.rows[change];
    if (kept.outcome != Outcome::kEvaluated) continue;
    ASSERT_EQ(mapped.outcome, Outcome::kEvaluated) << what_ifs()[change].name;
    // The search places each layer alone: rows of the DRAM differ a little.
    EXPECT_GE(
        static_cast<double>(mapped.saved_cycles),
        static_cast<double>(kept.saved_cycles) - 0.005 * static_cast<double>(anew.total.cycles))
        << what_ifs()[change].name;
  }
}

}  // namespace
}  // namespace dcnsim
