// SPDX-License-Identifier: Apache-2.0
// The SystemC system against the reference executor and the compiler's predictions, on random
// networks and machines.
#include "platform/standalone/simulation.h"

#include <gtest/gtest.h>

#include <cstring>
#include <tuple>

#include "models/arch/memory_layout.h"
#include "models/perf/attribution.h"
#include "tests/platform/random_system.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/tries.h"
#include "tests/tlm/rewriting_wiring.h"
#include "workloads/executor.h"

namespace dcnsim {
namespace {

/// A network of free scales, and a machine for it whose multipliers mostly have fewer bits.
void make_affine(unsigned seed, FixedNetwork& network, AcceleratorConfig& config) {
  RandomNetwork(seed).make_affine(network, 31);
  if (seed % 5 == 1) RandomNetwork::round_twice(network, 31);
  config.requantizer = RequantizerKind::kMultiplier;
  config.accumulator.multiplier_bits = 8 + static_cast<int>(seed % 25);
}

/// Whether the convolutions of a system count thresholds.
bool counts_thresholds(unsigned seed) { return seed % 5 == 3; }

constexpr int kSystems = 160;

class SimulationTest : public FreshKernel,
                       public testing::WithParamInterface<std::tuple<unsigned, Transport>> {};

TEST_P(SimulationTest, equals_the_executor_and_the_compilers_prediction) {
  const auto [seed, transport] = GetParam();
  if (seed > static_cast<unsigned>(tries(kSystems))) GTEST_SKIP();
  RandomNetwork random(seed);
  FixedNetwork network = random_network(random, seed);
  if (seed % 3 == 0) RandomNetwork(seed).bound(network);
  AcceleratorConfig config = random_machine(random);
  if (seed % 5 < 2) make_affine(seed, network, config);
  if (counts_thresholds(seed)) {
    RandomNetwork(seed).count_thresholds(network, config.accumulator.bits);
  }
  ASSERT_NO_THROW(validate(network));
  const Program program = compile(network, config, lpddr4_3200());
  Executor executor(network, config.accumulator);
  CheckedWiring wiring;
  SimulationOptions options;
  options.transport = transport;
  options.wiring = &wiring;
  Simulation simulation(config, lpddr4_3200(), program, options);

  Inference first;
  for (int i = 0; i < 3; ++i) {
    const CodeTensor image = random.image(network);
    const Inference result = simulation.run(image);
    const Activations& expected = executor.run(image);
    ASSERT_EQ(result.layers.size(), network.layers.size());
    std::uint64_t overflows = 0;
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      ASSERT_EQ(simulation.layer_output(l), expected.layers[l]) << "layer " << l << " image " << i;
      overflows += result.layers[l].overflows;
    }
    EXPECT_EQ(result.output, expected.layers.back());
    EXPECT_EQ(overflows, expected.overflows);

    std::uint64_t cycles = 0;
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      const LayerCounters& counters = result.layers[l];
      const ProgramLayer& predicted = program.layers[l];
      EXPECT_EQ(counters.macs, predicted.descriptor.macs()) << "layer " << l;
      const Descriptor& d = predicted.descriptor;
      EXPECT_EQ(counters.cycles, attribution(d.kind, counters).total());
      EXPECT_EQ(counters.stream_bytes[Stream::kOutput],
                d.output_on_chip
                    ? 0u
                    : static_cast<std::uint64_t>(output_layout(d, config.dma.bus_bytes).bytes()))
          << "output is written once, or stays";
      EXPECT_GE(counters.dram.read_bytes + counters.dram.write_bytes,
                counters.stream_bytes[Stream::kInput]);
      cycles += counters.cycles;
    }
    EXPECT_EQ(result.cycles, cycles);

    // Without times it comes to the same, also from another image's maps.
    const CodeTensor other = random.image(network);
    simulation.values(other);
    const Inference moved = simulation.values(image);
    EXPECT_EQ(moved.cycles, 0u) << "the memory grants a pointer";
    EXPECT_EQ(moved.output, result.output);
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      EXPECT_EQ(simulation.layer_output(l), expected.layers[l]) << "layer " << l << " image " << i;
      EXPECT_EQ(moved.layers[l].overflows, result.layers[l].overflows) << "layer " << l;
      EXPECT_EQ(moved.layers[l].input_zeros, result.layers[l].input_zeros) << "layer " << l;
    }

    // Timing does not depend on the data, nor on what ran before.
    if (i == 0) {
      first = result;
      if (transport == Transport::kLooselyTimed) {
        expect_evaluated(program, config, result);
        expect_counted_naively(program, config, result);
      }
      expect_predicted(program, config, result);
    } else {
      EXPECT_EQ(result.cycles, first.cycles);
      for (std::size_t l = 0; l < first.layers.size(); ++l) {
        EXPECT_EQ(result.layers[l].stall_cycles, first.layers[l].stall_cycles);
        EXPECT_EQ(result.layers[l].dram.activates, first.layers[l].dram.activates);
        EXPECT_EQ(result.layers[l].dram.active_ps, first.layers[l].dram.active_ps);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(RandomSystems, SimulationTest,
                         testing::Combine(testing::Range(1u, kSystems + 1u),
                                          testing::Values(Transport::kLooselyTimed,
                                                          Transport::kApproximatelyTimed)));

/// Of a network of powers of two, but for energy and area.
TEST(RandomSystems, a_multiplier_changes_nothing_for_shifts) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    RandomNetwork random(seed);
    const FixedNetwork network = random_network(random, seed);
    AcceleratorConfig config = random_machine(random);
    const Program shifting = compile(network, config, lpddr4_3200());
    config.requantizer = RequantizerKind::kMultiplier;
    const Program multiplying = compile(network, config, lpddr4_3200());
    EXPECT_EQ(multiplying.image, shifting.image);
    const auto counters = [&](const Program& program) {
      return evaluate(descriptors(program), program.descriptor_address, config, lpddr4_3200());
    };
    const std::vector<LayerCounters> a = counters(shifting), b = counters(multiplying);
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(std::memcmp(&a[i], &b[i], sizeof a[i]), 0) << seed;
      EXPECT_EQ(a[i].stream_bytes[Stream::kParameter], 0U);
    }
  }
}

TEST(RandomSystems, have_layers_of_every_kind_that_multiply) {
  int multiplying[3] = {}, twice[3] = {}, shifting = 0, narrowed = 0;
  for (unsigned seed = 1; seed <= unsigned{kSystems}; ++seed) {
    if (seed % 5 >= 2) continue;
    RandomNetwork random(seed);
    FixedNetwork network = random_network(random, seed);
    AcceleratorConfig config = random_machine(random);
    make_affine(seed, network, config);
    narrowed += config.accumulator.multiplier_bits < 31 ? 1 : 0;
    for (const FixedLayer& layer : network.layers) {
      shifting += layer.requant.multiplies ? 0 : 1;
      multiplying[static_cast<int>(layer.node.kind)] += layer.requant.multiplies ? 1 : 0;
      twice[static_cast<int>(layer.node.kind)] += layer.requant.rounding == Rounding::kTwice;
    }
  }
  for (const int count : multiplying) EXPECT_GE(count, 10);
  for (const int count : twice) EXPECT_GE(count, 3);
  EXPECT_GE(shifting, 10) << "in front of others that multiply";
  EXPECT_GE(narrowed, 10);
}

TEST(RandomSystems, have_layers_that_count_thresholds) {
  int counting = 0, pooled = 0, in_groups = 0, of_thresholds[kMaxThresholds + 1] = {};
  for (unsigned seed = 1; seed <= unsigned{kSystems}; ++seed) {
    if (!counts_thresholds(seed)) continue;
    RandomNetwork random(seed);
    FixedNetwork network = random_network(random, seed);
    RandomNetwork(seed).count_thresholds(network, 32);
    for (const FixedLayer& layer : network.layers) {
      if (!layer.requant.counts) continue;
      ++counting;
      pooled += layer.node.fused_pool > 1;
      in_groups += layer.node.conv.groups > 1;
      ++of_thresholds[layer.requant.thresholds_a_channel()];
    }
  }
  EXPECT_GE(counting, 40);
  EXPECT_GE(pooled, 3);
  EXPECT_GE(in_groups, 3);
  for (const int count : {1, 3, 7, 15}) EXPECT_GE(of_thresholds[count], 3) << count;
}

/// Machines that are bounds: an ideal memory, a DRAM without refresh, steps that overlap.
class BoundTest : public FreshKernel,
                  public testing::WithParamInterface<std::tuple<unsigned, Transport>> {};

TEST_P(BoundTest, executes_every_code_and_takes_what_is_evaluated) {
  const auto [seed, transport] = GetParam();
  RandomNetwork random(seed);
  const FixedNetwork network = random_network(random, seed);
  AcceleratorConfig config = random_machine(random);
  config.dram.refreshes = false;
  config.array.steps = ArraySteps::kOverlapped;
  if (seed % 3 != 0) config.memory = MemoryKind::kIdeal;
  if (seed % 3 == 2) config.ideal = {30, 2.5, std::nullopt};
  const Program program = compile(network, config, lpddr4_3200());
  CheckedWiring wiring;
  SimulationOptions options;
  options.transport = transport;
  options.wiring = &wiring;
  Simulation simulation(config, lpddr4_3200(), program, options);
  const CodeTensor image = random.image(network);
  const Inference result = simulation.run(image);
  Executor executor(network, config.accumulator);
  const Activations& expected = executor.run(image);
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    ASSERT_EQ(simulation.layer_output(l), expected.layers[l]) << "layer " << l;
  }
  if (transport == Transport::kLooselyTimed) expect_evaluated(program, config, result);
  expect_predicted(program, config, result);
}

INSTANTIATE_TEST_SUITE_P(Machines, BoundTest,
                         testing::Combine(testing::Range(1u, 13u),
                                          testing::Values(Transport::kLooselyTimed,
                                                          Transport::kApproximatelyTimed)));

class StandaloneSystemTest : public FreshKernel {
 protected:
  /// One image on one of the random systems, its sockets joined by `wiring`.
  static Inference run(Wiring& wiring) {
    RandomNetwork random(1);
    const FixedNetwork network = random_network(random, 1);
    const AcceleratorConfig config = random_machine(random);
    const Program program = compile(network, config, lpddr4_3200());
    SimulationOptions options;
    options.wiring = &wiring;
    return Simulation(config, lpddr4_3200(), program, options).run(random.image(network));
  }
};

TEST_F(StandaloneSystemTest, every_binding_is_watched_and_used) {
  CheckedWiring wiring;
  run(wiring);
  EXPECT_EQ(wiring.bindings().size(), 4u)
      << "host and DMA to the bus, the bus to DRAM and registers";
  EXPECT_EQ(wiring.idle_bindings(), std::vector<std::string>{});
}

TEST_F(StandaloneSystemTest, targets_that_break_a_rule_are_seen) {
  RewritingWiring wiring;
  run(wiring);
  EXPECT_EQ(wiring.take_broken_clauses(), std::set<std::string>{"14.7"});
}

TEST(RandomSystems, keep_maps_of_every_kind_of_layer_on_chip) {
  int written[3] = {}, read[3] = {};
  for (unsigned seed = 1; seed <= unsigned{kSystems}; ++seed) {
    RandomNetwork random(seed);
    const FixedNetwork network = random_network(random, seed);
    for (const ProgramLayer& layer :
         compile(network, random_machine(random), lpddr4_3200()).layers) {
      const auto kind = static_cast<std::size_t>(layer.descriptor.kind);
      written[kind] += layer.descriptor.output_on_chip ? 1 : 0;
      read[kind] += layer.descriptor.input_on_chip ? 1 : 0;
    }
  }
  for (const LayerKind kind : {LayerKind::kConv, LayerKind::kPool, LayerKind::kAdd}) {
    EXPECT_GE(written[static_cast<std::size_t>(kind)], 3) << to_string(kind);
    EXPECT_GE(read[static_cast<std::size_t>(kind)], 3) << to_string(kind);
  }
}

}  // namespace
}  // namespace dcnsim
