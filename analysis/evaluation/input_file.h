// SPDX-License-Identifier: Apache-2.0
// A file that shaped a result, told by its SHA-256.
#pragma once

#include <string>

namespace dcnsim {

struct InputFile {
  std::string role;  ///< "network", "accelerator", "images", ...
  std::string path;
  std::string sha256;  ///< of the file, or of all its files in name order for a folder
};

/// The file with its SHA-256; a folder is hashed over the hashes of its .bin files in name order.
/// Comes after the file's reader, which refuses what is too large. Throws std::runtime_error.
InputFile describe_input(const std::string& role, const std::string& path);

}  // namespace dcnsim
