// SPDX-License-Identifier: Apache-2.0
// What a YAML file says of a virtual platform: processor, memory, accelerators and what each works
// on (platform_file.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/arch/transport.h"
#include "platform/riscv/boot_table.h"

namespace dcnsim {

/// Accelerators that are alike and share the images of a network. Files and names are as options of
/// the command take them, "" where the file says nothing.
struct PlatformGroup {
  std::string accelerator = "small_edge";
  std::string network;
  std::string images, labels, pixels;
  std::uint64_t limit = 0;  ///< images; 0: as the command says
  Transport transport = Transport::kLooselyTimed;
  std::vector<DcnPlace> places;  ///< of each
};

struct PlatformFile {
  double cpu_mhz = 400;
  double quantum_us = 1;
  std::string memory;  ///< accelerator whose memory all share; "": the first group's
  std::vector<PlatformGroup> groups;
};

/// Relative paths are made relative to where `path` is. Throws std::runtime_error with one line:
/// file, line, field, value, what was expected.
PlatformFile load_platform(const std::string& path);

}  // namespace dcnsim
