// SPDX-License-Identifier: Apache-2.0
// Random machines and networks to simulate, and what a simulation's counters are compared with.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "models/perf/counter_fields.h"
#include "models/perf/evaluate.h"
#include "models/perf/prediction.h"
#include "platform/compiler/describe.h"
#include "platform/standalone/simulation.h"
#include "tests/oracle/run_naively.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/random_datapath.h"
#include "tests/support/random_network.h"

namespace dcnsim {

inline AcceleratorConfig random_machine(RandomNetwork& random) {
  AcceleratorConfig c;
  c.name = "random";
  c.clock_mhz = random.pick(100, 999);
  c.array = random_datapath(random);
  c.array.columns = 8 * random.pick(1, 4);
  // Rows of lanes or fused bricks take several steps of a reduction each.
  c.array.rows = random.pick(1, c.array.datapath == DatapathFamily::kBitParallel ? 20 : 6);
  if (random.chance(4)) c.array.reduction = Reduction::kChannels;
  if (random.chance(4) && c.array.dataflow == Dataflow::kWeightStationary) {
    c.array.weight_load = WeightLoad::kExposed;
  }
  if (random.chance(4)) c.overhead = {random.pick(0, 300), random.pick(0, 20)};
  c.array.lanes = 1 << random.pick(0, 2);
  c.accumulator.bits = random.chance(3) ? random.pick(20, 48) : 32;
  c.accumulator.overflow = random.chance(2) ? Overflow::kWrap : Overflow::kSaturate;
  const auto buffer = [&](int kibibytes) {
    return BufferConfig{1024 * std::int64_t{kibibytes}, 64, 1 << random.pick(0, 2),
                        random.chance(2)};
  };
  c.input_buffer = buffer(8 << random.pick(0, 2));
  c.weight_buffer = buffer(8 << random.pick(0, 2));
  c.output_buffer = buffer(4 << random.pick(0, 2));
  c.accumulator_buffer_bytes = 16 * 1024;
  c.dma.bus_bytes = 1 << random.pick(0, 4);
  c.dma.max_burst_bytes = 64 << random.pick(0, 6);
  c.dma.outstanding = random.pick(1, 16);
  c.dram.preset = "lpddr4";
  c.dram.capacity_bytes = 4 << 20;
  c.dram.channels = 1 << random.pick(0, 1);
  if (random.chance(5)) c.share(buffer(16 << random.pick(0, 2)));
  c.mapping.objective = random.chance(2) ? Objective::kLatency : Objective::kTraffic;
  return c;
}

inline FixedNetwork random_network(RandomNetwork& random, unsigned seed) {
  return seed % 4 == 0 ? random.residual() : seed % 8 == 2 ? random.joined() : random.make();
}

/// Descriptors with planes and strips for every map that has none, as its producer and all its
/// readers have it; those of the input are as the host packs it. Half of the planes there are have
/// `width` channels.
inline std::vector<Descriptor> in_planes(RandomNetwork& random, const FixedNetwork& network,
                                         const AcceleratorConfig& config, int width = 8) {
  std::vector<Descriptor> layers = describe(network, config.accumulator);
  const auto segment = [&](int channels) {
    return random.chance(4) ? 0 : std::min(channels, random.chance(2) ? width : random.pick(1, 20));
  };
  const auto strip = [&](int columns) { return random.chance(2) ? 0 : random.pick(1, columns); };
  struct Cuts {
    int segment, strip;
  };
  const Cuts image{segment(network.input.channels), strip(network.input.width)};
  // Of maps that are read or written in part the planes are given.
  const auto lay = [](int& planes, int& strips, const Cuts& cuts, int channels) {
    if (planes != 0) return;
    planes = std::min(cuts.segment, channels);
    strips = cuts.strip;
  };
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const LayerNode& node = network.layers[i].node;
    Descriptor& d = layers[i];
    const auto written = [&](int producer) {
      if (producer == kNetworkInput) return image;
      const Descriptor& by = layers[static_cast<std::size_t>(producer)];
      return Cuts{by.output_segment, by.output_strip};
    };
    lay(d.input_segment, d.input_strip, written(node.input),
        node.view.real_channels(node.input_shape()));
    if (node.kind == LayerKind::kAdd) {
      lay(d.input2_segment, d.input2_strip, written(node.input2),
          node.view2.real_channels(node.add));
    }
    const Shape out = d.output_shape();
    lay(d.output_segment, d.output_strip, {segment(out.channels), strip(out.width)}, out.channels);
  }
  return layers;
}

/// The counters without SystemC and values are those of the simulation.
inline void expect_evaluated(const Program& program, const AcceleratorConfig& config,
                             const Inference& simulated) {
  const std::vector<LayerCounters> evaluated =
      evaluate(descriptors(program), program.descriptor_address, config, lpddr4_3200());
  ASSERT_EQ(evaluated.size(), simulated.layers.size());
  for (std::size_t i = 0; i < evaluated.size(); ++i) {
    const LayerCounters expected = without_data(simulated.layers[i]);
    EXPECT_EQ(evaluated[i].cycles, expected.cycles) << i;
    EXPECT_EQ(std::memcmp(&evaluated[i], &expected, sizeof expected), 0) << i;
  }
}

/// And those of a second machine, which shares nothing with the first.
inline void expect_counted_naively(const Program& program, const AcceleratorConfig& config,
                                   const Inference& simulated) {
  const std::vector<oracle::NaiveLayer> naive =
      oracle::run_naively(descriptors(program), program.descriptor_address, config, lpddr4_3200());
  for (std::size_t i = 0; i < naive.size(); ++i) {
    SCOPED_TRACE("layer " + std::to_string(i));
    oracle::expect_counts(simulated.layers[i], naive[i].counts, DependsOn::kTime);
  }
}

/// What does not depend on time or data is as predicted.
inline void expect_predicted(const Program& program, const AcceleratorConfig& config,
                             const Inference& simulated) {
  for (std::size_t i = 0; i < program.layers.size(); ++i) {
    LayerCounters rest = simulated.layers[i];
    visit_counters(
        [](const CounterField& field, std::uint64_t& count) {
          if (field.depends_on != DependsOn::kWork) count = 0;
        },
        rest);
    const LayerCounters predicted = predicted_counters(program.layers[i].descriptor, config);
    EXPECT_EQ(rest.stream_bytes, predicted.stream_bytes) << i;
    EXPECT_EQ(std::memcmp(&rest, &predicted, sizeof rest), 0) << i;
  }
}

}  // namespace dcnsim
