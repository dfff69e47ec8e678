// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/job_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "platform/compiler/job_elf.h"

namespace dcnsim {
namespace {

/// A record: its type, address and data, and the sum that makes all of them 0.
void add_record(std::string& text, unsigned type, std::uint64_t address, const std::uint8_t* data,
                std::size_t count) {
  const std::uint8_t head[] = {static_cast<std::uint8_t>(count),
                               static_cast<std::uint8_t>(address >> 8),
                               static_cast<std::uint8_t>(address), static_cast<std::uint8_t>(type)};
  unsigned sum = 0;
  text += ':';
  const auto add = [&](std::uint8_t byte) {
    text += fmt::format("{:02X}", byte);
    sum += byte;
  };
  std::for_each(head, head + 4, add);
  std::for_each(data, data + count, add);
  text += fmt::format("{:02X}\n", -sum & 0xFF);
}

std::string intel_hex(const NetworkJob& job) {
  constexpr std::size_t kRecordBytes = 32;  // divides kJobAlignment: none crosses 64 KiB
  constexpr std::uint64_t kReach = std::uint64_t{1} << 32;
  const std::uint64_t end = job.base + job.image.size();
  if (end > kReach) {
    throw std::invalid_argument(fmt::format(
        "Intel HEX has addresses of 32 bits, the job ends at {:#x}; write .bin or .elf", end));
  }
  std::string text;
  for (std::size_t at = 0; at < job.image.size(); at += kRecordBytes) {
    const std::uint64_t address = job.base + at;
    if (at == 0 || address % 0x10000 == 0) {
      const std::uint8_t upper[] = {static_cast<std::uint8_t>(address >> 24),
                                    static_cast<std::uint8_t>(address >> 16)};
      add_record(text, 4, 0, upper, 2);
    }
    add_record(text, 0, address, job.image.data() + at,
               std::min(kRecordBytes, job.image.size() - at));
  }
  add_record(text, 1, 0, nullptr, 0);
  return text;
}

}  // namespace

JobFormat job_format(const std::string& path) {
  const auto ends = [&path](std::string_view ending) {
    return path.size() > ending.size() &&
           path.compare(path.size() - ending.size(), ending.size(), ending) == 0;
  };
  if (ends(".bin")) return JobFormat::kBinary;
  if (ends(".elf")) return JobFormat::kElf;
  if (ends(".hex")) return JobFormat::kHex;
  throw std::invalid_argument('"' + path + "\", expected a name that ends in .bin, .elf or .hex");
}

std::string job_file(const NetworkJob& job, JobFormat format) {
  switch (format) {
    case JobFormat::kBinary:
      return {job.image.begin(), job.image.end()};
    case JobFormat::kElf:
      return job_elf(job);
    case JobFormat::kHex:
      return intel_hex(job);
  }
  return {};
}

}  // namespace dcnsim
