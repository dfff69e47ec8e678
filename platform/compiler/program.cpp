// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/program.h"

#include <algorithm>
#include <stdexcept>

#include "models/arch/memory_layout.h"
#include "models/numeric/bitpack.h"
#include "models/perf/schedule.h"

namespace dcnsim {
namespace {

/// Regions start on cache-line boundaries, which are also multiples of every bus width.
constexpr std::int64_t kRegionAlignment = 64;

Descriptor describe(const FixedNetwork& network, const FixedLayer& layer,
                    const Accumulator& accumulator) {
  Descriptor d;
  d.kind = layer.node.kind;
  d.conv = layer.node.conv;
  d.fused_pool = layer.node.fused_pool;
  d.pool = layer.node.pool;
  d.add = layer.node.add;
  d.input = network.format_of(layer.node.input);
  d.requant = layer.requant;
  if (layer.node.kind == LayerKind::kAdd) d.input2 = network.format_of(layer.node.input2);
  if (layer.node.kind == LayerKind::kConv) {
    d.weight = layer.weight;
    d.proved = cannot_overflow(layer.weights, layer.node.conv.out_channels, layer.bias, d.input,
                               accumulator);
  }
  return d;
}

/// Appends the blocks of one layer (WeightBlockLayout) to `image`.
void append_weights(const FixedLayer& layer, const AcceleratorConfig& config,
                    std::vector<std::uint8_t>& image) {
  const ConvShape& conv = layer.node.conv;
  const auto reduction = static_cast<std::size_t>(conv.reduction());
  const int in_group = conv.out_channels / conv.groups;
  const int bias_size = bias_bytes(config.accumulator.bits);
  for (int group = 0; group < conv.groups; ++group) {
    for (int c = 0; c < in_group; c += config.array.columns) {
      const int channels = std::min(config.array.columns, in_group - c);
      const auto channel0 = static_cast<std::size_t>(group * in_group + c);
      const WeightBlockLayout layout =
          weight_block_layout(conv.reduction(), channels, layer.weight.bits,
                              config.accumulator.bits, config.dma.bus_bytes);
      const std::size_t start = image.size();
      image.resize(start + static_cast<std::size_t>(layout.total()));
      CodeTensor block({conv.reduction(), 1, channels}, layer.weight);
      for (std::size_t i = 0; i < static_cast<std::size_t>(channels); ++i) {
        const auto bias = static_cast<std::uint64_t>(layer.bias[channel0 + i]);
        for (int byte = 0; byte < bias_size; ++byte) {
          image[start + i * static_cast<std::size_t>(bias_size) + static_cast<std::size_t>(byte)] =
              static_cast<std::uint8_t>(bias >> (8 * byte));
        }
        for (std::size_t k = 0; k < reduction; ++k) {
          block.set(k * static_cast<std::size_t>(channels) + i,
                    layer.weights[(channel0 + i) * reduction + k]);
        }
      }
      pack_codes(block.data(), layer.weight, block.size(),
                 image.data() + start + layout.bias_bytes, 0);
    }
  }
}

/// What the descriptor format cannot hold is the layer's fault; `encode` and `validate` do not know
/// its name.
DescriptorBytes encode_checked(const std::string& name, const Descriptor& descriptor) {
  try {
    validate(descriptor);
    return encode(descriptor);
  } catch (const std::invalid_argument& error) {
    throw std::runtime_error("layer \"" + name + "\": " + error.what());
  }
}

/// Biases must survive their place in memory: 32 bits, or 64 for wide accumulators.
void check_biases(const FixedLayer& layer, const Accumulator& accumulator) {
  if (bias_bytes(accumulator.bits) == 8) return;
  for (const std::int64_t bias : layer.bias) {
    if (bias < INT32_MIN || bias > INT32_MAX) {
      throw std::runtime_error("layer \"" + layer.node.name + "\": bias code " +
                               std::to_string(bias) +
                               " does not fit 32 bits; use a wider accumulator or fewer "
                               "fractional bits");
    }
  }
}

}  // namespace

Program compile(const FixedNetwork& network, const AcceleratorConfig& config) {
  validate(network);
  validate(config);
  Program program;
  program.input_shape = network.input;
  program.input_format = network.input_format;
  program.image.resize(network.layers.size() * kDescriptorBytes);

  const auto align = [](std::int64_t address) { return align_up(address, kRegionAlignment); };
  for (const FixedLayer& layer : network.layers) {
    ProgramLayer& out = program.layers.emplace_back();
    out.name = layer.node.name;
    out.descriptor = describe(network, layer, config.accumulator);
    out.descriptor.tiling = choose_tiling(out.name, out.descriptor, config);
    if (layer.node.kind == LayerKind::kConv) {
      check_biases(layer, config.accumulator);
      program.image.resize(
          static_cast<std::size_t>(align(static_cast<std::int64_t>(program.image.size()))));
      out.descriptor.weight_address = program.image.size();
      append_weights(layer, config, program.image);
    }
  }

  auto next = align(static_cast<std::int64_t>(program.image.size()));
  const auto place = [&](const Shape& shape, const Format& format) {
    const auto address = static_cast<std::uint64_t>(next);
    next = align(next + map_bytes(shape, format.bits, config.dma.bus_bytes));
    return address;
  };
  program.input_address = place(network.input, network.input_format);
  const auto address_of = [&](int producer) {
    return producer == kNetworkInput
               ? program.input_address
               : program.layers[static_cast<std::size_t>(producer)].descriptor.output_address;
  };
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const LayerNode& node = network.layers[i].node;
    Descriptor& d = program.layers[i].descriptor;
    d.output_address = place(d.output_shape(), d.requant.out);
    d.input_address = address_of(node.input);
    if (node.kind == LayerKind::kAdd) d.input2_address = address_of(node.input2);
    program.layers[i].predicted_bytes = predicted_traffic(d, config);
    program.layers[i].predicted_compute_cycles = predicted_compute_cycles(d, config);
    const DescriptorBytes bytes = encode_checked(node.name, d);
    std::copy(bytes.begin(), bytes.end(),
              program.image.begin() + static_cast<std::ptrdiff_t>(i * kDescriptorBytes));
  }
  program.memory_bytes = static_cast<std::uint64_t>(next);
  if (next > config.dram.capacity_bytes) {
    throw std::runtime_error("network \"" + network.name + "\" needs " + std::to_string(next) +
                             " bytes of memory, accelerator \"" + config.name +
                             "\" has dram.capacity_bytes " +
                             std::to_string(config.dram.capacity_bytes));
  }
  return program;
}

}  // namespace dcnsim
