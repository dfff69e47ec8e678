// SPDX-License-Identifier: Apache-2.0
// Mappings a user writes: what they ask for, and one line for each mistake.
#include "platform/compiler/mapper/mapping_yaml.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "models/arch/accelerator_config.h"
#include "models/base/text/printable.h"
#include "models/base/yaml/document.h"
#include "platform/compiler/describe.h"
#include "platform/compiler/mapper/mapper.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/random_network.h"
#include "tests/support/utf8.h"

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

TEST(MappingYaml, that_fixes_a_tiling_has_all_channels_in_a_tile_and_in_a_plane) {
  const std::string conv =
      "{tile_h: 14, tile_w: 12, tile_channels: 16, chunk_k: 72, order: pixels-outer";
  const auto request = [](const std::string& text) {
    return parse_mapping("layers: " + text, "m.yaml", example()).layers.begin()->second;
  };
  for (const std::string& text :
       {"{conv1: " + conv + "}}", std::string("{pool: {tile_h: 1, tile_w: 1}}")}) {
    EXPECT_EQ(request(text).tile_in, 0) << text;
    EXPECT_EQ(request(text).output_segment, 0) << text;
  }
  const MappingRequest cut = request("{conv1: " + conv + ", tile_in: 4, output_segment: 16}}");
  EXPECT_EQ(cut.tile_in, 4);
  EXPECT_EQ(cut.output_segment, 16);
  const MappingRequest part = request("{conv1: {tile_h: 14, order: pixel-chunks-outer}}");
  EXPECT_FALSE(part.tile_in.has_value());
  EXPECT_FALSE(part.output_segment.has_value());
  EXPECT_EQ(part.order, LoopOrder::kPixelChunkOuter);
}

TEST(MappingYaml, cuts_input_channels_and_planes) {
  std::vector<NamedLayer> layers = example();
  Descriptor& conv = layers[0].descriptor;
  conv.tiling = {14, 3, 16, 36, LoopOrder::kWeightChunkOuter, 4};
  conv.output_segment = 16;
  conv.output_strip = 6;
  layers[1].descriptor.tiling = {7, 12, 32, 1, LoopOrder::kPixelOuter, 0};
  const NetworkRequest request = parse_mapping(mapping_yaml(layers, ""), "m.yaml", layers);
  EXPECT_EQ(request.layers.at("conv1").tile_in, 4);
  EXPECT_EQ(request.layers.at("conv1").order, LoopOrder::kWeightChunkOuter);
  EXPECT_EQ(request.layers.at("conv1").output_segment, 16);
  EXPECT_EQ(request.layers.at("conv1").output_strip, 6);
  EXPECT_EQ(request.layers.at("pool").tile_in, 0) << "all of 32";
  EXPECT_EQ(request.layers.at("pool").output_segment, 0);
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
      {"layers: {conv1: {order: weights}}",
       "m.yaml:1: layers.conv1.order: weights, expected weights-outer, pixels-outer, "
       "weight-chunks-outer or pixel-chunks-outer; did you mean \"weights-outer\"?"},
      {"layers: {conv1: {keep_output: yes}}",
       "m.yaml:1: layers.conv1.keep_output: yes, expected true or false"},
      {"layers: {conv1: {tile_hh: 1}}",
       "m.yaml:1: layers.conv1.tile_hh: unknown key; did you mean \"tile_h\"?"},
      {"layers: {pool: {chunk_k: 1}}", "m.yaml:1: layers.pool.chunk_k: unknown key"},
      {"layers: {cnv1: {}}", "m.yaml:1: layers.cnv1: no such layer; did you mean \"conv1\"?"},
      {"layer: {}", "m.yaml:1: layer: unknown key; did you mean \"layers\"?"},
      {"layers: {conv1: {tile_in: 9}}", "m.yaml:1: layers.conv1.tile_in: 9, expected 1..8"},
      {"layers: {pool: {output_segment: 0}}",
       "m.yaml:1: layers.pool.output_segment: 0, expected 1..32"},
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
    const auto found = map_network(network, layers, config, lpddr4_3200(), options);
    std::vector<NamedLayer> named;
    for (std::size_t l = 0; l < layers.size(); ++l) {
      named.push_back({network.layers[l].node.name, found[l].descriptor});
    }
    options.request = parse_mapping(mapping_yaml(named, "a comment"), "m.yaml", named);
    const auto again = map_network(network, layers, config, lpddr4_3200(), options);
    for (std::size_t l = 0; l < layers.size(); ++l) {
      EXPECT_EQ(encode(again[l].descriptor), encode(found[l].descriptor));
      EXPECT_EQ(again[l].search.legal, 1u);
    }
  }
}

/// As names come out of the ONNX reader: of kMaxNameLength characters, each of any kind.
std::vector<NamedLayer> longest_network() {
  std::vector<NamedLayer> layers;
  Descriptor conv = example()[0].descriptor;
  conv.conv = {};
  conv.conv.in = {32768, 32768, 32768};
  conv.conv.out_channels = 32768;
  conv.tiling = {32767, 32767, 32767, 32767, LoopOrder::kPixelOuter};
  for (std::size_t i = 0; i < kMaxLayers; ++i) {
    const std::string number = std::to_string(i);
    std::string name = number;
    for (std::size_t c = number.size(); c < kMaxNameLength; ++c) name += "\xF0\x9F\x98\x80";
    layers.push_back({name, conv});
  }
  return layers;
}

TEST(MappingYaml, of_the_longest_network_with_the_longest_names_is_read_back) {
  const std::vector<NamedLayer> layers = longest_network();
  const std::string text = mapping_yaml(layers, std::string(1'000'000, 'c'));
  EXPECT_LT(text.size(), kMaxLayersYamlBytes);
  const NetworkRequest request = parse_mapping(text, "m.yaml", layers);
  ASSERT_EQ(request.layers.size(), layers.size());
  for (const NamedLayer& layer : layers) {
    EXPECT_EQ(request.layers.at(layer.name).tile_h, 32767);
    EXPECT_EQ(request.layers.at(layer.name).keep_output, false);
  }
}

/// All that printable() leaves, in names and comments.
TEST(MappingYaml, keeps_every_character_of_a_name) {
  std::vector<NamedLayer> layers;
  const Descriptor conv = example()[0].descriptor;
  std::set<std::string> names;
  const auto add = [&](const std::string& name) {
    if (names.insert(name).second) layers.push_back({name, conv});
  };
  constexpr unsigned kTogether = 97, kAlone = 0x400;
  for (unsigned first = 0; first < 0x110000; first += kTogether) {
    std::string name;
    for (unsigned c = first; c < std::min(first + kTogether, 0x110000U); ++c) name += utf8(c);
    add(printable(name, kTogether));
  }
  for (unsigned c = 0; c < kAlone; ++c) {
    const std::string one = printable(utf8(c));
    for (const std::string& name : {one, "x" + one, one + "x", one + " " + one}) add(name);
  }
  for (std::size_t at = 0; at < layers.size(); at += 4000) {
    const auto begin = layers.begin() + static_cast<std::ptrdiff_t>(at);
    const auto count = std::min<std::size_t>(4000, layers.size() - at);
    const std::vector<NamedLayer> some(begin, begin + static_cast<std::ptrdiff_t>(count));
    const NetworkRequest request =
        parse_mapping(mapping_yaml(some, some[0].name + '\0' + "\x1b\nlayers: 1"), "m.yaml", some);
    EXPECT_EQ(request.layers.size(), some.size());
  }
  EXPECT_GT(layers.size(), 10'000u);
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
    map_network(network, layers, config, lpddr4_3200(), options);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no failure";
}

TEST(MappingRequest, that_is_illegal_says_which_rule_it_breaks) {
  EXPECT_EQ(message("layers: {conv0: {tile_h: 4}, conv1: {keep_output: false}}"), "no failure");
  EXPECT_EQ(message("layers: {conv0: {chunk_k: 17}}"), "no failure");
  EXPECT_EQ(message("layers: {conv0: {keep_output: true}, conv1: {tile_h: 4}}"), "no failure");
  AcceleratorConfig small = machine();
  small.accumulator_buffer_bytes = 1 << 10;
  EXPECT_EQ(message("layers: {conv0: {tile_h: 16, tile_w: 16}}", small),
            "m.yaml: layers.conv0: accumulator buffer lacks 15360 bytes: a tile needs 16384, there "
            "is room for 1024");
  EXPECT_EQ(message("layers: {conv1: {keep_output: true}}"),
            "m.yaml: layers.conv1.keep_output: true, expected false: the output does not go to the "
            "next layer alone");
}

}  // namespace
}  // namespace dcnsim
