// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/elf_file.h"

#include <elf.h>

#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "models/base/file/text_file.h"
#include "platform/riscv/memory_map.h"

namespace dcnsim::riscv {
namespace {

constexpr std::uint64_t kAddresses = std::uint64_t{1} << 32;

/// The structure at `offset`; throws if the file ends before.
template <typename T>
T structure_at(const std::string& path, const std::string& file, std::uint64_t offset) {
  if (offset > file.size() || sizeof(T) > file.size() - offset) {
    throw std::runtime_error(path + ": ends within its headers");
  }
  T value;
  std::memcpy(&value, file.data() + offset, sizeof value);
  return value;
}

}  // namespace

ElfFile load_elf(const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    throw std::runtime_error(path + ": not a regular file");
  }
  const std::string file = read_text_file(path, kMaxFirmwareBytes);
  const auto header = structure_at<Elf32_Ehdr>(path, file, 0);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS32 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != EM_RISCV ||
      header.e_type != ET_EXEC) {
    throw std::runtime_error(path + ": expected a 32-bit RISC-V ELF executable");
  }
  if (header.e_phnum > 0 && header.e_phentsize != sizeof(Elf32_Phdr)) {
    throw std::runtime_error(path + ": program headers of " + std::to_string(header.e_phentsize) +
                             " bytes, expected " + std::to_string(sizeof(Elf32_Phdr)));
  }
  ElfFile elf;
  elf.entry = header.e_entry;
  std::uint64_t room = std::uint64_t{DCN_MAP_RAM_BYTES} + DCN_MAP_DRAM_BYTES_MAX;
  std::uint64_t unshared = file.size();
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    const auto segment =
        structure_at<Elf32_Phdr>(path, file, header.e_phoff + i * sizeof(Elf32_Phdr));
    if (segment.p_type != PT_LOAD || segment.p_memsz == 0) continue;
    const std::uint64_t offset = segment.p_offset;
    if (segment.p_filesz > segment.p_memsz || offset + segment.p_filesz > file.size() ||
        segment.p_filesz > unshared || segment.p_memsz > room ||
        std::uint64_t{segment.p_paddr} + segment.p_memsz > kAddresses) {
      throw std::runtime_error(path + ": segment " + std::to_string(i) + ": " +
                               std::to_string(segment.p_memsz) + " bytes in memory, " +
                               std::to_string(segment.p_filesz) +
                               " in the file: does not fit beside those before it");
    }
    room -= segment.p_memsz;
    unshared -= segment.p_filesz;
    const auto begin = file.begin() + static_cast<std::ptrdiff_t>(offset);
    elf.segments.push_back({segment.p_paddr,
                            {begin, begin + static_cast<std::ptrdiff_t>(segment.p_filesz)},
                            segment.p_memsz - segment.p_filesz});
  }
  return elf;
}

}  // namespace dcnsim::riscv
