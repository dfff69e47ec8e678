// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/elf_file.h"

#include <elf.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>

#include "tests/support/temporary_folder.h"

namespace dcnsim::riscv {
namespace {

struct Image {
  Elf32_Ehdr header{};
  Elf32_Phdr segment{};
  char data[4] = {1, 2, 3, 4};
};

class ElfFileTest : public testing::Test {
 protected:
  ElfFileTest() {
    std::memcpy(image_.header.e_ident, ELFMAG, SELFMAG);
    image_.header.e_ident[EI_CLASS] = ELFCLASS32;
    image_.header.e_ident[EI_DATA] = ELFDATA2LSB;
    image_.header.e_machine = EM_RISCV;
    image_.header.e_type = ET_EXEC;
    image_.header.e_entry = 0x20000010;
    image_.header.e_phoff = offsetof(Image, segment);
    image_.header.e_phentsize = sizeof(Elf32_Phdr);
    image_.header.e_phnum = 1;
    image_.segment = {PT_LOAD, offsetof(Image, data), 0x20000000, 0x20000000, 4, 6, PF_R, 4};
  }
  ~ElfFileTest() override { std::filesystem::remove(path_); }

  ElfFile load(std::size_t bytes = sizeof(Image)) {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(&image_), static_cast<std::streamsize>(bytes));
    return load_elf(path_);
  }

  Image image_;
  const std::string path_ =
      (std::filesystem::temp_directory_path() / ("dcnsim_elf_" + std::to_string(getpid()) + ".elf"))
          .string();
};

TEST_F(ElfFileTest, has_entry_and_segments_filled_up_with_zeros) {
  const ElfFile elf = load();
  EXPECT_EQ(elf.entry, 0x20000010u);
  ASSERT_EQ(elf.segments.size(), 1u);
  EXPECT_EQ(elf.segments[0].address, 0x20000000u);
  EXPECT_EQ(elf.segments[0].bytes, (std::vector<std::uint8_t>{1, 2, 3, 4}));
  EXPECT_EQ(elf.segments[0].zeros, 2u);
}

TEST_F(ElfFileTest, a_file_cut_anywhere_is_refused) {
  for (std::size_t bytes = 0; bytes < sizeof(Image); ++bytes) {
    EXPECT_THROW(load(bytes), std::runtime_error) << bytes;
  }
}

TEST_F(ElfFileTest, another_machine_or_a_damaged_segment_is_refused) {
  const Image good = image_;
  const std::vector<std::function<void()>> damages = {
      [&] { image_.header.e_ident[EI_CLASS] = ELFCLASS64; },
      [&] { image_.header.e_ident[EI_DATA] = ELFDATA2MSB; },
      [&] { image_.header.e_machine = EM_X86_64; },
      [&] { image_.header.e_type = ET_REL; },
      [&] { image_.header.e_phoff = 0xFFFFFFF0; },
      [&] { image_.header.e_phnum = 0xFFFF; },
      [&] { image_.header.e_phentsize = 0; },
      [&] { image_.segment.p_offset = 0xFFFFFFF0; },
      [&] { image_.segment.p_filesz = 0x10000; },
      [&] { image_.segment.p_memsz = 0xFFFFFFFF; },
  };
  for (std::size_t i = 0; i < damages.size(); ++i) {
    image_ = good;
    damages[i]();
    EXPECT_THROW(load(), std::runtime_error) << i;
  }
}

/// As many bytes of memory as a file asks for are not taken, however often it asks.
TEST_F(ElfFileTest, segments_are_bounded_in_sum) {
  const auto with = [&](std::uint32_t count, std::uint32_t file_bytes, std::uint32_t memory_bytes) {
    std::string bytes(sizeof(Elf32_Ehdr), '\0');
    image_.header.e_phnum = static_cast<Elf32_Half>(count);
    image_.header.e_phoff = sizeof(Elf32_Ehdr);
    std::memcpy(bytes.data(), &image_.header, sizeof image_.header);
    image_.segment.p_offset = 0;
    image_.segment.p_filesz = file_bytes;
    image_.segment.p_memsz = memory_bytes;
    for (std::uint32_t i = 0; i < count; ++i) {
      bytes.append(reinterpret_cast<const char*>(&image_.segment), sizeof image_.segment);
    }
    std::ofstream(path_, std::ios::binary) << bytes;
    return load_elf(path_).segments.size();
  };
  EXPECT_EQ(with(4, 1, 0x20000000), 4u) << "2 GiB, none of which is kept";
  EXPECT_THROW(with(5, 1, 0x20000000), std::runtime_error);
  EXPECT_EQ(with(1000, 32, 32), 1000u);
  EXPECT_THROW(with(1000, 1000, 1000), std::runtime_error) << "they share the file's bytes";
}

TEST_F(ElfFileTest, errors_name_the_file) {
  const TemporaryFolder folder;
  const std::string path = folder.path("missing.elf");
  try {
    load_elf(path);
    FAIL();
  } catch (const std::runtime_error& e) {
    EXPECT_EQ(std::string(e.what()).rfind(path + ": ", 0), 0u) << e.what();
  }
}

}  // namespace
}  // namespace dcnsim::riscv
