// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/elf_file.h"

#include <elf.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include "platform/riscv/memory_map.h"

namespace dcnsim::riscv {
namespace {

/// The structure at `offset`; throws if the file ends before.
template <typename T>
T structure_at(const std::string& path, const std::vector<char>& file, std::uint64_t offset) {
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
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path + ": cannot be opened");
  const std::vector<char> file{std::istreambuf_iterator<char>(in), {}};
  const auto header = structure_at<Elf32_Ehdr>(path, file, 0);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS32 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != EM_RISCV ||
      header.e_type != ET_EXEC) {
    throw std::runtime_error(path + ": expected a 32-bit RISC-V ELF executable");
  }
  ElfFile elf;
  elf.entry = header.e_entry;
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    const auto segment = structure_at<Elf32_Phdr>(
        path, file, header.e_phoff + i * std::uint64_t{header.e_phentsize});
    if (segment.p_type != PT_LOAD || segment.p_memsz == 0) continue;
    const std::uint64_t offset = segment.p_offset;
    if (segment.p_filesz > segment.p_memsz || offset + segment.p_filesz > file.size() ||
        segment.p_memsz > DCN_MAP_DRAM_BYTES_MAX) {
      throw std::runtime_error(path + ": segment " + std::to_string(i) + ": " +
                               std::to_string(segment.p_memsz) + " bytes in memory, " +
                               std::to_string(segment.p_filesz) + " in the file: does not fit");
    }
    ElfSegment& loaded = elf.segments.emplace_back();
    loaded.address = segment.p_paddr;
    loaded.bytes.assign(file.data() + offset, file.data() + offset + segment.p_filesz);
    loaded.bytes.resize(segment.p_memsz);
  }
  return elf;
}

}  // namespace dcnsim::riscv
