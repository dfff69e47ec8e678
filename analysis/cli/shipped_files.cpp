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

/// Paths by name: what stands before the first point, without `suffix`.
std::map<std::string, std::string> named_files(const std::string& folder, const std::string& type,
                                               const std::string& suffix) {
  std::map<std::string, std::string> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(data_file(folder), error)) {
    const std::string file = entry.path().filename().string();
    std::string name = file.substr(0, file.find('.'));
    if (file.compare(name.size(), type.size(), type) != 0) continue;
    if (name.size() > suffix.size() &&
        name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0) {
      name.resize(name.size() - suffix.size());
    }
    files[name] = entry.path().string();
  }
  return files;
}

std::map<std::string, std::string> named_networks() {
  return named_files("workloads/networks", ".onnx", "_float");
}

/// A path stays as it is: what has a point or slash, and what is there.
std::string named_or_path(const std::string& name_or_path, const std::string& what,
                          const std::map<std::string, std::string>& files) {
  std::error_code error;
  if (name_or_path.find_first_of("/.") != std::string::npos || fs::exists(name_or_path, error)) {
    return name_or_path;
  }
  const auto file = files.find(name_or_path);
  if (file != files.end()) return file->second;
  std::vector<std::string> names;
  for (const auto& [name, path] : files) names.push_back(name);
  throw std::runtime_error(
      fmt::format("{}: no such {} ({}) or file", name_or_path, what, fmt::join(names, ", ")));
}

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
  return named_or_path(name_or_path, "accelerator preset",
                       named_files("models/arch/presets", ".yaml", ""));
}

std::string network_file(const std::string& name_or_path) {
  return named_or_path(name_or_path, "network", named_networks());
}

bool is_network_name(const std::string& name) { return named_networks().count(name) != 0; }

}  // namespace dcnsim::cli
