// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/program.h"

#include <algorithm>
#include <stdexcept>

#include "models/arch/memory_layout.h"
#include "models/numeric/bitpack.h"
#include "platform/compiler/describe.h"
#include "platform/compiler/memory_regions.h"

namespace dcnsim {
namespace {

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
      pack_codes(block.data(), layer.weight, block.size(), image.data() + start + layout.bias_bytes,
                 0);
    }
  }
}

}  // namespace

Program compile(const FixedNetwork& network, const AcceleratorConfig& config, const DramSpec& dram,
                const MapperOptions& options) {
  validate(config);
  const std::vector<Descriptor> layers = describe(network, config.accumulator);
  return assemble(network, config, map_network(network, layers, config, dram, options));
}

Program lay_out(const FixedNetwork& network, const AcceleratorConfig& config,
                const std::vector<LayerMapping>& mappings) {
  Program program;
  program.input_shape = network.input;
  program.input_format = network.input_format;
  MemoryRegions regions;
  program.descriptor_address =
      regions.place(static_cast<std::int64_t>(network.layers.size() * kDescriptorBytes));
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    Descriptor d = mappings[i].descriptor;
    if (d.kind == LayerKind::kConv) d.weight_address = regions.place(weight_bytes(d, config));
    program.layers.push_back({network.layers[i].node.name, d});
  }

  const int bus = config.dma.bus_bytes;
  program.input_address = regions.place(map_bytes(network.input, network.input_format.bits, bus));
  const auto address_of = [&](int producer) {
    return producer == kNetworkInput
               ? program.input_address
               : program.layers[static_cast<std::size_t>(producer)].descriptor.output_address;
  };
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const LayerNode& node = network.layers[i].node;
    Descriptor& d = program.layers[i].descriptor;
    if (!d.output_on_chip) {
      d.output_address = regions.place(map_bytes(d.output_shape(), d.requant.out.bits, bus));
    }
    if (!d.input_on_chip) d.input_address = address_of(node.input);
    if (node.kind == LayerKind::kAdd) d.input2_address = address_of(node.input2);
  }
  program.memory_bytes = static_cast<std::uint64_t>(regions.bytes());
  if (regions.bytes() > config.dram.capacity_bytes) {
    throw std::runtime_error("network \"" + network.name + "\" needs " +
                             std::to_string(regions.bytes()) + " bytes of memory, accelerator \"" +
                             config.name + "\" has dram.capacity_bytes " +
                             std::to_string(config.dram.capacity_bytes));
  }
  return program;
}

Program assemble(const FixedNetwork& network, const AcceleratorConfig& config,
                 const std::vector<LayerMapping>& mappings) {
  Program program = lay_out(network, config, mappings);
  program.image.resize(program.layers.size() * kDescriptorBytes);
  for (std::size_t i = 0; i < program.layers.size(); ++i) {
    const Descriptor& d = program.layers[i].descriptor;
    const DescriptorBytes bytes = encode(d);
    std::copy(bytes.begin(), bytes.end(),
              program.image.begin() + static_cast<std::ptrdiff_t>(i * kDescriptorBytes));
    if (d.kind != LayerKind::kConv) continue;
    program.image.resize(d.weight_address);
    append_weights(network.layers[i], config, program.image);
  }
  // The image goes up to the first region that holds no constants.
  program.image.resize(program.input_address);
  return program;
}

std::vector<Descriptor> descriptors(const Program& program) {
  std::vector<Descriptor> descriptors;
  for (const ProgramLayer& layer : program.layers) descriptors.push_back(layer.descriptor);
  return descriptors;
}

}  // namespace dcnsim
