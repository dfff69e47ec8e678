// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/memory_image.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "models/arch/memory_layout.h"

namespace dcnsim::riscv {
namespace {

constexpr std::int64_t kAlignment = 64;

/// Memory that grows by regions.
class Regions {
 public:
  std::uint32_t add(std::size_t size) {
    const auto at =
        static_cast<std::size_t>(align_up(static_cast<std::int64_t>(bytes.size()), kAlignment));
    bytes.resize(at + size);
    return DCN_MAP_DRAM + static_cast<std::uint32_t>(at);
  }
  template <typename T>
  std::uint32_t add(const T* data, std::size_t size) {
    const std::uint32_t address = add(size);
    const auto* from = reinterpret_cast<const std::uint8_t*>(data);
    std::copy_n(from, size, bytes.begin() + (address - DCN_MAP_DRAM));
    return address;
  }

  std::vector<std::uint8_t> bytes;
};

/// The program's descriptors with its weights at `weights` and its activations moved likewise.
std::vector<std::uint8_t> descriptors(const Program& program, std::uint64_t weights,
                                      std::uint64_t activations) {
  std::vector<std::uint8_t> list;
  for (const ProgramLayer& layer : program.layers) {
    Descriptor d = layer.descriptor;
    d.input_address += activations;
    d.output_address += activations;
    if (d.kind == LayerKind::kAdd) d.input2_address += activations;
    if (d.kind == LayerKind::kConv) d.weight_address += weights;
    const DescriptorBytes bytes = encode(d);
    list.insert(list.end(), bytes.begin(), bytes.end());
  }
  return list;
}

}  // namespace

MemoryImage compose(const Program& program, const std::vector<CodeTensor>& images,
                    const std::vector<std::uint8_t>& labels, std::uint32_t accelerators,
                    int bus_bytes, std::uint64_t capacity_bytes) {
  const Descriptor& last = program.layers.back().descriptor;
  const Shape out = last.output_shape();
  if (out.height != 1) {
    throw std::runtime_error("the network's output has " + std::to_string(out.height) +
                             " rows, expected one row of classes");
  }
  const MapLayout layout = output_layout(last, bus_bytes);
  if (layout.segment() != out.channels || layout.strip() != out.width) {
    throw std::runtime_error("the network's output lies in planes of " +
                             std::to_string(layout.segment()) + " channels and strips of " +
                             std::to_string(layout.strip()) + " columns, expected one of each");
  }
  MemoryImage image;
  DcnBootTable& table = image.table;
  table.magic = DCN_BOOT_MAGIC;
  table.accelerators = accelerators;
  table.descriptor_count = static_cast<std::uint32_t>(program.layers.size());
  table.image_count = static_cast<std::uint32_t>(images.size());
  table.classes = static_cast<std::uint32_t>(out.width * out.channels);
  table.code_bits = static_cast<std::uint32_t>(last.requant.out.bits);
  table.code_signed = last.requant.out.is_signed ? 1 : 0;
  table.input_bytes = static_cast<std::uint32_t>(image_layout(program, bus_bytes).bytes());
  table.output_bytes = static_cast<std::uint32_t>(output_layout(last, bus_bytes).bytes());

  Regions regions;
  regions.bytes = program.image;
  regions.bytes.resize(program.memory_bytes);
  const std::uint64_t activation_bytes = program.memory_bytes - program.input_address;
  for (std::uint32_t k = 0; k < accelerators; ++k) {
    std::uint64_t activations = DCN_MAP_DRAM;
    if (k > 0) activations = regions.add(activation_bytes) - program.input_address;
    const std::vector<std::uint8_t> list = descriptors(program, DCN_MAP_DRAM, activations);
    std::uint32_t at = DCN_MAP_DRAM + static_cast<std::uint32_t>(program.descriptor_address);
    if (k > 0) {
      at = regions.add(list.data(), list.size());
    } else {
      std::copy(list.begin(), list.end(), regions.bytes.begin() + (at - DCN_MAP_DRAM));
    }
    table.jobs[k] = {at, static_cast<std::uint32_t>(program.input_address + activations),
                     static_cast<std::uint32_t>(last.output_address + activations)};
  }
  table.images = regions.add(std::size_t{table.input_bytes} * images.size());
  std::size_t to = table.images - DCN_MAP_DRAM;
  for (const CodeTensor& input : images) {
    if (input.shape() != program.input_shape || input.format() != program.input_format) {
      throw std::runtime_error("image: shape or format differs from the network's input");
    }
    const std::vector<std::uint8_t> packed =
        pack_map(input, bus_bytes, program.input_segment, program.input_strip);
    std::copy(packed.begin(), packed.end(),
              regions.bytes.begin() + static_cast<std::ptrdiff_t>(to));
    to += packed.size();
  }
  table.labels = regions.add(labels.data(), labels.size());
  table.results = regions.add(sizeof(DcnImageResult) * images.size());
  table.outputs = regions.add(std::size_t{table.output_bytes} * images.size());
  image.table_address = regions.add(&table, sizeof table);
  image.bytes = std::move(regions.bytes);
  if (image.bytes.size() > capacity_bytes) {
    throw std::runtime_error(std::to_string(images.size()) + " images with the network need " +
                             std::to_string(image.bytes.size()) +
                             " bytes of memory, dram.capacity_bytes is " +
                             std::to_string(capacity_bytes));
  }
  return image;
}

}  // namespace dcnsim::riscv
