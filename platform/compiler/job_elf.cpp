// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/job_elf.h"

#include <elf.h>

#include <cstring>
#include <utility>
#include <vector>

namespace dcnsim {
namespace {

struct Elf32 {
  using Header = Elf32_Ehdr;
  using Segment = Elf32_Phdr;
  using Section = Elf32_Shdr;
  using Symbol = Elf32_Sym;
  static constexpr unsigned char kClass = ELFCLASS32;
};
struct Elf64 {
  using Header = Elf64_Ehdr;
  using Segment = Elf64_Phdr;
  using Section = Elf64_Shdr;
  using Symbol = Elf64_Sym;
  static constexpr unsigned char kClass = ELFCLASS64;
};

template <class To, class From>
void set(To& to, From from) {
  to = static_cast<To>(from);
}

/// Strings one behind the other, each found by where it begins.
class Strings {
 public:
  std::size_t add(const char* text) {
    const std::string whole = text + std::string(1, '\0');
    const std::size_t there = bytes.find(whole);
    if (there != std::string::npos) return there;
    bytes += whole;
    return bytes.size() - whole.size();
  }
  std::string bytes = std::string(1, '\0');
};

/// Headers, image, symbols, names; all that goes to memory is one segment.
template <class Elf>
class Writer {
 public:
  explicit Writer(const NetworkJob& job) : job_(job) {}

  std::string write() {
    file_.resize(align_up(sizeof(typename Elf::Header) + sizeof(typename Elf::Segment),
                          static_cast<std::int64_t>(kJobAlignment)));
    const std::size_t image = append(job_.image.data(), job_.image.size());
    const std::uint64_t room = job_.bytes - job_.image.size();
    add_section(".job", SHT_PROGBITS, job_.base, image, job_.image.size());
    add_section(".job.maps", SHT_NOBITS, job_.base + job_.image.size(), file_.size(), room);
    add_symbols();
    add_text(".strtab", symbol_names_.bytes);
    section_names_.add(".shstrtab");
    add_text(".shstrtab", section_names_.bytes);
    pad();
    const std::size_t sections = append(sections_.data(), sections_.size() * sizeof sections_[0]);
    put_header(sections);
    put_segment(image);
    return std::move(file_);
  }

 private:
  template <class T>
  std::size_t append(const T* data, std::size_t bytes) {
    const std::size_t at = file_.size();
    if (bytes > 0) file_.append(reinterpret_cast<const char*>(data), bytes);
    return at;
  }
  void pad() { file_.resize(static_cast<std::size_t>(align_up(std::int64_t(file_.size()), 8))); }

  typename Elf::Section& add_section(const char* name, unsigned type, std::uint64_t address,
                                     std::uint64_t offset, std::uint64_t bytes) {
    typename Elf::Section& section = sections_.emplace_back();
    set(section.sh_name, section_names_.add(name));
    set(section.sh_type, type);
    set(section.sh_addr, address);
    set(section.sh_offset, offset);
    set(section.sh_size, bytes);
    section.sh_addralign = 1;
    if (address != 0 || type == SHT_PROGBITS || type == SHT_NOBITS) {
      section.sh_flags = SHF_ALLOC | SHF_WRITE;
      section.sh_addralign = kJobAlignment;
    }
    return section;
  }

  void add_symbols() {
    std::vector<typename Elf::Symbol> symbols(1);
    const auto add = [&](const char* name, std::uint64_t address, std::uint64_t bytes) {
      const bool in_image = address < job_.base + job_.image.size();
      typename Elf::Symbol& symbol = symbols.emplace_back();
      set(symbol.st_name, symbol_names_.add(name));
      set(symbol.st_value, address);
      set(symbol.st_size, bytes);
      set(symbol.st_info, ELF32_ST_INFO(STB_GLOBAL, STT_OBJECT));
      set(symbol.st_shndx, in_image ? 1 : 2);
    };
    add("job", job_.base, job_.image.size());
    add("job_descriptors", job_.descriptor_address, job_.descriptor_count * kDescriptorBytes);
    add("job_input", job_.input.address, job_.input.bytes());
    add("job_output", job_.output.address, job_.output.bytes());
    pad();
    const std::size_t bytes = symbols.size() * sizeof symbols[0];
    auto& section = add_section(".symtab", SHT_SYMTAB, 0, append(symbols.data(), bytes), bytes);
    set(section.sh_link, sections_.size());  // the section of their names comes next
    section.sh_info = 1;                     // the first that is global
    section.sh_entsize = sizeof symbols[0];
    section.sh_addralign = 8;
  }

  void add_text(const char* name, const std::string& bytes) {
    add_section(name, SHT_STRTAB, 0, append(bytes.data(), bytes.size()), bytes.size());
  }

  void put_header(std::size_t sections) {
    typename Elf::Header header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = Elf::kClass;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = EM_RISCV;
    header.e_version = EV_CURRENT;
    header.e_phoff = sizeof header;
    set(header.e_shoff, sections);
    header.e_ehsize = sizeof header;
    header.e_phentsize = sizeof(typename Elf::Segment);
    header.e_phnum = 1;
    header.e_shentsize = sizeof(typename Elf::Section);
    set(header.e_shnum, sections_.size());
    set(header.e_shstrndx, sections_.size() - 1);
    std::memcpy(file_.data(), &header, sizeof header);
  }

  void put_segment(std::size_t image) {
    typename Elf::Segment segment{};
    segment.p_type = PT_LOAD;
    segment.p_flags = PF_R | PF_W;
    set(segment.p_offset, image);
    set(segment.p_vaddr, job_.base);
    set(segment.p_paddr, job_.base);
    set(segment.p_filesz, job_.image.size());
    set(segment.p_memsz, job_.bytes);
    segment.p_align = kJobAlignment;
    std::memcpy(file_.data() + sizeof(typename Elf::Header), &segment, sizeof segment);
  }

  const NetworkJob& job_;
  std::string file_;
  std::vector<typename Elf::Section> sections_{1};  // the first means nothing
  Strings section_names_, symbol_names_;
};

}  // namespace

std::string job_elf(const NetworkJob& job) {
  return job.end() <= std::uint64_t{1} << 32 ? Writer<Elf32>(job).write()
                                             : Writer<Elf64>(job).write();
}

}  // namespace dcnsim
