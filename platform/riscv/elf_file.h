// SPDX-License-Identifier: Apache-2.0
// Reads what of a firmware's ELF file is loaded into memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace dcnsim::riscv {

struct ElfSegment {
  std::uint32_t address;
  std::vector<std::uint8_t> bytes;
  std::uint32_t zeros;  ///< that follow: counted, not kept, since a file may ask for any number
};

struct ElfFile {
  std::uint32_t entry = 0;
  std::vector<ElfSegment> segments;
};

/// A firmware's file, its symbols included.
inline constexpr std::size_t kMaxFirmwareBytes = std::size_t{64} << 20;

/// Throws std::runtime_error naming the file: missing, damaged, not for 32-bit RISC-V, larger than
/// kMaxFirmwareBytes; segments that share the file's bytes, or are in all more than the platform
/// can have memory.
ElfFile load_elf(const std::string& path);

}  // namespace dcnsim::riscv
