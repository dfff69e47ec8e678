// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/shipped_files.h"

#include <filesystem>
#include <system_error>

namespace dcnsim::cli {

std::optional<std::string> installed_data() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder =
      fs::read_symlink("/proc/self/exe", error).parent_path() / DCNSIM_DATA_FROM_COMMAND;
  if (error || !fs::is_directory(folder, error)) return std::nullopt;
  return folder.lexically_normal().string();
}

const ShippedData& shipped_data() {
  static const ShippedData data(installed_data().value_or(DCNSIM_SOURCE_DIR));
  return data;
}

}  // namespace dcnsim::cli
