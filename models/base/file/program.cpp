// SPDX-License-Identifier: Apache-2.0
#include "models/base/file/program.h"

#include <fstream>
#include <stdexcept>

#include "models/base/file/sha256.h"

namespace dcnsim {
namespace {

std::string hash() {
  try {
    std::ifstream program("/proc/self/exe", std::ios::binary);
    return sha256_hex(program);
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
