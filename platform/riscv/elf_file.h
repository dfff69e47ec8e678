// SPDX-License-Identifier: Apache-2.0
// Reads what of a firmware's ELF file is loaded into memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dcnsim::riscv {

struct ElfSegment {
  std::uint32_t address;
  std::vector<std::uint8_t> bytes;  ///< zeros at the end included
};

struct ElfFile {
  std::uint32_t entry = 0;
  std::vector<ElfSegment> segments;
};

/// Throws std::runtime_error naming the file: missing, damaged, or not for 32-bit RISC-V.
ElfFile load_elf(const std::string& path);

}  // namespace dcnsim::riscv
