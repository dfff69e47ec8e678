// SPDX-License-Identifier: Apache-2.0
// Mappings a user writes: what they ask for, and one line for each mistake.
#include "platform/compiler/mapper/mapping_yaml.h"

#include <gtest/gtest.h>

#include "platform/compiler/describe.h"
#include "platform/compiler/mapper/mapper.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/random_network.h"

namespace dcnsim {
namespace {

std::vector<NamedLayer> example() {
  Descriptor conv;
  conv.conv.in = {16, 14, 8};
  conv.conv.out_channels = 32;
  conv.conv.kernel_h = conv.conv.kernel_w = 3;
  Descriptor pool;
  pool.kind = LayerKind::kPool;
  pool.pool.in = {14, 12, 32};
  return {{"conv1", conv}, {"pool", pool}};
}

TEST(MappingYaml, says_what_is_wanted_of_each_layer) {
  const NetworkRequest request = parse_mapping(
      "layers:\n"
      "  conv1: {tile_h: 14, tile_w: 3, tile_channels: 16, chunk_k: 72, order: weights-outer}\n"
      "  pool: {keep_output: true}\n",
      "m.yaml", example());
  ASSERT_EQ(request.layers.size(), 2u);
  const MappingRequest& conv = request.layers.at("conv1");
  EXPECT_EQ(conv.tile_h, 14);
  EXPECT_EQ(conv.tile_w, 3);
  EXPECT_EQ(conv.tile_channels, 16);
  EXPECT_EQ(conv.chunk_k, 72);
  EXPECT_EQ(conv.order, LoopOrder::kWeightOuter);
  EXPECT_FALSE(conv.keep_output.has_value());
  EXPECT_EQ(request.layers.at("pool").keep_output, true);
  EXPECT_FALSE(request.layers.at("pool").fixes_tiling());
}

TEST(MappingYaml, mistakes_name_file_line_field_and_what_was_expected) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"layers:\n  conv1: {tile_h: 40}", "m.yaml:2: layers.conv1.tile_h: 40, expected 1..14"},
      {"layers:\n  conv1: {tile_w: 0}", "m.yaml:2: layers.conv1.tile_w: 0, expected 1..12"},
      {"layers: {conv1: {tile_channels: many}}",
       "m.yaml:1: layers.conv1.tile_channels: many, expected 1..32"},
      {"layers: {conv1: {chunk_k: 73}}", "m.yaml:1: layers.conv1.chunk_k: 73, expected 1..72"},
      {"layers: {conv1: {chunk_k: [1]}}",
       "m.yaml:1: layers.conv1.chunk_k: not a single value, expected 1..72"},
      {"layers: {conv1: {order: weight}}",
       "m.yaml:1: layers.conv1.order: weight, expected weights-outer or pixels-outer"},
      {"layers: {conv1: {keep_output: yes}}",
       "m.yaml:1: layers.conv1.keep_output: yes, expected true or false"},
      {"layers: {conv1: {tile_hh: 1}}",
       "m.yaml:1: layers.conv1.tile_hh: unknown key; did you mean \"tile_h\"?"},
      {"layers: {pool: {chunk_k: 1}}", "m.yaml:1: layers.pool.chunk_k: unknown key"},
      {"layers: {cnv1: {}}", "m.yaml:1: layers.cnv1: no such layer; did you mean \"conv1\"?"},
      {"layer: {}", "m.yaml:1: layer: unknown key; did you mean \"layers\"?"},
      {"layers: 3", "m.yaml:1: layers: expected keys and values"},
      {"layers: {conv1: {tile_h: 1, tile_h: 2}}", "m.yaml:1: layers.conv1.tile_h: given twice"},
      {"", "m.yaml: no keys and values in it"},
  };
  for (const auto& [text, message] : cases) {
    try {
      parse_mapping(text, "m.yaml", example());
      ADD_FAILURE() << text;
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(error.what(), message);
    }
  }
}

AcceleratorConfig machine() {
  AcceleratorConfig c;
  c.name = "bench";
  c.input_buffer = c.weight_buffer = {32 << 10, 64, 2, true};
  c.output_buffer = {16 << 10, 64, 2, true};
  c.accumulator_buffer_bytes = 16 << 10;
  c.dma.bus_bytes = 8;
  return c;
}

TEST(MappingYaml, of_a_mapping_asks_for_that_mapping) {
  RandomNetwork random(1);
  const AcceleratorConfig config = machine();
  for (int i = 0; i < 15; ++i) {
    const FixedNetwork network = random.make();
    const std::vector<Descriptor> layers = describe(network, config.accumulator);
    MapperOptions options;
    const auto found = Mapper(config, lpddr4_3200(), options).map(network, layers);
    std::vector<NamedLayer> named;
    for (std::size_t l = 0; l < layers.size(); ++l) {
      named.push_back({network.layers[l].node.name, found[l].descriptor});
    }
    options.request = parse_mapping(mapping_yaml(named, "a comment"), "m.yaml", named);
    const auto again = Mapper(config, lpddr4_3200(), options).map(network, layers);
    for (std::size_t l = 0; l < layers.size(); ++l) {
      EXPECT_EQ(encode(again[l].descriptor), encode(found[l].descriptor));
      EXPECT_EQ(again[l].search.legal, 1u);
    }
  }
}

/// Two convolutions; the mapper's message for a request.
std::string message(const std::string& yaml, AcceleratorConfig config = machine()) {
  FixedNetwork network;
  network.input = {16, 16, 16};
  std::vector<Descriptor> layers;
  std::vector<NamedLayer> named;
  for (int i = 0; i < 2; ++i) {
    FixedLayer& layer = network.layers.emplace_back();
    layer.node.name = "conv" + std::to_string(i);
    layer.node.input = i - 1;
    Descriptor d;
    d.conv.in = {16, 16, 16};
    d.conv.out_channels = 16;
    d.conv.kernel_h = d.conv.kernel_w = 3;
    d.conv.pad_top = d.conv.pad_bottom = d.conv.pad_left = d.conv.pad_right = 1;
    layers.push_back(d);
    named.push_back({layer.node.name, d});
  }
  try {
    MapperOptions options;
    options.request = parse_mapping(yaml, "m.yaml", named);
    Mapper(config, lpddr4_3200(), options).map(network, layers);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no failure";
}

TEST(MappingRequest, that_is_illegal_says_which_rule_it_breaks) {
  EXPECT_EQ(message("layers: {conv0: {tile_h: 4}, conv1: {keep_output: false}}"), "no failure");
  EXPECT_EQ(message("layers: {conv0: {chunk_k: 17}}"),
            "m.yaml: layers.conv0: chunk_k: not a multiple of the reduction steps the array's rows "
            "take");
  AcceleratorConfig small = machine();
  small.accumulator_buffer_bytes = 1 << 10;
  EXPECT_EQ(message("layers: {conv0: {tile_h: 16, tile_w: 16}}", small),
            "m.yaml: layers.conv0: accumulator buffer lacks 15360 bytes: a tile needs 16384, there "
            "is room for 1024");
  EXPECT_EQ(message("layers: {conv1: {keep_output: true}}"),
            "m.yaml: layers.conv1.keep_output: true, expected false: the output does not go to the "
            "next layer alone");
  EXPECT_EQ(message("layers: {conv0: {keep_output: true}, conv1: {tile_h: 4}}"),
            "m.yaml: layers.conv1: tile_h, tile_w: an input on chip is one tile");
}

}  // namespace
}  // namespace dcnsim
