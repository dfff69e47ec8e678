// SPDX-License-Identifier: Apache-2.0
// The files that shape a result: where they lie, what results call them, and their SHA-256.
#pragma once

#include <string>

namespace dcnsim {

/// Where an input lies, and what results call it: the name within the folder of what comes with
/// dcnsim (ShippedData), which is the same on every machine, else what its user calls it.
struct InputPath {
  std::string path;
  std::string name;
  bool is_shipped = false;  ///< comes with dcnsim and was not named by a path

  /// What has the path `relative` in this folder.
  InputPath file(const std::string& relative) const {
    return {path + '/' + relative, name + '/' + relative, is_shipped};
  }
};

/// A file of the user's, who calls it `path`.
InputPath user_file(const std::string& path);

struct InputFile {
  std::string role;    ///< "network", "accelerator", "images", ...
  std::string path;    ///< InputPath::name
  std::string sha256;  ///< of the file, or of all its files in name order for a folder
  bool is_shipped = false;
};

/// The file with its SHA-256; a folder is hashed over the hashes of its .bin files in name order.
/// Comes after the file's reader, which refuses what is too large. Throws std::runtime_error.
InputFile describe_input(const std::string& role, const InputPath& input);

}  // namespace dcnsim
