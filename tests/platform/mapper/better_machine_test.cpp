// SPDX-License-Identifier: Apache-2.0
// Worse hardware never gives better figures: a layer on a random machine, behind a memory without
// limit, against the same with more of one thing or with narrower operands. Mapped as a network of
// its own, so that its maps may lie anywhere in memory.
#include <gtest/gtest.h>

#include <functional>

#include "models/arch/accelerator_config.h"
#include "platform/compiler/mapper/mapper.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/random_layer.h"

namespace dcnsim {
namespace {

AcceleratorConfig random_machine(RandomLayer& random) {
  AcceleratorConfig c;
  c.name = "random";
  c.clock_mhz = 200;
  c.array.rows = 4 << random.pick(0, 2);
  c.array.columns = random.chance(3) ? random.pick(5, 20) : 4 << random.pick(0, 2);
  c.array.dataflow = random.chance(2) ? Dataflow::kWeightStationary : Dataflow::kOutputStationary;
  c.array.weight_bits = c.array.activation_bits = 8;
  for (BufferConfig* buffer : {&c.input_buffer, &c.weight_buffer, &c.output_buffer}) {
    *buffer = {std::int64_t{2048} << random.pick(0, 3), 64, 2, true};
    buffer->separate_halves = true;
  }
  c.accumulator_buffer_bytes = std::int64_t{1024} << random.pick(0, 4);
  c.dma.bus_bytes = 4 << random.pick(0, 2);
  c.dma.max_burst_bytes = 1024;
  c.dma.outstanding = 8;
  c.memory = MemoryKind::kIdeal;
  c.ideal.latency_ns = 50;
  return c;
}

Descriptor random_conv(RandomLayer& random) {
  Descriptor d;
  const int size = random.pick(5, 30), kernel = random.chance(2) ? 3 : 1;
  d.conv.in = {size, size, random.pick(8, 160)};
  d.conv.out_channels = random.pick(8, 160);
  d.conv.kernel_h = d.conv.kernel_w = kernel;
  d.conv.pad_top = d.conv.pad_bottom = d.conv.pad_left = d.conv.pad_right = kernel / 2;
  d.conv.stride_h = d.conv.stride_w = random.chance(5) ? 2 : 1;
  for (Format* format : {&d.input, &d.weight, &d.requant.out}) {
    format->bits = random.chance(2) ? 8 : random.pick(2, 8);
  }
  d.proved = true;
  return d;
}

/// By the objective; nothing if the layer does not fit.
std::optional<double> mapped(const Descriptor& d, const AcceleratorConfig& config) {
  FixedNetwork network;
  network.input = d.input_shape();
  network.input_format = d.input;
  FixedLayer& layer = network.layers.emplace_back();
  layer.node.name = "conv";
  layer.node.conv = d.conv;
  layer.requant = d.requant;
  try {
    return map_network(network, {d}, config, lpddr4_3200(), {})
        .front()
        .search.best.front()
        .score.first;
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

struct Better {
  const char* what;
  /// False if there is nothing better.
  std::function<bool(Descriptor&, AcceleratorConfig&)> make;
};

const std::vector<Better>& changes() {
  const auto twice = [](auto member) {
    return [member](Descriptor&, AcceleratorConfig& c) {
      member(c) *= 2;
      return true;
    };
  };
  const auto narrower = [](auto member) {
    return [member](Descriptor& d, AcceleratorConfig&) { return member(d)-- > 2; };
  };
  static const std::vector<Better> all{
      {"bus",
       [](Descriptor&, AcceleratorConfig& c) {
         // Narrow runs waste more of a wider bus word, but take no more cycles.
         c.dma.bus_bytes *= 2;
         return c.mapping.objective == Objective::kLatency;
       }},
      {"input buffer", twice([](auto& c) -> auto& { return c.input_buffer.capacity_bytes; })},
      {"weight buffer", twice([](auto& c) -> auto& { return c.weight_buffer.capacity_bytes; })},
      {"output buffer", twice([](auto& c) -> auto& { return c.output_buffer.capacity_bytes; })},
      {"accumulators", twice([](auto& c) -> auto& { return c.accumulator_buffer_bytes; })},
      {"weights", narrower([](auto& d) -> auto& { return d.weight.bits; })},
      {"outputs", narrower([](auto& d) -> auto& { return d.requant.out.bits; })},
      {"inputs", narrower([](auto& d) -> auto& { return d.input.bits; })},
      {"output channels", narrower([](auto& d) -> auto& { return d.conv.out_channels; })}};
  return all;
}

void expect_better(Objective objective, int layers, double tolerance, unsigned seed) {
  RandomLayer random(seed);
  int changed = 0;
  for (int i = 0; i < layers; ++i) {
    AcceleratorConfig config = random_machine(random);
    config.mapping.objective = objective;
    const Descriptor d = random_conv(random);
    const auto before = mapped(d, config);
    if (!before) continue;
    for (const Better& better : changes()) {
      Descriptor with = d;
      AcceleratorConfig on = config;
      if (!better.make(with, on)) continue;
      const auto after = mapped(with, on);
      ASSERT_TRUE(after) << i << ' ' << better.what;
      EXPECT_LE(*after, *before * (1 + tolerance)) << i << ' ' << better.what;
      ++changed;
    }
  }
  EXPECT_GT(changed, 6 * layers);
}

TEST(BetterMachine, is_not_slower) { expect_better(Objective::kLatency, 15, 0.001, 2); }

TEST(BetterMachine, DISABLED_is_not_slower_in_thousands) {
  expect_better(Objective::kLatency, 1000, 0.001, 5);
}

}  // namespace
}  // namespace dcnsim
