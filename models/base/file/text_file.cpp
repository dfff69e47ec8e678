// SPDX-License-Identifier: Apache-2.0
#include "models/base/file/text_file.h"

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace dcnsim {

std::string read_text_file(const std::string& path, std::size_t max_bytes) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const int code = errno;
    throw std::runtime_error(path + ": cannot open" +
                             (code == 0 ? "" : ": " + std::generic_category().message(code)));
  }
  std::string text;
  char block[4096];
  // The size is not asked for beforehand: pipes and device files have none.
  while (file.read(block, sizeof block) || file.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(file.gcount()));
    if (text.size() > max_bytes) {
      throw std::runtime_error(path + ": larger than " + std::to_string(max_bytes) + " bytes");
    }
  }
  if (file.bad()) throw std::runtime_error(path + ": cannot read");
  return text;
}

}  // namespace dcnsim
