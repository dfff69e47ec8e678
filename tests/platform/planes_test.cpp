// SPDX-License-Identifier: Apache-2.0
// Maps in planes of channel segments, simulated: codes as the executor's, cycles and bytes as
// evaluated, predicted and counted by the naive machine.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <tuple>

#include "models/perf/tile_cuts.h"
#include "tests/platform/random_system.h"
#include "tests/support/all_tilings.h"
#include "tests/support/classes.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/tries.h"
#include "tests/tlm/rewriting_wiring.h"
#include "workloads/executor.h"

namespace dcnsim {
namespace {

/// A network on a machine, with tilings drawn at random, as the best are often of one tile.
struct System {
  FixedNetwork network;
  AcceleratorConfig config;
  Program program;

  explicit System(unsigned seed) {
    RandomNetwork random(seed);
    network = random_network(random, seed);
    config = random_machine(random);
    MapperOptions options;
    for (const FixedLayer& layer : network.layers) {
      if (seed % 4 != 0 && random.chance(3))
        options.request.layers[layer.node.name].keep_output = false;
    }
    std::vector<LayerMapping> mappings =
        map_network(network, in_planes(random, network, config), config, lpddr4_3200(), options);
    std::mt19937 engine(seed);
    for (LayerMapping& mapping : mappings) {
      Descriptor& d = mapping.descriptor;
      d.tiling = random_legal_tiling(d, config, engine).value_or(d.tiling);
    }
    program = assemble(network, config, mappings);
  }
};

constexpr int kSystemsOfPlanes = 300;

class PlanesTest : public FreshKernel,
                   public testing::WithParamInterface<std::tuple<unsigned, Transport>> {};

TEST_P(PlanesTest, executes_every_code_and_takes_what_is_evaluated) {
  const auto [seed, transport] = GetParam();
  if (seed > static_cast<unsigned>(tries(kSystemsOfPlanes))) GTEST_SKIP();
  const System system(seed);
  CheckedWiring wiring;
  SimulationOptions options;
  options.transport = transport;
  options.wiring = &wiring;
  Simulation simulation(system.config, lpddr4_3200(), system.program, options);
  RandomNetwork random(seed);
  const CodeTensor image = random.image(system.network);
  const Inference result = simulation.run(image);
  Executor executor(system.network, system.config.accumulator);
  const Activations& expected = executor.run(image);
  for (std::size_t l = 0; l < system.network.layers.size(); ++l) {
    ASSERT_EQ(simulation.layer_output(l), expected.layers[l]) << "layer " << l;
  }
  expect_predicted(system.program, system.config, result);
  if (transport != Transport::kLooselyTimed) return;
  expect_evaluated(system.program, system.config, result);
  expect_counted_naively(system.program, system.config, result);
}

INSTANTIATE_TEST_SUITE_P(RandomSystems, PlanesTest,
                         testing::Combine(testing::Range(1u, kSystemsOfPlanes + 1u),
                                          testing::Values(Transport::kLooselyTimed,
                                                          Transport::kApproximatelyTimed)));

TEST(RandomSystems, have_maps_in_planes_of_all_kinds) {
  const auto several = [](int channels, int segment) { return segment != 0 && segment < channels; };
  const auto from_planes = [=](const Descriptor& d) {
    return several(d.input_shape().channels, d.input_segment);
  };
  const auto to_planes = [=](const Descriptor& d) {
    return several(d.output_shape().channels, d.output_segment);
  };
  std::vector<CaseClass<Descriptor>> classes = {
      {"channel tiles of whole planes, pixels outside",
       [=](const Descriptor& d) {
         return tiles_are_planes(d) && pixel_tile_count(d) > 1 && pixels_outside(d);
       }},
      {"channel tiles of whole planes, weights outside",
       [=](const Descriptor& d) { return tiles_are_planes(d) && !pixels_outside(d); }},
      {"channel tiles of parts of planes",
       [=](const Descriptor& d) {
         return to_planes(d) && channel_tile_count(d) > 1 && !tiles_are_planes(d);
       }},
      {"a smaller last plane of the input",
       [=](const Descriptor& d) {
         return from_planes(d) && d.input_shape().channels % d.input_segment != 0;
       }},
      {"a smaller last plane of the output",
       [=](const Descriptor& d) {
         return to_planes(d) && d.output_shape().channels % d.output_segment != 0;
       }},
      {"groups from planes",
       [=](const Descriptor& d) { return d.conv.groups > 1 && from_planes(d); }},
      {"tiles of strips that end inside a bus word",
       [=](const Descriptor& d) {
         const int channels = d.output_segment == 0 ? d.output_shape().channels : d.output_segment;
         return d.output_strip != 0 && d.tiling.tile_w < d.output_shape().width &&
                d.tiling.tile_w * channels * d.requant.out.bits % 32 != 0;
       }},
      {"windows over several strips",
       [=](const Descriptor& d) {
         return d.kind == LayerKind::kConv && d.input_strip != 0 && d.conv.kernel_w > d.input_strip;
       }},
      {"codes of two bytes in planes",
       [=](const Descriptor& d) { return to_planes(d) && d.requant.out.bits > 8; }},
      {"an operand on chip, one in planes", [=](const Descriptor& d) {
         return d.kind == LayerKind::kAdd && d.input_on_chip &&
                several(d.add.channels, d.input2_segment);
       }}};
  for (const LayerKind kind : {LayerKind::kConv, LayerKind::kPool, LayerKind::kAdd}) {
    const std::string name(to_string(kind));
    classes.push_back({name + " from planes",
                       [=](const Descriptor& d) { return d.kind == kind && from_planes(d); }});
    classes.push_back(
        {name + " to planes", [=](const Descriptor& d) { return d.kind == kind && to_planes(d); }});
  }
  Census<Descriptor> census(classes);
  for (unsigned seed = 1; seed <= unsigned{kSystemsOfPlanes}; ++seed) {
    for (const ProgramLayer& layer : System(seed).program.layers) {
      ASSERT_NO_THROW(validate(layer.descriptor));
      census.count(layer.descriptor);
    }
  }
  census.expect_each(3);
}

}  // namespace
}  // namespace dcnsim
