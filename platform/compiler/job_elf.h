// SPDX-License-Identifier: Apache-2.0
// A job as an ELF file, see job_files.h.
#pragma once

#include <string>

#include "platform/compiler/job.h"

namespace dcnsim {

std::string job_elf(const NetworkJob& job);

}  // namespace dcnsim
