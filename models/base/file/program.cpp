// SPDX-License-Identifier: Apache-2.0
#include "models/base/file/program.h"

#include <stdexcept>

#include "models/base/file/sha256.h"
#include "models/base/file/text_file.h"

namespace dcnsim {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 30;

std::string hash() {
  try {
    return sha256_hex(read_text_file("/proc/self/exe", kMaxBytes));
  } catch (const std::runtime_error&) {
    return "";
  }
}

}  // namespace

const std::string& program_sha256() {
  static const std::string kHash = hash();
  return kHash;
}

}  // namespace dcnsim
