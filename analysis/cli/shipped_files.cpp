// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/shipped_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace dcnsim::cli {
namespace {

namespace fs = std::filesystem;

/// Files that users call by what stands before `ending`, without `suffix`.
struct NamedFiles {
  const char* what;
  const char* folder;
  std::string ending, suffix;

  /// Paths by name.
  std::map<std::string, std::string> paths() const;
  /// A path stays as it is: what has a point or slash, and what is there.
  std::string path(const std::string& name_or_path) const;
};

std::map<std::string, std::string> NamedFiles::paths() const {
  std::map<std::string, std::string> found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(data_file(folder), error)) {
    const std::string file = entry.path().filename().string();
    std::string name = file.substr(0, file.find('.'));
    if (file.compare(name.size(), ending.size(), ending) != 0) continue;
    if (name.size() > suffix.size() &&
        name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0) {
      name.resize(name.size() - suffix.size());
    }
    found[name] = entry.path().string();
  }
  return found;
}

std::string NamedFiles::path(const std::string& name_or_path) const {
  std::error_code error;
  if (name_or_path.find_first_of("/.") != std::string::npos || fs::exists(name_or_path, error)) {
    return name_or_path;
  }
  const std::map<std::string, std::string> files = paths();
  const auto file = files.find(name_or_path);
  if (file != files.end()) return file->second;
  std::vector<std::string> names;
  for (const auto& entry : files) names.push_back(entry.first);
  throw std::runtime_error(
      fmt::format("{}: no such {} ({}) or file", name_or_path, what, fmt::join(names, ", ")));
}

NamedFiles accelerators() { return {"accelerator preset", "models/arch/presets", ".yaml", ""}; }

NamedFiles networks() { return {"network", "workloads/networks", ".onnx", "_float"}; }

}  // namespace

std::optional<std::string> installed_data() {
  std::error_code error;
  const fs::path folder =
      fs::read_symlink("/proc/self/exe", error).parent_path() / DCNSIM_DATA_FROM_COMMAND;
  if (error || !fs::is_directory(folder, error)) return std::nullopt;
  return folder.lexically_normal().string();
}

std::string data_file(const std::string& relative, const std::string& tree) {
  return installed_data().value_or(tree) + "/" + relative;
}

std::string accelerator_file(const std::string& name_or_path) {
  return accelerators().path(name_or_path);
}

std::string network_file(const std::string& name_or_path) { return networks().path(name_or_path); }

bool is_network_name(const std::string& name) { return networks().paths().count(name) != 0; }

std::string calibration_file(const std::string& path) {
  return path.empty() ? data_file("workloads/cifar10/calibration_500.bin") : path;
}

std::string images_file(const std::string& path) {
  return path.empty() ? data_file("workloads/cifar10/test_1000.bin") : path;
}

}  // namespace dcnsim::cli
