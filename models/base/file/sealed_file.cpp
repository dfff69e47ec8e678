// SPDX-License-Identifier: Apache-2.0
#include "models/base/file/sealed_file.h"

#include <stdexcept>

#include "models/base/file/sha256.h"
#include "models/base/file/text_file.h"

namespace dcnsim {
namespace {

std::string head(std::string_view kind, std::string_view bytes) {
  return std::string(kind) + '\n' + sha256_hex(bytes) + '\n';
}

}  // namespace

std::string sealed(std::string_view kind, std::string_view bytes) {
  return head(kind, bytes).append(bytes);
}

std::string read_sealed_file(const std::string& path, std::string_view kind,
                             const std::string& expected, std::size_t max_bytes) {
  std::string file = read_text_file(path, max_bytes);
  const std::size_t size = head(kind, "").size();
  if (file.size() < size || file.compare(0, kind.size() + 1, std::string(kind) + '\n') != 0) {
    throw std::runtime_error(path + ": is not " + expected);
  }
  const std::string_view bytes = std::string_view(file).substr(size);
  if (file.compare(0, size, head(kind, bytes)) != 0) {
    throw std::runtime_error(path + ": is damaged: not what was written");
  }
  return file.erase(0, size);
}

}  // namespace dcnsim
