// SPDX-License-Identifier: Apache-2.0
// A job as files for tools, firmware and debuggers.
#pragma once

#include <cstdint>
#include <string>

#include "platform/compiler/job.h"

namespace dcnsim {

/// What a memory is loaded with.
enum class JobFormat : std::uint8_t {
  kBinary,  ///< the image alone, to be put at the base
  kElf,     ///< with addresses, the room for maps and symbols; of RISC-V
  kHex,     ///< Intel HEX with addresses: the image
};

/// By the ending: .bin, .elf, .hex. Throws std::invalid_argument for another one.
JobFormat job_format(const std::string& path);

/// An ELF file is one of 32 bits where the job ends within 4 GiB, else of 64. Its section .job is
/// the image, .job.maps the room behind it; symbols job, job_descriptors, job_input and job_output.
/// Throws std::invalid_argument: Intel HEX for addresses beyond 4 GiB.
std::string job_file(const NetworkJob& job, JobFormat format);

/// A C99 header for platform/driver/dcn_job.h, which it does not include: macros that begin with
/// `name` in upper case, the codes of pixels as an array of that name in lower case. `name` is made
/// an identifier.
std::string job_c_header(const NetworkJob& job, const std::string& name);

/// Schema dcnsim.job/1 (job_schema.md). `version`: of dcnsim.
std::string job_json(const NetworkJob& job, const std::string& version);

}  // namespace dcnsim
