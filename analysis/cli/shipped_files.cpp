// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/shipped_files.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "analysis/cli/command.h"
#include "analysis/cli/file_kind.h"

namespace dcnsim::cli {
namespace {

namespace fs = std::filesystem;

fs::path command_folder() { return fs::read_symlink("/proc/self/exe").parent_path(); }

/// Left beside the commands where they are built: the source tree, in one line.
fs::path pointer_to_sources() { return command_folder() / "dcnsim-data-folder.txt"; }

bool is_build_tree() {
  std::error_code error;
  return fs::exists(pointer_to_sources(), error);
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

std::string data_folder() {
  const char* const named = std::getenv("DCNSIM_DATA");
  if (named != nullptr && *named != '\0') {
    if (!is_folder(named)) {
      throw std::runtime_error(fmt::format("DCNSIM_DATA: {}: no such folder", named));
    }
    return named;
  }
  std::string folder = (command_folder() / DCNSIM_DATA_FROM_COMMAND).lexically_normal().string();
  if (!is_folder(folder) && is_build_tree()) {
    std::ifstream in(pointer_to_sources());
    std::getline(in, folder);
  }
  if (!is_folder(folder)) {
    throw std::runtime_error(
        fmt::format("data folder {} is missing: reinstall, or set DCNSIM_DATA to it", folder));
  }
  return folder;
}

}  // namespace

const ShippedData& shipped_data() {
  static const ShippedData data(data_folder());
  return data;
}

InputPath accelerator_file(const std::string& name_or_path) {
  const FileKind kind = kind_of(name_or_path);
  const std::string words = words_for(kind);
  if (!words.empty() && kind != FileKind::kPreset && kind != FileKind::kAccelerator) {
    throw UsageError(
        fmt::format("{}: that is {}, expected an accelerator file or preset", name_or_path, words));
  }
  return shipped_data().accelerator(name_or_path);
}

InputPath network_file(const std::string& name_or_path, const std::vector<std::string>& options) {
  if (kind_of(name_or_path) != FileKind::kNetwork) {
    const std::string kind = belongs_to_option(name_or_path, options, "expected a network");
    if (!kind.empty()) throw UsageError(name_or_path + ": " + kind);
  }
  return shipped_data().network(name_or_path);
}

std::string built_file(const std::string& relative) {
  return is_build_tree() ? (command_folder() / relative).string()
                         : shipped_data().file(relative).path;
}

}  // namespace dcnsim::cli
