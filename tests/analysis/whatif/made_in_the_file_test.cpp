// SPDX-License-Identifier: Apache-2.0
// What the table says, held against the machines it speaks of: the change that saves most is made
// in the accelerator file, and the layer is approximately timed in SystemC, as is every other one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <map>
#include <optional>

#include "analysis/whatif/what_if.h"
#include "models/cost/cost_model.h"
#include "models/perf/buffer_need.h"
#include "platform/compiler/describe.h"
#include "platform/compiler/program.h"
#include "platform/standalone/simulation.h"
#include "tests/analysis/whatif/keys.h"
#include "tests/support/classes.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/random_network.h"

namespace dcnsim {
namespace {

const std::string kModels = DCNSIM_SOURCE_DIR "/models/";

/// A machine beside the preset, balanced otherwise than it.
AcceleratorConfig random_machine(RandomNetwork& random) {
  AcceleratorConfig c = load_accelerator(kModels + "arch/presets/small_edge.yaml");
  const char* const presets[] = {"lpddr4_3200_x16_6gb", "ddr4_2400_x16_8gb", "lpddr3_1600_x32_4gb"};
  c.dram.preset = presets[random.pick(0, 2)];
  c.cost.extrapolate = c.cost.allow_overclock = true;
  c.clock_mhz = 100 * random.pick(1, 8);
  c.array.dataflow = random.chance(4) ? Dataflow::kOutputStationary : Dataflow::kWeightStationary;
  c.array.rows = 8 << random.pick(0, 2);
  c.array.columns = 8 << random.pick(0, 2);
  c.accumulator_buffer_bytes = 64 << 10;
  for (BufferConfig* b : {&c.input_buffer, &c.weight_buffer, &c.output_buffer}) {
    b->capacity_bytes = std::int64_t{16 << 10} << random.pick(0, 2);
    b->banks = 1 << random.pick(0, 2);
    b->separate_halves = random.chance(2);
  }
  c.dma.bus_bytes = 1 << random.pick(0, 5);
  c.dma.max_burst_bytes = 64 << random.pick(0, 4);
  c.dma.outstanding = 1 << random.pick(0, 4);
  c.dram.channels = 1 << random.pick(0, 1);
  return c;
}

/// One convolution of some ten thousand cycles and more.
FixedNetwork random_layer(RandomNetwork& random) {
  FixedNetwork n;
  n.name = "layer";
  n.input = {random.pick(3, 30), random.pick(3, 30), 8 * random.pick(1, 24)};
  n.input_format = {8, 0, true, false};
  FixedLayer l;
  l.node.name = "conv";
  l.node.input = kNetworkInput;
  ConvShape& c = l.node.conv;
  c.in = n.input;
  c.kernel_h = c.kernel_w = random.chance(2) ? 1 : 3;
  c.pad_top = c.pad_bottom = c.pad_left = c.pad_right = c.kernel_h / 2;
  c.stride_h = c.stride_w = random.chance(4) ? 2 : 1;
  c.out_channels = 16 * random.pick(1, 16);
  l.weight = {random.chance(2) ? 8 : 4, 7, true, false};
  l.weights.assign(
      static_cast<std::size_t>(c.out_channels) * static_cast<std::size_t>(c.reduction()), 1);
  l.bias.assign(static_cast<std::size_t>(c.out_channels), 0);
  l.requant = {7, Rounding::kHalfUp, false, {8, 0, true, false}};
  n.layers.push_back(std::move(l));
  return n;
}

/// Cycles of the layer on the machine, in the order of events of SystemC.
std::uint64_t simulated(const FixedNetwork& network, const AcceleratorConfig& config,
                        const DramSpec& dram, const std::vector<LayerMapping>& mappings) {
  renew_bare_kernel();
  const Program program = assemble(network, config, mappings);
  SimulationOptions options;
  options.transport = Transport::kApproximatelyTimed;
  Simulation simulation(config, dram, program, options);
  return simulation.run(CodeTensor(network.input, network.input_format)).cycles;
}

/// What the table said of a layer, and what came of it: shares of the layer's cycles, simulated.
struct Case {
  std::string top;                 ///< what saves most by the table
  std::vector<std::string> named;  ///< of the first limit
  double top_saves = 0;
  double tied_saves = 1;  ///< the least that one of those named saves
  std::string most;       ///< what saved most
  double most_saves = 0;
  double said = 0;  ///< of the top, by the table
};

std::optional<Case> tried(unsigned seed) {
  RandomNetwork random(seed);
  const FixedNetwork network = random_layer(random);
  const AcceleratorConfig config = random_machine(random);
  const Machine machine = make_machine(config, kModels + "cost/tables");
  std::vector<LayerMapping> mappings;
  try {
    mappings =
        map_network(network, describe(network, config.accumulator), config, machine.dram, {});
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
  const WhatIfReport report = what_if(machine, network, mappings, {0}, WhatIfMapping::kFixed, {});
  const WhatIfTable& table = report.layers.at(0);
  if (table.cycles < 20'000 || table.cycles > 120'000) return std::nullopt;
  const auto before = static_cast<double>(simulated(network, config, machine.dram, mappings));
  std::map<std::size_t, double> saves;
  for (std::size_t i = 0; i < what_ifs().size(); ++i) {
    const WhatIf& change = what_ifs()[i];
    const Outcome outcome = table.rows[i].outcome;
    if (change.kind != ChangeKind::kTwice || outcome == Outcome::kNoMachine) continue;
    const AcceleratorConfig changed = with_keys(config, std::string(change.keys));
    const bool is_legal = why_illegal(mappings[0].descriptor, changed).empty();
    EXPECT_EQ(is_legal, outcome != Outcome::kNotExecutable) << seed << ' ' << change.name;
    if (!is_legal) continue;
    const auto after = static_cast<double>(simulated(network, changed, machine.dram, mappings));
    saves[i] = 1 - after / before;
  }
  Case found;
  for (const auto& [change, share] : saves) {
    if (share <= found.most_saves) continue;
    found.most_saves = share;
    found.most = what_ifs()[change].name;
  }
  std::int64_t most = std::numeric_limits<std::int64_t>::min();
  for (const auto& [change, share] : saves) {
    if (table.rows[change].saved_cycles <= most) continue;
    most = table.rows[change].saved_cycles;
    found.top = what_ifs()[change].name;
    found.top_saves = share;
  }
  found.said = static_cast<double>(most) / static_cast<double>(table.cycles);
  if (table.limits.empty() || table.limits.front().together) return found;
  for (const std::size_t change : table.limits.front().changes) {
    found.named.emplace_back(what_ifs()[change].name);
    found.tied_saves = std::min(found.tied_saves, saves.at(change));
  }
  EXPECT_EQ(found.named.front(), found.top) << seed;
  return found;
}

/// The best by the table is within 1 % of the layer's cycles of the best that was simulated.
bool is_right(const Case& one) { return one.top_saves >= one.most_saves - 0.01; }

bool names(const Case& one, const std::string& change) {
  return std::find(one.named.begin(), one.named.end(), change) != one.named.end();
}

TEST(MadeInTheFile, the_change_that_is_named_saves_most_approximately_timed) {
  Census<Case> classes({{"bus", [](const Case& c) { return names(c, "bus"); }},
                        {"weight buffer", [](const Case& c) { return names(c, "weight banks"); }},
                        {"input buffer", [](const Case& c) { return names(c, "input banks"); }},
                        {"array", [](const Case& c) { return names(c, "columns"); }},
                        {"several", [](const Case& c) { return c.named.size() > 1; }}});
  for (const unsigned seed : {1007U, 1010U, 1011U, 1018U, 1071U}) {
    const std::optional<Case> one = tried(seed);
    ASSERT_TRUE(one.has_value()) << seed;
    classes.count(*one);
    EXPECT_TRUE(is_right(*one)) << seed << ": " << one->top << " saves " << one->top_saves << ", "
                                << one->most << ' ' << one->most_saves;
    // Those named together differ by 1 % in the table, and each by 1 % from what is simulated.
    EXPECT_GE(one->tied_saves, one->most_saves - 0.03) << seed;
  }
  classes.expect_each(1);
}

/// The same at length: --gtest_also_run_disabled_tests.
TEST(MadeInTheFile, DISABLED_on_two_hundred_machines) {
  int cases = 0, right = 0;
  for (unsigned seed = 1000; cases < 200; ++seed) {
    const std::optional<Case> one = tried(seed);
    if (!one) continue;
    ++cases;
    right += is_right(*one) ? 1 : 0;
    std::string line = std::to_string(seed) + (is_right(*one) ? " right: " : " WRONG: ") +
                       one->top + " said " + std::to_string(one->said) + ", saves " +
                       std::to_string(one->top_saves) + "; most " + one->most + ' ' +
                       std::to_string(one->most_saves) + "; named";
    for (const std::string& name : one->named) line += ' ' + name + ',';
    std::puts(line.c_str());
    std::fflush(stdout);
  }
  EXPECT_EQ(right, 200);
}

}  // namespace
}  // namespace dcnsim
