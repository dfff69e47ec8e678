// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/memory_image.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "models/arch/memory_layout.h"
#include "platform/compiler/move_descriptors.h"

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
std::vector<std::uint8_t> moved_list(const Program& program, std::uint64_t weights,
                                     std::uint64_t activations) {
  const auto from = program.image.begin() + static_cast<std::ptrdiff_t>(program.descriptor_address);
  const std::size_t count = program.layers.size();
  std::vector<std::uint8_t> list(from,
                                 from + static_cast<std::ptrdiff_t>(count * kDescriptorBytes));
  move_descriptors(list.data(), count, weights, activations);
  return list;
}

/// Where a network's output has to lie for the firmware to read it. Throws std::runtime_error.
MapLayout one_row(const Descriptor& last, int bus_bytes) {
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
  return layout;
}

/// The program, and what each of the accelerators has of its own.
void add_program(Regions& regions, const Task& task, std::uint32_t number, std::uint32_t sets,
                 DcnBootTable& table) {
  const Program& program = task.program;
  const Descriptor& last = program.layers.back().descriptor;
  const std::uint32_t base = regions.add(program.memory_bytes);
  std::copy(program.image.begin(), program.image.end(),
            regions.bytes.begin() + (base - DCN_MAP_DRAM));
  const std::uint64_t activation_bytes = program.memory_bytes - program.input_address;
  bool is_first = true;
  for (const DcnPlace& place : task.accelerators) {
    DcnJobMemory& job = table.jobs[table.accelerators++];
    job = {place, number, sets, {}};
    for (std::uint32_t set = 0; set < sets; ++set) {
      // The first finds all it needs in the program.
      const std::uint64_t activations =
          is_first ? base : regions.add(activation_bytes) - program.input_address;
      const std::vector<std::uint8_t> list = moved_list(program, base, activations);
      auto at = base + static_cast<std::uint32_t>(program.descriptor_address);
      if (is_first) {
        std::copy(list.begin(), list.end(), regions.bytes.begin() + (at - DCN_MAP_DRAM));
      } else {
        at = regions.add(list.data(), list.size());
      }
      job.sets[set] = {at, static_cast<std::uint32_t>(program.input_address + activations),
                       static_cast<std::uint32_t>(last.output_address + activations)};
      is_first = false;
    }
  }
}

/// The images, and room for what comes of them.
DcnTask add_images(Regions& regions, const Task& task) {
  const Program& program = task.program;
  const Descriptor& last = program.layers.back().descriptor;
  const Shape out = last.output_shape();
  DcnTask entry{};
  entry.descriptor_count = static_cast<std::uint32_t>(program.layers.size());
  entry.image_count = static_cast<std::uint32_t>(task.images.size());
  entry.classes = static_cast<std::uint32_t>(out.width * out.channels);
  entry.code_bits = static_cast<std::uint32_t>(last.requant.out.bits);
  entry.code_signed = last.requant.out.is_signed ? 1 : 0;
  entry.input_bytes = static_cast<std::uint32_t>(image_layout(program, task.bus_bytes).bytes());
  entry.output_bytes = static_cast<std::uint32_t>(one_row(last, task.bus_bytes).bytes());
  entry.images = regions.add(std::size_t{entry.input_bytes} * task.images.size());
  std::size_t to = entry.images - DCN_MAP_DRAM;
  for (const CodeTensor& input : task.images) {
    if (input.shape() != program.input_shape || input.format() != program.input_format) {
      throw std::runtime_error("image: shape or format differs from the network's input");
    }
    const std::vector<std::uint8_t> packed =
        pack_map(input, task.bus_bytes, program.input_segment, program.input_strip);
    std::copy(packed.begin(), packed.end(),
              regions.bytes.begin() + static_cast<std::ptrdiff_t>(to));
    to += packed.size();
  }
  if (!task.labels.empty()) {
    entry.labels = regions.add(task.labels.data(), task.labels.size() * sizeof task.labels.front());
  }
  entry.results = regions.add(sizeof(DcnImageResult) * task.images.size());
  entry.outputs = regions.add(std::size_t{entry.output_bytes} * task.images.size());
  return entry;
}

}  // namespace

std::vector<DcnPlace> usual_places(std::uint32_t count) {
  std::vector<DcnPlace> places;
  for (std::uint32_t k = 0; k < count; ++k) places.push_back(usual_place(k));
  return places;
}

MemoryImage compose(const std::vector<Task>& tasks, std::uint64_t capacity_bytes,
                    std::uint32_t sets) {
  MemoryImage image;
  DcnBootTable& table = image.table;
  table.magic = DCN_BOOT_MAGIC;
  std::size_t accelerators = 0, images = 0;
  for (const Task& task : tasks) {
    accelerators += task.accelerators.size();
    images += task.images.size();
  }
  if (accelerators > DCN_ACCELERATORS_MAX) {
    throw std::runtime_error(std::to_string(accelerators) + " accelerators, expected at most " +
                             std::to_string(DCN_ACCELERATORS_MAX));
  }
  Regions regions;
  for (const Task& task : tasks) {
    add_program(regions, task, table.task_count, sets, table);
    table.tasks[table.task_count++] = add_images(regions, task);
  }
  image.table_address = regions.add(&table, sizeof table);
  image.bytes = std::move(regions.bytes);
  if (image.bytes.size() > capacity_bytes) {
    throw std::runtime_error(std::to_string(images) + " images with the " +
                             (tasks.size() == 1 ? "network" : "networks") + " need " +
                             std::to_string(image.bytes.size()) +
                             " bytes of memory, dram.capacity_bytes is " +
                             std::to_string(capacity_bytes));
  }
  return image;
}

}  // namespace dcnsim::riscv
