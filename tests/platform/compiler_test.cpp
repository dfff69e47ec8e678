// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "models/arch/memory_layout.h"
#include "models/numeric/bitpack.h"
#include "models/perf/buffer_need.h"
#include "platform/compiler/describe.h"
#include "platform/compiler/program.h"
#include "tests/support/classes.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/naive_map.h"
#include "tests/support/random_network.h"
#include "tests/support/tries.h"

namespace dcnsim {
namespace {

AcceleratorConfig machine() {
  AcceleratorConfig c;
  c.name = "bench";
  c.input_buffer = c.weight_buffer = {32 << 10, 64, 2, true};
  c.output_buffer = {16 << 10, 64, 2, true};
  c.accumulator_buffer_bytes = 16 << 10;
  c.dma.bus_bytes = 8;
  c.dram.preset = "any";
  return c;
}

AcceleratorConfig random_machine(RandomNetwork& random) {
  AcceleratorConfig c = machine();
  c.array.rows = random.pick(1, 20);
  c.array.columns = random.pick(1, 20);
  c.array.dataflow = random.chance(2) ? Dataflow::kWeightStationary : Dataflow::kOutputStationary;
  c.accumulator.bits = random.chance(2) ? 32 : 48;
  c.dma.bus_bytes = 4 << random.pick(0, 3);
  // Nothing may fail to fit: what does is tested by itself.
  c.input_buffer.capacity_bytes = c.weight_buffer.capacity_bytes = 256 << 10;
  return c;
}

Descriptor decode_at(const Program& program, std::size_t layer) {
  DescriptorBytes bytes;
  const auto from =
      program.image.begin() + static_cast<std::ptrdiff_t>(program.descriptor_address + layer * 256);
  std::copy(from, from + 256, bytes.begin());
  return decode(bytes);
}

std::int64_t read_signed(const std::uint8_t* bytes, int size) {
  std::uint64_t value = 0;
  for (int i = 0; i < size; ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
  return size == 4 ? static_cast<std::int32_t>(value) : static_cast<std::int64_t>(value);
}

/// Reads a layer's weight tiles as pipeline.md describes them, one behind the other, and compares
/// code by code.
class WeightImage {
 public:
  WeightImage(const Program& program, std::size_t index, const FixedLayer& layer,
              const AcceleratorConfig& config)
      : program_(program),
        d_(program.layers[index].descriptor),
        layer_(layer),
        config_(config),
        at_(d_.weight_address) {}

  void expect() {
    const ConvShape& conv = d_.conv;
    const Tiling& t = d_.tiling;
    const int kernel = conv.kernel_h * conv.kernel_w;
    const int in_group = conv.in.channels / conv.groups,
              out_group = conv.out_channels / conv.groups;
    const int tile_in = t.tile_in == 0 ? in_group : t.tile_in;
    const int tile_groups = std::max(1, t.tile_channels / out_group);
    const int tile_out = std::min(t.tile_channels, out_group);
    for (int g = 0; g < conv.groups; g += tile_groups) {
      for (int n = 0; n < out_group; n += tile_out) {
        for (int i = 0; i < in_group; i += tile_in) {
          inputs_ = {i, std::min(in_group, i + tile_in)};
          const int steps = kernel * (inputs_.second - i);
          const int chunk = std::min(t.chunk_k, kernel * tile_in);
          for (int k = 0; k < steps; k += chunk) {
            steps_ = {k, std::min(steps, k + chunk)};
            tile(g, std::min(tile_groups, conv.groups - g), n, std::min(tile_out, out_group - n));
          }
        }
      }
    }
    EXPECT_LE(at_, program_.image.size());
  }

 private:
  /// Blocks of an array width, or of all channels of several groups.
  void tile(int group, int groups, int channel, int channels) {
    const int out_group = d_.conv.out_channels / d_.conv.groups;
    const int width = groups > 1 ? channels : config_.array.columns;
    const bool has_biases = inputs_.first == 0 && steps_.first == 0;
    const ConvShape& conv = d_.conv;
    const bool has_parameters =
        (layer_.requant.multiplies || layer_.requant.counts) &&
        inputs_.second == conv.in.channels / conv.groups &&
        steps_.second == conv.kernel_h * conv.kernel_w * (inputs_.second - inputs_.first);
    for (int c = 0; c < channels; c += width) {
      const int first = group * out_group + channel + c;
      const int in_block = std::min(width, channels - c);
      if (has_biases) biases(first, groups * in_block);
      std::size_t bit = 0;
      for (int g = 0; g < groups; ++g) codes(first + g * out_group, in_block, bit);
      skip((bit + 7) / 8);
      if (has_parameters) parameters(first, groups * in_block);
    }
  }
  void biases(int first, int count) {
    const int size = bias_bytes(config_.accumulator.bits);
    for (int c = 0; c < count; ++c) {
      ASSERT_EQ(read_signed(program_.image.data() + at_ + static_cast<std::size_t>(c * size), size),
                layer_.bias[static_cast<std::size_t>(first + c)]);
    }
    skip(static_cast<std::size_t>(count * size));
  }
  void thresholds(int first, int count) {
    const int size = bias_bytes(config_.accumulator.bits);
    const int each = static_cast<int>(layer_.thresholds.size()) / d_.conv.out_channels;
    for (int i = 0; i < each * count; ++i) {
      ASSERT_EQ(read_signed(program_.image.data() + at_ + static_cast<std::size_t>(i * size), size),
                layer_.thresholds[static_cast<std::size_t>(each * first + i)]);
    }
    skip(static_cast<std::size_t>(each * count * size));
  }
  void parameters(int first, int count) {
    if (layer_.requant.counts) return thresholds(first, count);
    const int bits = config_.accumulator.multiplier_bits, size = (bits + 13) / 8;
    const int words = layer_.node.slopes.empty() ? 1 : 2;
    for (int i = 0; i < words * count; ++i) {
      const std::int64_t word =
          read_signed(program_.image.data() + at_ + static_cast<std::size_t>(i * size), size);
      const Scale scale =
          narrowed(layer_.scales[static_cast<std::size_t>(words * first + i)], bits);
      ASSERT_EQ(word & 63, scale.shift);
      ASSERT_EQ(word >> 6 & ((std::int64_t{1} << bits) - 1), scale.multiplier);
    }
    skip(static_cast<std::size_t>(words * count * size));
  }
  void codes(int first, int count, std::size_t& bit) {
    const int in_group = d_.conv.in.channels / d_.conv.groups;
    const int inputs = inputs_.second - inputs_.first;
    for (int k = steps_.first; k < steps_.second; ++k) {
      const int whole = k / inputs * in_group + inputs_.first + k % inputs;
      for (int c = first; c < first + count; ++c) {
        CodeTensor code({1, 1, 1}, layer_.weight);
        unpack_codes(program_.image.data() + at_, bit, layer_.weight, 1, code.data());
        ASSERT_EQ(code.get(0),
                  layer_.weights[static_cast<std::size_t>(c * d_.conv.reduction() + whole)]);
        bit += static_cast<std::size_t>(layer_.weight.bits);
      }
    }
  }
  void skip(std::size_t bytes) {
    const auto bus = static_cast<std::size_t>(config_.dma.bus_bytes);
    at_ += (bytes + bus - 1) / bus * bus;
  }

  const Program& program_;
  const Descriptor& d_;
  const FixedLayer& layer_;
  const AcceleratorConfig& config_;
  std::size_t at_;
  std::pair<int, int> inputs_, steps_;  ///< of a tile, from and up to
};

TEST(Compiler, weights_and_biases_come_back_from_the_image) {
  RandomNetwork random(1);
  for (int i = 0; i < tries(60); ++i) {
    FixedNetwork network = random.make();
    AcceleratorConfig config = random_machine(random);
    if (i % 2 == 0) {
      random.make_affine(network, 31);
      config.requantizer = RequantizerKind::kMultiplier;
      config.accumulator.multiplier_bits = random.pick(8, 32);
    } else if (i % 4 == 1) {
      RandomNetwork(static_cast<unsigned>(i)).count_thresholds(network, config.accumulator.bits);
    }
    const Program program = compile(network, config, lpddr4_3200());
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      if (network.layers[l].node.kind == LayerKind::kConv) {
        WeightImage(program, l, network.layers[l], config).expect();
      }
    }
  }
}

TEST(Compiler, machines_without_a_multiplier_refuse_free_scales) {
  RandomNetwork random(7);
  FixedNetwork network = random.make();
  AcceleratorConfig config = machine();
  const auto refusal = [&] {
    try {
      compile(network, config, lpddr4_3200());
      return std::string();
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
  };
  EXPECT_EQ(refusal(), "");
  random.make_affine(network, 31);
  EXPECT_NE(refusal().find("accumulator.requantizer: shift, expected multiplier"),
            std::string::npos)
      << refusal();
  config.requantizer = RequantizerKind::kMultiplier;
  EXPECT_EQ(refusal(), "");
  FixedLayer& last = network.layers.back();
  last.scales[0] = {std::uint32_t{1} << 30, 0};
  config.accumulator.multiplier_bits = 16;
  EXPECT_EQ(refusal(), "layer \"" + last.node.name +
                           "\": a scale of 1073741824.000000 has no multiplier of 16 bits");
}

TEST(Compiler, thresholds_fit_the_accumulator) {
  FixedNetwork network = RandomNetwork(7).make();
  RandomNetwork(7).count_thresholds(network, 20);
  const auto counting = std::find_if(network.layers.begin(), network.layers.end(),
                                     [](const FixedLayer& layer) { return layer.requant.counts; });
  ASSERT_NE(counting, network.layers.end());
  AcceleratorConfig config = machine();
  config.accumulator.bits = 20;
  counting->thresholds.back() = (1 << 19) - 1;
  EXPECT_NO_THROW(describe(network, config.accumulator));
  counting->thresholds.back() = 1 << 19;
  try {
    describe(network, config.accumulator);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what()),
              "layer \"" + counting->node.name +
                  "\": threshold 524288 does not fit the accumulator's 20 bits; a wider one would "
                  "do");
  }
}

TEST(Compiler, descriptors_in_the_image_describe_the_layers) {
  RandomNetwork random(2);
  for (int i = 0; i < tries(60); ++i) {
    const FixedNetwork network = random.make();
    const AcceleratorConfig config = random_machine(random);
    const Program program = compile(network, config, lpddr4_3200());
    ASSERT_EQ(program.layers.size(), network.layers.size());
    EXPECT_EQ(program.input_shape, network.input);
    EXPECT_EQ(program.input_format, network.input_format);
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      const FixedLayer& layer = network.layers[l];
      const Descriptor d = decode_at(program, l);
      EXPECT_EQ(encode(d), encode(program.layers[l].descriptor));
      EXPECT_EQ(program.layers[l].name, layer.node.name);
      EXPECT_EQ(d.kind, layer.node.kind);
      EXPECT_EQ(d.output_shape(), layer.node.output_shape());
      EXPECT_EQ(d.input, network.format_of(layer.node.input));
      EXPECT_EQ(d.requant.out, layer.requant.out);
      EXPECT_EQ(d.requant.shift, layer.requant.shift);
      EXPECT_EQ(why_illegal(d, config), "");
      EXPECT_EQ(d.input_on_chip, l > 0 && program.layers[l - 1].descriptor.output_on_chip);
      if (layer.node.kind != LayerKind::kConv) continue;
      EXPECT_EQ(d.proved, cannot_overflow(layer.weights, d.conv.out_channels, layer.bias, d.input,
                                          config.accumulator));
    }
  }
}

TEST(Compiler, regions_are_aligned_and_apart) {
  RandomNetwork random(3);
  for (int i = 0; i < tries(60); ++i) {
    const FixedNetwork network = random.make();
    const AcceleratorConfig config = random_machine(random);
    const Program program = compile(network, config, lpddr4_3200());
    const auto bytes = [&](const Shape& shape, const Format& format) {
      return static_cast<std::uint64_t>(
          MapLayout(shape, format.bits, 0, 0, config.dma.bus_bytes).bytes());
    };
    std::vector<std::pair<std::uint64_t, std::uint64_t>> regions = {
        {0, program.image.size()},
        {program.input_address, bytes(network.input, network.input_format)}};
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      const Descriptor& d = program.layers[l].descriptor;
      const LayerNode& node = network.layers[l].node;
      if (!d.output_on_chip) {
        regions.push_back({d.output_address, bytes(d.output_shape(), d.requant.out)});
      }
      const auto produced = [&](int producer) {
        return producer == kNetworkInput
                   ? program.input_address
                   : program.layers[static_cast<std::size_t>(producer)].descriptor.output_address;
      };
      if (!d.input_on_chip) {
        EXPECT_EQ(d.input_address, produced(node.input));
      }
      if (d.kind == LayerKind::kAdd) {
        EXPECT_EQ(d.input2_address, produced(node.input2));
      }
    }
    std::sort(regions.begin(), regions.end());
    std::uint64_t end = 0;
    for (const auto& [address, size] : regions) {
      EXPECT_EQ(address % static_cast<std::uint64_t>(config.dma.bus_bytes), 0u);
      EXPECT_GE(address, end);
      end = address + size;
    }
    EXPECT_GE(program.memory_bytes, end);
  }
}

TEST(Compiler, equal_inputs_give_equal_programs) {
  RandomNetwork random(4);
  const FixedNetwork network = random.make();
  const Program a = compile(network, machine(), lpddr4_3200());
  const Program b = compile(network, machine(), lpddr4_3200());
  EXPECT_EQ(a.image, b.image);
  EXPECT_EQ(a.memory_bytes, b.memory_bytes);
}

TEST(PackedMap, has_every_code_in_its_plane_and_zeros_between) {
  struct Map {
    Shape shape;
    Format format;
    int segment, strip, bus;
    int planes() const { return segment == 0 ? 1 : ceil_div(shape.channels, segment); }
  };
  Census<Map> census(
      {{"one plane", [](const Map& m) { return m.planes() == 1; }},
       {"one plane by name", [](const Map& m) { return m.segment == m.shape.channels; }},
       {"several planes", [](const Map& m) { return m.planes() > 1; }},
       {"a smaller last plane",
        [](const Map& m) { return m.planes() > 1 && m.shape.channels % m.segment != 0; }},
       {"a plane a channel", [](const Map& m) { return m.segment == 1; }},
       {"a smaller last strip",
        [](const Map& m) { return m.strip != 0 && m.shape.width % m.strip != 0; }},
       {"strips of several columns of several planes",
        [](const Map& m) { return m.planes() > 1 && m.strip > 1 && m.strip < m.shape.width; }},
       {"codes across bytes", [](const Map& m) { return m.format.bits % 8 != 0; }},
       {"codes of two bytes", [](const Map& m) { return m.format.bits > 8; }}});
  RandomNetwork random(5);
  for (int i = 0; i < 400; ++i) {
    Map m{{random.pick(1, 7), random.pick(1, 7), random.pick(1, 7)},
          {random.pick(1, 16), 0, random.chance(2), false},
          0,
          0,
          4 << random.pick(0, 4)};
    m.segment = random.pick(0, m.shape.channels);
    m.strip = random.chance(2) ? 0 : random.pick(1, m.shape.width);
    census.count(m);
    CodeTensor map(m.shape, m.format);
    for (std::size_t n = 0; n < map.size(); ++n) {
      map.set(n, random.pick(m.format.min_code(), m.format.max_code()));
    }
    std::vector<std::uint8_t> packed = pack_map(map, m.bus, m.segment, m.strip);
    EXPECT_EQ(packed.size(),
              static_cast<std::size_t>(
                  MapLayout(m.shape, m.format.bits, m.segment, m.strip, m.bus).bytes()));
    EXPECT_EQ(unpack_map(packed.data(), m.shape, m.format, m.bus, m.segment, m.strip), map);
    // Every bit is in its place; taken away, nothing is left.
    const std::vector<std::int64_t> first =
        first_bits(m.shape, m.format.bits, m.segment, m.strip, m.bus);
    for (std::size_t n = 0; n < map.size(); ++n) {
      const auto code = static_cast<std::uint32_t>(map.get(n));
      for (int bit = 0; bit < m.format.bits; ++bit) {
        const auto at = static_cast<std::size_t>(first[n] + bit);
        std::uint8_t& byte = packed.at(at / 8);
        const auto mask = static_cast<std::uint8_t>(1u << at % 8);
        ASSERT_EQ((byte & mask) != 0, (code >> bit & 1) != 0);
        byte = static_cast<std::uint8_t>(byte & ~mask);
      }
    }
    EXPECT_EQ(packed, std::vector<std::uint8_t>(packed.size()));
  }
  census.expect_each(20);
}

/// One line that `work` fails with.
std::string failure(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "no failure";
}

FixedNetwork one_conv() {
  RandomNetwork random(9);
  FixedNetwork network = random.make();
  while (network.layers.front().node.kind != LayerKind::kConv ||
         network.layers.front().node.conv.kernel_h < 3) {
    network = random.make();
  }
  network.layers.resize(1);
  network.layers.front().node.name = "conv3";
  return network;
}

TEST(CompilerErrors, a_layer_that_fits_nowhere_is_named_with_buffer_and_bytes) {
  const std::vector<std::pair<BufferConfig AcceleratorConfig::*, std::string>> buffers = {
      {&AcceleratorConfig::input_buffer, "input buffer"},
      {&AcceleratorConfig::weight_buffer, "weight buffer"}};
  for (const auto& [buffer, name] : buffers) {
    AcceleratorConfig config = machine();
    (config.*buffer).banks = 1;
    (config.*buffer).word_bits = 8;
    (config.*buffer).capacity_bytes = 64;
    Descriptor d;
    d.conv.in = {32, 32, 512};
    d.conv.out_channels = 512;
    d.conv.kernel_h = d.conv.kernel_w = 3;
    const std::string message =
        failure([&] { map_network(one_conv(), {d}, config, lpddr4_3200(), MapperOptions{}); });
    EXPECT_NE(message.find("\"conv3\""), std::string::npos) << message;
    EXPECT_NE(message.find(name + " lacks "), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos);
  }
}

TEST(CompilerErrors, too_little_memory_says_how_much_is_needed) {
  FixedNetwork network = one_conv();
  network.layers.front().weights.clear();
  ConvShape& conv = network.layers.front().node.conv;
  conv = {};
  conv.in = network.input = {64, 64, 64};
  conv.out_channels = 512;
  network.layers.front().node.fused_pool = 1;
  network.layers.front().weights.assign(64 * 512, 0);
  network.layers.front().bias.assign(512, 0);
  AcceleratorConfig config = machine();
  config.dram.capacity_bytes = 1 << 20;
  MapperOptions options;
  options.request.layers["conv3"].tile_h = 1;  // any mapping will do
  options.request.layers["conv3"].tile_w = 8;
  const std::string message = failure([&] { compile(network, config, lpddr4_3200(), options); });
  EXPECT_NE(message.find("dram.capacity"), std::string::npos) << message;
  EXPECT_NE(message.find("1048576"), std::string::npos) << message;
}

TEST(CompilerErrors, a_network_may_fill_the_memory_to_the_last_byte) {
  const FixedNetwork network = one_conv();
  AcceleratorConfig config = machine();
  const auto mappings =
      map_network(network, describe(network, config.accumulator), config, lpddr4_3200(), {});
  const std::uint64_t bytes = lay_out(network, config, mappings).memory_bytes;
  config.dram.capacity_bytes = static_cast<std::int64_t>(bytes);
  EXPECT_EQ(failure([&] { lay_out(network, config, mappings); }), "no failure");
  config.dram.capacity_bytes -= 1;
  EXPECT_NE(failure([&] { lay_out(network, config, mappings); }), "no failure");
}

TEST(CompilerErrors, a_map_is_read_in_the_planes_in_which_it_is_written) {
  RandomNetwork random(9);
  FixedNetwork network = random.residual();
  while (network.layers[0].node.conv.out_channels < 3) network = random.residual();
  const AcceleratorConfig config = machine();
  const auto refusal = [&](int written, int read, int strip = 0) {
    std::vector<Descriptor> layers = describe(network, config.accumulator);
    std::vector<LayerMapping> mappings;
    for (Descriptor& d : layers) {
      d.tiling = one_tile(d);
      mappings.push_back({d, {}});
    }
    const auto add = static_cast<std::size_t>(network.layers.size() - 2);
    mappings[add].descriptor.input2_segment = read;
    mappings[add].descriptor.input2_strip = strip;
    if (network.layers[add].node.input2 == kNetworkInput) {
      mappings[0].descriptor.input_segment = written;
    } else {
      mappings[0].descriptor.output_segment = written;
      mappings[1].descriptor.input_segment = written;
    }
    return failure([&] { lay_out(network, config, mappings); });
  };
  const int channels = network.input.channels;
  EXPECT_EQ(refusal(0, channels), "no failure") << "all channels by name";
  EXPECT_EQ(refusal(channels, 0), "no failure");
  EXPECT_EQ(refusal(2, 2), "no failure");
  const std::string message = refusal(2, 1);
  EXPECT_NE(message.find("reads"), std::string::npos) << message;
  EXPECT_NE(message.find(" in planes of 1 channels"), std::string::npos) << message;
  EXPECT_NE(message.find(" written in planes of 2 channels"), std::string::npos) << message;
  EXPECT_EQ(refusal(2, 2, network.input.width), "no failure") << "all columns by name";
  EXPECT_NE(refusal(2, 2, 1).find("in strips of 1 columns, it is"), std::string::npos);
}

TEST(CompilerErrors, biases_of_32_bits_are_the_most) {
  for (const std::int64_t bias : {std::int64_t{INT32_MIN}, std::int64_t{INT32_MAX}}) {
    FixedNetwork network = one_conv();
    network.layers.front().bias.back() = bias;
    EXPECT_EQ(failure([&] { compile(network, machine(), lpddr4_3200()); }), "no failure");
    network.layers.front().bias.back() += bias < 0 ? -1 : 1;
    EXPECT_NE(failure([&] { compile(network, machine(), lpddr4_3200()); }), "no failure");
  }
}

TEST(CompilerErrors, biases_beyond_the_accumulator_are_refused_by_layer) {
  FixedNetwork network = one_conv();
  network.layers.front().bias.front() = std::int64_t{1} << 31;
  const std::string message = failure([&] { compile(network, machine(), lpddr4_3200()); });
  EXPECT_NE(message.find("conv3"), std::string::npos) << message;
  EXPECT_NE(message.find("2147483648"), std::string::npos) << message;
  AcceleratorConfig wide = machine();
  wide.accumulator.bits = 40;
  EXPECT_EQ(failure([&] { compile(network, wide, lpddr4_3200()); }), "no failure");
}

TEST(CompilerErrors, geometry_the_hardware_does_not_know_is_refused_by_layer) {
  FixedNetwork network = one_conv();
  ConvShape& conv = network.layers.front().node.conv;
  conv.pad_top = conv.kernel_h;
  const std::string message = failure([&] { compile(network, machine(), lpddr4_3200()); });
  EXPECT_NE(message.find("conv3"), std::string::npos) << message;
  EXPECT_NE(message.find("pad_top"), std::string::npos) << message;
}

}  // namespace
}  // namespace dcnsim
