// SPDX-License-Identifier: Apache-2.0
// Batches that share weights, queued one behind the other: values as the reference executor has
// them, time as it is predicted.
#include <gtest/gtest.h>

#include <cstring>
#include <tuple>

#include "models/arch/accelerator_yaml.h"
#include "tests/platform/random_system.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/fresh_kernel.h"
#include "tests/tlm/checked_wiring.h"
#include "workloads/executor.h"

namespace dcnsim {
namespace {

Program compiled(const FixedNetwork& network, const AcceleratorConfig& config, int batch,
                 int sets) {
  std::vector<Descriptor> layers = describe(network, config.accumulator);
  for (Descriptor& layer : layers) layer.batch = batch;
  return assemble(network, config, map_network(network, layers, config, lpddr4_3200(), {}), sets);
}

std::vector<DescriptorList> lists_of(const Program& program, std::size_t jobs) {
  std::vector<DescriptorList> lists;
  for (std::size_t job = 0; job < jobs; ++job) {
    const int set = static_cast<int>(job) % program.sets;
    lists.push_back({descriptors(program, set), program.list_address(set)});
  }
  return lists;
}

std::uint64_t cycles_of(const std::vector<LayerCounters>& layers) {
  std::uint64_t cycles = 0;
  for (const LayerCounters& layer : layers) cycles += layer.cycles;
  return cycles;
}

class BatchTest : public FreshKernel,
                  public testing::WithParamInterface<std::tuple<unsigned, Transport>> {};

TEST_P(BatchTest, every_image_is_executed_and_takes_what_is_evaluated) {
  const auto [seed, transport] = GetParam();
  RandomNetwork random(seed);
  const FixedNetwork network = random_network(random, seed);
  AcceleratorConfig config = random_machine(random);
  config.dram.capacity_bytes = 64 << 20;
  const int batch = random.pick(1, 4), sets = random.pick(2, 3);
  const Program program = compiled(network, config, batch, sets);
  CheckedWiring wiring;
  SimulationOptions options;
  options.transport = transport;
  options.wiring = &wiring;
  Simulation simulation(config, lpddr4_3200(), program, options);

  constexpr std::size_t kJobs = 5;
  std::vector<std::vector<CodeTensor>> batches(kJobs);
  for (std::vector<CodeTensor>& one : batches) {
    for (int i = 0; i < batch; ++i) one.push_back(random.image(network));
  }
  const BatchStream stream = simulation.run_queue(batches);
  ASSERT_EQ(stream.batches.size(), kJobs);
  Executor executor(network, config.accumulator);
  std::uint64_t cycles = 0;
  for (std::size_t job = 0; job < kJobs; ++job) {
    std::uint64_t overflows = 0, expected_overflows = 0;
    for (int i = 0; i < batch; ++i) {
      const auto image = static_cast<std::size_t>(i);
      const Activations& expected = executor.run(batches[job][image]);
      EXPECT_EQ(stream.outputs[job][image], expected.layers.back()) << job << ' ' << i;
      expected_overflows += expected.overflows;
      if (job + 1 < kJobs) continue;
      for (std::size_t l = 0; l < network.layers.size(); ++l) {
        const int set = static_cast<int>(job) % sets;
        ASSERT_EQ(simulation.layer_output(l, i, set), expected.layers[l]) << l << ' ' << i;
      }
    }
    for (const LayerCounters& layer : stream.batches[job]) overflows += layer.overflows;
    EXPECT_EQ(overflows, expected_overflows) << job;
    cycles += cycles_of(stream.batches[job]);
  }
  EXPECT_EQ(stream.cycles, cycles) << "latency and intervals are all there is";
  if (transport != Transport::kLooselyTimed) return;
  const auto evaluated = evaluate_queue(lists_of(program, kJobs), config, lpddr4_3200());
  for (std::size_t job = 0; job < kJobs; ++job) {
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      const LayerCounters expected = without_data(stream.batches[job][l]);
      EXPECT_EQ(evaluated[job][l].cycles, expected.cycles) << job << ' ' << l;
      EXPECT_EQ(std::memcmp(&evaluated[job][l], &expected, sizeof expected), 0) << job << ' ' << l;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(RandomSystems, BatchTest,
                         testing::Combine(testing::Range(1u, 41u),
                                          testing::Values(Transport::kLooselyTimed,
                                                          Transport::kApproximatelyTimed)));

/// A layer by itself, as a network.
FixedNetwork one_layer(const ConvShape& shape) {
  FixedNetwork network;
  network.name = "layer";
  network.input = shape.in;
  network.input_format = {8, 0, true, false};
  FixedLayer layer;
  layer.node.name = "conv";
  layer.node.input = kNetworkInput;
  layer.node.conv = shape;
  layer.weight = {8, 0, true, false};
  layer.requant.out = {8, 0, true, false};
  layer.weights.assign(
      static_cast<std::size_t>(shape.out_channels) * static_cast<std::size_t>(shape.reduction()),
      0);
  layer.bias.resize(static_cast<std::size_t>(shape.out_channels));
  network.layers.push_back(layer);
  return network;
}

/// Cycles from the end of a batch to that of the next.
std::uint64_t interval(const FixedNetwork& network, int batch, int bus_bytes = 8) {
  AcceleratorConfig config =
      load_accelerator(DCNSIM_SOURCE_DIR "/models/arch/presets/small_edge.yaml");
  config.dram.refreshes = false;  // it strikes anyone
  config.dma.bus_bytes = bus_bytes;
  const Program program = compiled(network, config, batch, 2);
  return cycles_of(evaluate_queue(lists_of(program, 3), config, lpddr4_3200()).back());
}

ConvShape conv(const Shape& in, int out_channels, int kernel) {
  ConvShape shape;
  shape.in = in;
  shape.out_channels = out_channels;
  shape.kernel_h = shape.kernel_w = kernel;
  shape.pad_top = shape.pad_left = shape.pad_bottom = shape.pad_right = kernel / 2;
  return shape;
}

TEST(Batch, gains_where_weights_are_what_is_waited_for) {
  const FixedNetwork fully_connected = one_layer(conv({1, 1, 1024}, 512, 1));
  const std::uint64_t one = interval(fully_connected, 1, 2);
  EXPECT_LT(interval(fully_connected, 4, 2), one + one / 10) << "weights of one, with " << one;
  // With a wider bus the array, which has one pixel of each image for every pass, is next.
  EXPECT_LT(interval(fully_connected, 4), 3 * interval(fully_connected, 1));
}

TEST(Batch, loses_nothing_where_the_array_is) {
  const FixedNetwork convolution = one_layer(conv({16, 16, 64}, 64, 3));
  EXPECT_LE(interval(convolution, 4), 4 * interval(convolution, 1));
}

TEST(Batch, of_one_is_as_none) {
  RandomNetwork random(4);
  const FixedNetwork network = random_network(random, 4);
  const AcceleratorConfig config = random_machine(random);
  const Program none = compiled(network, config, 0, 1), one = compiled(network, config, 1, 1);
  const Program plain = compile(network, config, lpddr4_3200());
  EXPECT_EQ(none.image, plain.image);
  EXPECT_EQ(none.memory_bytes, plain.memory_bytes);
  const auto expected = evaluate(descriptors(plain), 0, config, lpddr4_3200());
  const auto evaluated = evaluate(descriptors(one), 0, config, lpddr4_3200());
  for (std::size_t l = 0; l < expected.size(); ++l) {
    EXPECT_EQ(std::memcmp(&expected[l], &evaluated[l], sizeof expected[l]), 0) << l;
  }
}

TEST(Batch, that_memory_cannot_hold_is_refused) {
  RandomNetwork random(4);
  const FixedNetwork network = random_network(random, 4);
  AcceleratorConfig config = random_machine(random);
  const Program one = compiled(network, config, 1, 1);
  config.dram.capacity_bytes = static_cast<std::int64_t>(one.memory_bytes);
  EXPECT_NO_THROW(compiled(network, config, 1, 1));
  EXPECT_THROW(compiled(network, config, 1, 2), std::runtime_error);
  EXPECT_THROW(compiled(network, config, 2, 1), std::runtime_error);
}

}  // namespace
}  // namespace dcnsim
