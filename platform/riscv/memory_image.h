// SPDX-License-Identifier: Apache-2.0
// What lies in DRAM when the firmware `classify` starts: the compiled network, the images and the
// boot table.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/compiler/program.h"
#include "platform/riscv/boot_table.h"

namespace dcnsim::riscv {

struct MemoryImage {
  std::vector<std::uint8_t> bytes;  ///< from DCN_MAP_DRAM on
  std::uint32_t table_address = 0;
  DcnBootTable table{};
};

/// The program lies at the start of DRAM, as in the stand-alone system; each further accelerator
/// has descriptors and activations of its own behind it and shares the weights. Throws
/// std::runtime_error: images that are not the network's, an output that is not one row of codes,
/// more than `capacity_bytes`.
MemoryImage compose(const Program& program, const std::vector<CodeTensor>& images,
                    const std::vector<std::uint8_t>& labels, std::uint32_t accelerators,
                    int bus_bytes, std::uint64_t capacity_bytes);

}  // namespace dcnsim::riscv
