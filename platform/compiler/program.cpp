// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/program.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "models/arch/memory_layout.h"
#include "models/base/integer.h"
#include "models/numeric/bitpack.h"
#include "models/perf/schedule.h"
#include "models/perf/transfers.h"
#include "models/perf/weight_layout.h"
#include "platform/compiler/describe.h"
#include "platform/compiler/memory_regions.h"
#include "platform/compiler/move_descriptors.h"
#include "workloads/map_parts.h"

namespace dcnsim {
namespace {

/// Writes value(i), `bytes_each` little-endian, for the `of_channel` values that each of a part's
/// channels has.
template <typename Value>
void put_of_channels(int channel0, const Part& part, int of_channel, int bytes_each,
                     const Value& value, std::uint8_t* to) {
  const auto values = static_cast<std::size_t>(of_channel);
  for (std::size_t i = 0; i < part.codes * values; ++i) {
    const std::uint64_t bytes = value(static_cast<std::size_t>(channel0) * values + i);
    for (int byte = 0; byte < bytes_each; ++byte) {
      *to++ = static_cast<std::uint8_t>(bytes >> (8 * byte));
    }
  }
}

/// The codes of `channels` output channels from channel0 on for the reduction steps of `step`.
CodeTensor block_codes(const FixedLayer& layer, const Descriptor& d, const Step& step, int channel0,
                       int channels) {
  const auto reduction = static_cast<std::size_t>(d.conv.reduction());
  const GroupInputs inputs = inputs_of_group(d, step);
  CodeTensor block({step.k1 - step.k0, 1, channels}, layer.weight);
  std::size_t code = 0;
  for (int k = step.k0; k < step.k1; ++k) {
    const auto from = static_cast<std::size_t>(whole_reduction_step(d, inputs, k));
    for (int c = channel0; c < channel0 + channels; ++c) {
      block.set(code++, layer.weights[static_cast<std::size_t>(c) * reduction + from]);
    }
  }
  return block;
}

/// Multipliers and shifts, or thresholds, of the channels of `part` from `channel0` on.
void put_parameters(const FixedLayer& layer, const Accumulator& accumulator, int channel0,
                    const Part& part, std::uint8_t* to) {
  const Requant& requant = layer.requant;
  if (requant.counts) {
    const auto threshold = [&](std::size_t i) {
      return static_cast<std::uint64_t>(layer.thresholds[i]);
    };
    put_of_channels(channel0, part, requant.thresholds_a_channel(), bias_bytes(accumulator.bits),
                    threshold, to);
    return;
  }
  const int bits = accumulator.multiplier_bits;
  const auto scale = [&](std::size_t i) {
    const Scale one = narrowed(layer.scales[i], bits);
    return std::uint64_t{one.multiplier} << kScaleShiftBits | u64(one.shift);
  };
  put_of_channels(channel0, part, requant.scales_a_channel(), parameter_bytes(bits), scale, to);
}

/// Writes the weight tiles of one layer (WeightLayout) to their places in `image`, up to whose end
/// they go.
void append_weights(const FixedLayer& layer, Descriptor d, const AcceleratorConfig& config,
                    std::vector<std::uint8_t>& image) {
  image.resize(d.weight_address + u64(WeightLayout(d, config).bytes()));
  // With a single pixel tile every weight tile is loaded once.
  d.batch = 0;
  d.tiling.tile_h = d.output_shape().height;
  d.tiling.tile_w = d.output_shape().width;
  Parts parts;
  for_each_step(d, [&](const Step& step) {
    weight_parts(d, config, step, parts);
    const int most =
        step.groups > 1 ? (step.channel1 - step.channel0) / step.groups : config.array.columns;
    int biases = step.channel0, codes = step.channel0, parameters = step.channel0;
    for (const Part& part : parts) {
      std::uint8_t* to = image.data() + part.address;
      if (part.stream == Stream::kBias) {
        const auto bias = [&](std::size_t channel) {
          return static_cast<std::uint64_t>(layer.bias[channel]);
        };
        put_of_channels(biases, part, 1, bias_bytes(config.accumulator.bits), bias, to);
        biases += static_cast<int>(part.codes);
        continue;
      }
      if (part.stream == Stream::kParameter) {
        put_parameters(layer, config.accumulator, parameters, part, to);
        parameters += static_cast<int>(part.codes);
        continue;
      }
      std::size_t bit = 0;
      for (std::size_t left = part.codes; left > 0; codes += most) {
        const CodeTensor block =
            block_codes(layer, d, step, codes, std::min(most, step.channel1 - codes));
        pack_codes(block.data(), layer.weight, block.size(), to, bit);
        bit += block.size() * static_cast<std::size_t>(layer.weight.bits);
        left -= block.size();
      }
    }
  });
}

/// Writes a layer's table to its place, which is behind all that `image` has.
void append_table(const FixedLayer& layer, const Descriptor& d, std::vector<std::uint8_t>& image) {
  const CodeTensor table = table_of(layer);
  image.resize(d.weight_address + packed_bytes(table.size(), table.format().bits));
  pack_codes(table.data(), table.format(), table.size(), image.data() + d.weight_address, 0);
}

/// Takes the layout of the network's input from its readers, of which some may see fewer channels
/// than a plane has.
void lay_out_input(const FixedNetwork& network, Program& program) {
  const auto take = [&](int segment, int strip) {
    program.input_segment = std::max(program.input_segment, segment);
    program.input_strip = strip;
  };
  for (std::size_t i = network.layers.size(); i-- > 0;) {
    const LayerNode& node = network.layers[i].node;
    const Descriptor& d = program.layers[i].descriptor;
    if (node.kind == LayerKind::kAdd && node.input2 == kNetworkInput) {
      take(d.input2_segment, d.input2_strip);
    }
    if (node.input == kNetworkInput) take(d.input_segment, d.input_strip);
  }
}

std::string to_text(const MapLayout& layout) {
  return "planes of " + std::to_string(layout.segment()) + " channels in strips of " +
         std::to_string(layout.strip()) + " columns";
}

/// The maps in memory that layers write and read.
class MapPlaces {
 public:
  MapPlaces(const FixedNetwork& network, const Program& program, int bus_bytes)
      : network_(network), program_(program), bus_bytes_(bus_bytes), maps_(network) {}

  /// Address of the output of `layer`, for which there is room in `regions` from now on.
  std::uint64_t place_output(std::size_t layer, MemoryRegions& regions) {
    const Join& join = network_.layers[layer].node.join;
    const MapLayout layout = layout_of(static_cast<int>(layer));
    if (!join.any()) return regions.place(layout.bytes());
    const auto [found, is_new] = joined_.try_emplace(join.map);
    if (is_new) found->second = regions.place(layout.bytes());
    return found->second + u64(layout.plane(join.channel).offset);
  }

  /// Address of what layer `reader` sees of the map of `producer`, as which it reads `read`.
  std::uint64_t address_of(int producer, const MapView& view, const MapLayout& read,
                           std::size_t reader) const {
    const MapLayout written = layout_of(producer);
    if (read.segment() != std::min(written.segment(), read.shape().channels) ||
        read.strip() != written.strip()) {
      const bool is_image = producer == kNetworkInput;
      throw std::runtime_error(
          "layer \"" + program_.layers[reader].name + "\" reads " +
          (is_image ? "the network's input"
                    : '"' + program_.layers[static_cast<std::size_t>(producer)].name + '"') +
          " in " + to_text(read) + ", it is written in " + to_text(written));
    }
    return start_of(producer) + u64(written.plane(view.channel).offset);
  }

 private:
  const Descriptor& descriptor(int layer) const {
    return program_.layers[static_cast<std::size_t>(layer)].descriptor;
  }
  /// Of the whole map. The first of several outputs in it has whole planes.
  MapLayout layout_of(int producer) const {
    if (producer == kNetworkInput) return image_layout(program_, bus_bytes_);
    const Descriptor& first = descriptor(maps_.of(producer).front().producer);
    return {network_.shape_of(producer), first.requant.out.bits, first.output_segment,
            first.output_strip, bus_bytes_};
  }
  std::uint64_t start_of(int producer) const {
    if (producer == kNetworkInput) return program_.input_address;
    const Join& join = network_.layers[static_cast<std::size_t>(producer)].node.join;
    return join.any() ? joined_.at(join.map) : descriptor(producer).output_address;
  }

  const FixedNetwork& network_;
  const Program& program_;
  const int bus_bytes_;
  const MapParts<FixedNetwork> maps_;
  std::map<int, std::uint64_t> joined_;  ///< addresses by number
};

}  // namespace

Program compile(const FixedNetwork& network, const AcceleratorConfig& config, const DramSpec& dram,
                const MapperOptions& options) {
  validate(config);
  const std::vector<Descriptor> layers = describe(network, config.accumulator);
  return assemble(network, config, map_network(network, layers, config, dram, options));
}

Program lay_out(const FixedNetwork& network, const AcceleratorConfig& config,
                const std::vector<LayerMapping>& mappings, int sets) {
  Program program;
  program.sets = sets;
  program.images = mappings.front().descriptor.images();
  program.input_shape = network.input;
  program.input_format = network.input_format;
  MemoryRegions regions;
  program.descriptor_address =
      regions.place(sets * static_cast<std::int64_t>(network.layers.size() * kDescriptorBytes));
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    Descriptor d = mappings[i].descriptor;
    if (d.kind == LayerKind::kConv) {
      d.weight_address = regions.place(WeightLayout(d, config).bytes());
    }
    if (d.has_table()) d.weight_address = regions.place((table_bits(d) + 7) / 8);
    program.layers.push_back({network.layers[i].node.name, d});
  }

  const int bus = config.dma.bus_bytes;
  lay_out_input(network, program);
  program.input_address = regions.place(image_layout(program, bus).bytes());
  MapPlaces maps(network, program, bus);
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const LayerNode& node = network.layers[i].node;
    Descriptor& d = program.layers[i].descriptor;
    if (!d.output_on_chip) d.output_address = maps.place_output(i, regions);
    if (!d.input_on_chip) {
      d.input_address = maps.address_of(node.input, node.view, input_layout(d, bus), i);
    }
    if (node.kind == LayerKind::kAdd) {
      d.input2_address = maps.address_of(node.input2, node.view2, input2_layout(d, bus), i);
    }
  }
  program.map_stride = u64(regions.bytes()) - program.input_address;
  const std::int64_t copies = std::int64_t{sets} * program.images;
  program.memory_bytes = program.input_address + u64(copies) * program.map_stride;
  for (ProgramLayer& layer : program.layers) {
    layer.descriptor.batch_stride = program.images > 1 ? program.map_stride : 0;
  }
  if (program.memory_bytes > u64(config.dram.capacity_bytes)) {
    throw std::runtime_error(
        "network \"" + network.name + "\" needs " + std::to_string(program.memory_bytes) +
        " bytes of memory, accelerator \"" + config.name + "\" has dram.capacity_bytes " +
        std::to_string(config.dram.capacity_bytes));
  }
  return program;
}

Program assemble(const FixedNetwork& network, const AcceleratorConfig& config,
                 const std::vector<LayerMapping>& mappings, int sets) {
  Program program = lay_out(network, config, mappings, sets);
  for (int set = 0; set < sets; ++set) {
    for (const Descriptor& d : descriptors(program, set)) {
      const DescriptorBytes bytes = encode(d);
      program.image.insert(program.image.end(), bytes.begin(), bytes.end());
    }
  }
  for (std::size_t i = 0; i < program.layers.size(); ++i) {
    const Descriptor& d = program.layers[i].descriptor;
    if (d.kind == LayerKind::kConv) append_weights(network.layers[i], d, config, program.image);
    if (d.has_table()) append_table(network.layers[i], d, program.image);
  }
  // The image goes up to the first region that holds no constants.
  program.image.resize(program.input_address);
  return program;
}

MapLayout image_layout(const Program& program, int bus_bytes) {
  return {program.input_shape, program.input_format.bits, program.input_segment,
          program.input_strip, bus_bytes};
}

std::vector<Descriptor> descriptors(const Program& program, int set) {
  std::vector<Descriptor> descriptors;
  for (const ProgramLayer& layer : program.layers) {
    descriptors.push_back(layer.descriptor);
    move(descriptors.back(), 0, program.maps_before(set));
  }
  return descriptors;
}

}  // namespace dcnsim
