// SPDX-License-Identifier: Apache-2.0
// The SystemC system on schedules drawn at random instead of those that the mapper chooses: every
// code is the executor's, every count the evaluator's, the predictor's and the oracle's.
#include <gtest/gtest.h>

#include <cstring>
#include <optional>
#include <vector>

#include "models/perf/buffer_need.h"
#include "models/perf/counter_fields.h"
#include "models/perf/evaluate.h"
#include "models/perf/prediction.h"
#include "models/perf/tile_cuts.h"
#include "platform/compiler/describe.h"
#include "platform/compiler/program.h"
#include "platform/standalone/simulation.h"
#include "tests/oracle/run_naively.h"
#include "tests/support/classes.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"
#include "tests/tlm/rewriting_wiring.h"
#include "workloads/executor.h"

namespace dcnsim {
namespace {

AcceleratorConfig small_machine(RandomLayer& random) {
  AcceleratorConfig c = random.machine();
  for (BufferConfig* buffer : {&c.input_buffer, &c.weight_buffer, &c.output_buffer}) {
    buffer->banks = 1 << random.pick(0, 2);
    buffer->capacity_bytes = 1 << 17;
  }
  c.accumulator_buffer_bytes = 1 << 18;
  c.array.rows = random.pick(1, 8);
  c.array.columns = random.pick(1, 8);
  c.array.lanes = random.pick(1, 3);
  c.accumulator.overflow = random.chance(3) ? Overflow::kSaturate : Overflow::kWrap;
  c.input_buffer.double_buffered = true;
  c.output_buffer.double_buffered = random.chance(2);
  c.clock_mhz = random.pick(100, 999);
  c.dma.max_burst_bytes = 64 << random.pick(0, 6);
  c.dram.preset = "lpddr4";
  c.dram.capacity_bytes = 4 << 20;
  return c;
}

/// A network laid out with a random legal tiling of each layer.
Program random_program(RandomLayer& random, const FixedNetwork& network,
                       const AcceleratorConfig& config) {
  std::vector<LayerMapping> mappings =
      map_network(network, describe(network, config.accumulator), config, lpddr4_3200(), {});
  for (LayerMapping& mapping : mappings) {
    Descriptor& d = mapping.descriptor;
    const Tiling mapped = d.tiling;
    for (int tries = 0; tries < 40; ++tries) {
      d.tiling = random.tiling(d, config.array);
      if (step_count(d) < 2000 && why_illegal(d, config).empty()) break;
      d.tiling = mapped;
    }
  }
  return assemble(network, config, mappings);
}

bool conv(const Descriptor& d) { return d.kind == LayerKind::kConv; }

std::vector<CaseClass<Descriptor>> schedule_classes() {
  std::vector<CaseClass<Descriptor>> classes;
  for (int order = 0; order < 4; ++order) {
    classes.push_back({"pixel tiles and chunks in order " + std::to_string(order),
                       [=](const Descriptor& d) {
                         return conv(d) && static_cast<int>(d.tiling.order) == order &&
                                pixel_tile_count(d) > 1 &&
                                (order % 2 == 0 || channel_tiles_of_group(d) > 1) &&
                                chunk_count(d) > 1;
                       }});
  }
  const std::vector<CaseClass<Descriptor>> more = {
      {"tile of several groups, not all",
       [](const Descriptor& d) {
         return conv(d) && tile_groups(d) > 1 && group_tile_count(d) > 1;
       }},
      {"tile of several groups, chunks",
       [](const Descriptor& d) { return conv(d) && tile_groups(d) > 1 && chunk_count(d) > 1; }},
      {"input on chip in several tiles",
       [](const Descriptor& d) { return conv(d) && d.input_on_chip && pixel_tile_count(d) > 1; }},
      {"input on chip while sums wait",
       [](const Descriptor& d) { return d.input_on_chip && sums_wait(d); }},
      {"output on chip while sums wait",
       [](const Descriptor& d) { return d.output_on_chip && sums_wait(d); }},
      {"addition on chip in several tiles", [](const Descriptor& d) {
         return d.kind == LayerKind::kAdd && d.input_on_chip && pixel_tile_count(d) > 1;
       }}};
  classes.insert(classes.end(), more.begin(), more.end());
  return classes;
}

/// Counters that depend on neither time nor data.
LayerCounters of_work(LayerCounters counters) {
  visit_counters(
      [](const CounterField& field, std::uint64_t& count) {
        if (field.depends_on != DependsOn::kWork) count = 0;
      },
      counters);
  return counters;
}

void expect_counts(const Program& program, const AcceleratorConfig& config,
                   const Inference& simulated, Transport transport) {
  const std::vector<Descriptor> layers = descriptors(program);
  const auto naive = oracle::run_naively(layers, program.descriptor_address, config, lpddr4_3200());
  const auto evaluated = evaluate(layers, program.descriptor_address, config, lpddr4_3200());
  const bool exact = transport == Transport::kLooselyTimed;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    SCOPED_TRACE("layer " + std::to_string(l));
    const LayerCounters& counters = simulated.layers[l];
    const LayerCounters worked = of_work(counters),
                        predicted = predicted_counters(layers[l], config);
    EXPECT_EQ(std::memcmp(&worked, &predicted, sizeof worked), 0);
    oracle::expect_counts(counters, naive[l].counts, exact ? DependsOn::kTime : DependsOn::kWork);
    if (!exact) continue;
    const LayerCounters without = without_data(counters);
    EXPECT_EQ(std::memcmp(&evaluated[l], &without, sizeof without), 0);
  }
}

TEST(RandomSchedules, have_the_codes_of_the_executor_and_the_counts_of_evaluator_and_oracle) {
  Census<Descriptor> census(schedule_classes());
  for (unsigned seed = 1; seed <= 240 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomLayer random(seed);
    RandomNetwork networks(seed);
    const FixedNetwork network = seed % 4 == 0 ? networks.residual() : networks.make();
    const AcceleratorConfig config = small_machine(random);
    const Program program = random_program(random, network, config);
    for (const ProgramLayer& layer : program.layers) census.count(layer.descriptor);
    const CodeTensor image = networks.image(network);
    Executor executor(network, config.accumulator);
    const Activations& expected = executor.run(image);
    const Transport transport =
        seed % 2 == 0 ? Transport::kLooselyTimed : Transport::kApproximatelyTimed;
    renew_kernel();
    CheckedWiring wiring;
    SimulationOptions options;
    options.transport = transport;
    options.wiring = &wiring;
    Simulation simulation(config, lpddr4_3200(), program, options);
    const Inference result = simulation.run(image);
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      EXPECT_EQ(simulation.layer_output(l), expected.layers[l]) << "layer " << l;
    }
    expect_counts(program, config, result, transport);
  }
  if (!testing::Test::HasFailure()) census.expect_each(4);
}

}  // namespace
}  // namespace dcnsim
