// SPDX-License-Identifier: Apache-2.0
// What lies in DRAM when the firmware `classify` starts: the compiled networks, the images and the
// boot table.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/compiler/program.h"
#include "platform/riscv/boot_table.h"

namespace dcnsim::riscv {

/// Where accelerator `index` is by custom.
constexpr DcnPlace usual_place(std::uint32_t index) {
  return {DCN_MAP_ACCELERATOR(index), DCN_PLIC_ACCELERATOR(index)};
}
std::vector<DcnPlace> usual_places(std::uint32_t count);

/// A compiled network, its images and those who work on them.
struct Task {
  Program program;
  int bus_bytes;  ///< of the accelerators
  std::vector<CodeTensor> images;
  std::vector<std::uint32_t> labels;  ///< of the images; empty: unknown
  std::vector<DcnPlace> accelerators;
};

struct MemoryImage {
  std::vector<std::uint8_t> bytes;  ///< from DCN_MAP_DRAM on
  std::uint32_t table_address = 0;
  DcnBootTable table{};
};

/// The first program lies at the start of DRAM, as in the stand-alone system; each further
/// accelerator of a task, and each of its `sets`, 1..DCN_SETS_MAX, has descriptors and activations
/// of its own behind it and shares the weights. Throws std::runtime_error: images that are not the
/// network's, an output that is not one row of codes, more than `capacity_bytes`, too many
/// accelerators.
MemoryImage compose(const std::vector<Task>& tasks, std::uint64_t capacity_bytes,
                    std::uint32_t sets = 1);

}  // namespace dcnsim::riscv
