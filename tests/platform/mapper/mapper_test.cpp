// SPDX-License-Identifier: Apache-2.0
// Whole networks: the mapper's plan of what stays on chip against trying every plan, and machines
// that grow.
#include "platform/compiler/mapper/mapper.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <stdexcept>

#include "models/arch/accelerator_config.h"
#include "models/perf/buffer_need.h"
#include "models/perf/tile_cuts.h"
#include "platform/compiler/describe.h"
#include "platform/compiler/mapper/layer_work.h"
#include "platform/compiler/mapper/mapping_memory.h"
#include "platform/compiler/mapper/search.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/network_layers.h"
#include "tests/support/preset.h"
#include "tests/support/random_network.h"

namespace dcnsim {
namespace {

Score sum(const std::vector<LayerMapping>& mappings) {
  Score sum;
  for (const LayerMapping& mapping : mappings) sum = sum + mapping.search.best.front().score;
  return sum;
}

AcceleratorConfig random_small_machine(RandomNetwork& random) {
  AcceleratorConfig config = preset("small_edge");
  config.array.rows = config.array.columns = 4 << random.pick(0, 2);
  for (BufferConfig* buffer :
       {&config.input_buffer, &config.weight_buffer, &config.output_buffer}) {
    buffer->capacity_bytes = 8192 << random.pick(0, 2);
  }
  config.dma.bus_bytes = 4 << random.pick(0, 2);
  config.mapping.objective = random.chance(2) ? Objective::kLatency : Objective::kTraffic;
  return config;
}

TEST(Mapper, keeps_on_chip_what_makes_the_sum_least) {
  RandomNetwork random(2);
  int kept = 0;
  for (int i = 0; i < 25; ++i) {
    const FixedNetwork network = random.make();
    const AcceleratorConfig config = random_small_machine(random);
    const std::vector<Descriptor> layers = describe(network, config.accumulator);
    MappingMemory memory;
    MapperOptions options;
    options.cache = &memory;
    const std::vector<LayerMapping> chosen =
        map_network(network, layers, config, lpddr4_3200(), options);
    for (const LayerMapping& mapping : chosen) kept += mapping.descriptor.output_on_chip ? 1 : 0;

    for (unsigned plan = 0; plan < 1u << (layers.size() - 1); ++plan) {
      for (std::size_t l = 0; l < layers.size(); ++l) {
        options.request.layers[network.layers[l].node.name].keep_output = (plan >> l & 1) != 0;
      }
      try {
        const Score other = sum(map_network(network, layers, config, lpddr4_3200(), options));
        EXPECT_FALSE(other < sum(chosen)) << i << " plan " << plan;
      } catch (const std::runtime_error&) {
        EXPECT_NE(plan, 0u) << "everything through memory is always possible";
      }
    }
  }
  EXPECT_GT(kept, 20);
}

TEST(Mapper, that_keeps_maps_on_chip_moves_fewer_bytes) {
  AcceleratorConfig config = preset("small_edge");
  config.mapping.objective = Objective::kTraffic;
  RandomNetwork random(3);
  int fewer = 0;
  for (int i = 0; i < 20; ++i) {
    const FixedNetwork network = random.make();
    const std::vector<Descriptor> layers = describe(network, config.accumulator);
    MapperOptions options;
    const auto chosen = map_network(network, layers, config, lpddr4_3200(), options);
    for (const FixedLayer& layer : network.layers) {
      options.request.layers[layer.node.name].keep_output = false;
    }
    const auto through_memory = map_network(network, layers, config, lpddr4_3200(), options);
    EXPECT_LE(sum(chosen).first, sum(through_memory).first);
    fewer += sum(chosen).first < sum(through_memory).first ? 1 : 0;
  }
  EXPECT_GT(fewer, 10);
}

TEST(Mapper, keeps_no_output_that_another_layer_reads_too) {
  AcceleratorConfig config = preset("small_edge");
  config.mapping.objective = Objective::kTraffic;
  RandomNetwork random(5);
  int kept = 0, shared = 0;
  for (int i = 0; i < 10; ++i) {
    const FixedNetwork network = random.residual();
    const auto mappings =
        map_network(network, describe(network, config.accumulator), config, lpddr4_3200(), {});
    for (std::size_t l = 0; l < mappings.size(); ++l) {
      int readers = 0;
      for (const FixedLayer& other : network.layers) {
        readers += other.node.input == static_cast<int>(l) ? 1 : 0;
        readers += other.node.kind == LayerKind::kAdd && other.node.input2 == static_cast<int>(l);
      }
      const bool stays = mappings[l].descriptor.output_on_chip;
      EXPECT_FALSE(stays && readers != 1) << i << ", layer " << l;
      kept += stays ? 1 : 0;
      shared += readers > 1 ? 1 : 0;
    }
  }
  EXPECT_GT(kept, 5);
  EXPECT_GT(shared, 2);
}

/// One network after the other that differ in the width of a layer, as allocations do.
TEST(Mapper, chooses_the_same_whatever_it_has_mapped_before) {
  RandomNetwork random(8);
  int compared = 0;
  for (int i = 0; i < 20; ++i) {
    const FixedNetwork network = random.residual();
    const AcceleratorConfig config = random_small_machine(random);
    std::vector<Descriptor> layers = describe(network, config.accumulator);
    MappingMemory memory;
    MapperOptions remembering;
    remembering.cache = &memory;
    for (std::size_t l = 0; l + 1 < layers.size(); ++l) {
      const int bits = random.pick(2, 8);
      layers[l].requant.out.bits = bits;
      for (std::size_t reader = l + 1; reader < layers.size(); ++reader) {
        const LayerNode& node = network.layers[reader].node;
        if (node.input == static_cast<int>(l)) layers[reader].input.bits = bits;
        if (node.kind == LayerKind::kAdd && node.input2 == static_cast<int>(l)) {
          layers[reader].input2.bits = bits;
        }
      }
      const auto anew = map_network(network, layers, config, lpddr4_3200(), {});
      const auto again = map_network(network, layers, config, lpddr4_3200(), remembering);
      for (std::size_t m = 0; m < layers.size(); ++m) {
        EXPECT_EQ(encode(again[m].descriptor), encode(anew[m].descriptor)) << i << ", layer " << m;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 200);
}

/// One machine after the other that differ in what their buffers hold, as those of a sweep do: from
/// such as hold few tiles to such as hold any. Half of the networks have their searches remembered,
/// too.
TEST(Mapper, chooses_the_same_whatever_is_known_of_machines_with_other_buffers) {
  RandomNetwork random(9);
  int compared = 0, too_small = 0;
  std::array<int, 2> alike{}, others{};  // by whether searches are remembered
  for (int i = 0; i < 40; ++i) {
    const FixedNetwork network = random.residual();
    AcceleratorConfig config = random_small_machine(random);
    const std::array capacities{
        &config.input_buffer.capacity_bytes, &config.weight_buffer.capacity_bytes,
        &config.output_buffer.capacity_bytes, &config.accumulator_buffer_bytes};
    for (std::int64_t* bytes : capacities) *bytes /= 64;
    const std::vector<Descriptor> layers = describe(network, config.accumulator);
    LayerWorks works(config);
    MappingMemory memory;
    MapperOptions knowing;
    knowing.works = &works;
    const bool remembers = i % 2 == 0;
    if (remembers) knowing.cache = &memory;
    std::vector<LayerMapping> before;
    for (int m = 0; m < 6; ++m) {
      for (std::int64_t* bytes : capacities) *bytes *= random.pick(1, 3);
      std::vector<LayerMapping> anew;
      try {
        anew = map_network(network, layers, config, lpddr4_3200(), {});
      } catch (const std::runtime_error&) {
        EXPECT_THROW(map_network(network, layers, config, lpddr4_3200(), knowing),
                     std::runtime_error);
        ++too_small;
        continue;
      }
      const auto known = map_network(network, layers, config, lpddr4_3200(), knowing);
      for (std::size_t l = 0; l < layers.size(); ++l) {
        EXPECT_EQ(encode(known[l].descriptor), encode(anew[l].descriptor)) << i << ", layer " << l;
        EXPECT_EQ(known[l].search.evaluated, anew[l].search.evaluated) << i << ", layer " << l;
        EXPECT_EQ(known[l].search.given_up, anew[l].search.given_up) << i << ", layer " << l;
        EXPECT_EQ(known[l].search.best.front().counters.cycles,
                  anew[l].search.best.front().counters.cycles)
            << i << ", layer " << l;
        ++compared;
        if (before.empty()) continue;
        const bool is_alike = encode(known[l].descriptor) == encode(before[l].descriptor);
        ++(is_alike ? alike : others)[remembers ? 1 : 0];
      }
      before = known;
    }
  }
  EXPECT_GT(compared, 300);
  EXPECT_GT(too_small, 10);
  for (const int count : alike) EXPECT_GT(count, compared / 10) << "what is known is of use";
  for (const int count : others) EXPECT_GT(count, compared / 20) << "and machines differ";
}

/// Two layers that differ in nothing but this.
TEST(Mapper, cuts_sums_that_saturate_only_where_they_cannot) {
  AcceleratorConfig config = preset("small_edge");
  config.accumulator.overflow = Overflow::kSaturate;
  config.input_buffer.capacity_bytes = 4096;
  Descriptor d;
  d.conv.in = {16, 16, 128};
  d.conv.out_channels = 128;
  d.conv.kernel_h = d.conv.kernel_w = 3;
  d.conv.pad_top = d.conv.pad_bottom = d.conv.pad_left = d.conv.pad_right = 1;
  FixedNetwork network;
  network.input = d.input_shape();
  network.input_format = d.input;
  for (const int input : {kNetworkInput, 0}) {
    FixedLayer& layer = network.layers.emplace_back();
    layer.node.name = "conv" + std::to_string(input + 1);
    layer.node.input = input;
    layer.node.conv = d.conv;
    layer.requant = d.requant;
  }
  std::array<Descriptor, 2> layers{d, d};
  for (std::size_t proved = 0; proved < 2; ++proved) {
    layers[proved].proved = true;
    layers[1 - proved].proved = false;
    MapperOptions options;
    // Both maps in memory, so that nothing else tells them apart.
    for (const FixedLayer& layer : network.layers) {
      options.request.layers[layer.node.name].keep_output = false;
      options.request.layers[layer.node.name].output_segment = config.array.columns;
    }
    const auto mappings =
        map_network(network, {layers[0], layers[1]}, config, lpddr4_3200(), options);
    const Descriptor& free = mappings[proved].descriptor;
    const Descriptor& bound = mappings[1 - proved].descriptor;
    EXPECT_LT(tile_inputs_of_group(free), 128) << proved;
    EXPECT_EQ(tile_inputs_of_group(bound), 128) << proved;
    EXPECT_EQ(why_illegal(bound, config), "") << proved;
  }
}

TEST(Mapper, gives_equal_results_with_and_without_a_cache) {
  RandomNetwork random(4);
  for (int i = 0; i < 10; ++i) {
    const FixedNetwork network = random.make();
    const AcceleratorConfig config = random_small_machine(random);
    const std::vector<Descriptor> layers = describe(network, config.accumulator);
    MapperOptions options;
    const auto first = map_network(network, layers, config, lpddr4_3200(), options);
    MappingMemory memory;
    options.cache = &memory;
    for (int n = 0; n < 2; ++n) {
      const auto again = map_network(network, layers, config, lpddr4_3200(), options);
      for (std::size_t l = 0; l < layers.size(); ++l) {
        EXPECT_EQ(encode(again[l].descriptor), encode(first[l].descriptor));
        EXPECT_EQ(again[l].search.evaluated, first[l].search.evaluated);
      }
    }
  }
}

/// The network's score on a machine.
double cycles(const AcceleratorConfig& config, const DramSpec& dram,
              const std::vector<Descriptor>& layers) {
  const EnergyModel none;
  MappingSearch search(config, dram, none);
  double sum = 0;
  for (const Descriptor& layer : layers) sum += search.best(layer, {}, 1).best.front().score.first;
  return sum;
}

// Alignment and the phase of refreshes may cost a wider or faster machine a little. Larger buffers
// lead to other tilings, whose neighbours of unbalanced sizes are others too.
constexpr double kTolerance = 1.01, kBufferTolerance = 1.001;

TEST(LargerMachine, is_not_slower) {
  const std::vector<KnownLayer> all = layers_of(
      std::string(DCNSIM_SOURCE_DIR) + "/workloads/networks/cifar10_plain7_float.onnx.gz", 8);
  const std::vector<Descriptor> layers{all[0].descriptor, all[2].descriptor, all.back().descriptor};
  std::map<std::array<int, 3>, double> grid;
  for (const int buffers : {0, 1, 2}) {
    for (const int bus : {0, 1, 2}) {
      for (const int memory : {0, 1, 2}) {
        AcceleratorConfig config = preset("small_edge");
        for (BufferConfig* buffer :
             {&config.input_buffer, &config.weight_buffer, &config.output_buffer}) {
          buffer->capacity_bytes <<= buffers;
        }
        config.accumulator_buffer_bytes <<= buffers;
        config.dma.bus_bytes = 4 << bus;
        config.dram.channels = 1 << memory;
        grid[{buffers, bus, memory}] = cycles(config, lpddr4_3200(), layers);
      }
    }
  }
  for (const auto& [at, value] : grid) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      auto larger = at;
      ++larger[axis];
      const auto next = grid.find(larger);
      if (next == grid.end()) continue;
      EXPECT_LE(next->second, value * (axis == 0 ? kBufferTolerance : kTolerance))
          << at[0] << " " << at[1] << " " << at[2] << ", axis " << axis;
    }
  }
}

}  // namespace
}  // namespace dcnsim
