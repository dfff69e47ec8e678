// SPDX-License-Identifier: Apache-2.0
// dcnsim_registers ROOT: writes everything that comes from the tables of registers and of a
// descriptor's fields into the source tree at ROOT. dcnsim_registers --check ROOT: fails if a file
// there is not what would be written.
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "models/base/file/atomic_file.h"
#include "platform/registers/formats.h"

namespace {

struct GeneratedFile {
  const char* path;  ///< in the source tree
  const char* table;
  std::string text;
};

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

int run(const std::vector<std::string>& arguments) {
  const bool check = !arguments.empty() && arguments[0] == "--check";
  if (arguments.size() != (check ? 2u : 1u)) {
    std::cerr << "usage: dcnsim_registers [--check] ROOT\n";
    return 2;
  }
  const char* registers = "models/arch/registers.h";
  const std::vector<GeneratedFile> files = {
      {"platform/driver/dcn_registers.h", registers, dcnsim::c_header()},
      {"platform/registers/dcn.ipxact.xml", registers, dcnsim::ip_xact()},
      {"platform/registers/dcn.rdl", registers, dcnsim::system_rdl()},
      {"models/arch/registers.md", registers, dcnsim::reference_page()},
      {"platform/driver/dcn_descriptor.h", "models/arch/descriptor_fields.h",
       dcnsim::descriptor_c_header()},
  };
  int status = 0;
  for (const GeneratedFile& file : files) {
    const std::string path = arguments.back() + "/" + file.path;
    if (!check) {
      dcnsim::write_file_atomically(path, file.text);
    } else if (read(path) != file.text) {
      std::cerr << path << ": stale, expected what " << file.table << " says; refresh with: "
                << "cmake --build BUILD --target dcnsim_registers && "
                << "BUILD/platform/registers/dcnsim_registers " << arguments.back() << "\n";
      status = 1;
    }
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "dcnsim_registers: " << error.what() << "\n";
    return 1;
  }
}
