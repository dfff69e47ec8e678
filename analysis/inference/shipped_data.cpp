// SPDX-License-Identifier: Apache-2.0
#include "analysis/inference/shipped_data.h"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace dcnsim {

namespace fs = std::filesystem;

ShippedData::ShippedData(std::string folder) : folder_(std::move(folder)) {
  if (folder_.empty()) {
    throw std::invalid_argument(
        "data_dir: \"\", expected the folder of the data that comes with dcnsim");
  }
}

std::string ShippedData::accelerator(const std::string& name_or_path) const {
  return path(accelerators(), name_or_path);
}

std::string ShippedData::network(const std::string& name_or_path) const {
  return path(networks(), name_or_path);
}

bool ShippedData::has_network(const std::string& name) const {
  return paths(networks()).count(name) != 0;
}

std::string ShippedData::calibration(const std::string& path) const {
  return path.empty() ? file("workloads/cifar10/calibration_500.bin") : path;
}

std::string ShippedData::images(const std::string& path) const {
  return path.empty() ? file("workloads/cifar10/test_1000.bin") : path;
}

ShippedData::NamedFiles ShippedData::accelerators() {
  return {"accelerator preset", "models/arch/presets", ".yaml", ""};
}

ShippedData::NamedFiles ShippedData::networks() {
  return {"network", "workloads/networks", ".onnx", "_float"};
}

std::map<std::string, std::string> ShippedData::paths(const NamedFiles& files) const {
  std::map<std::string, std::string> found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(file(files.folder), error)) {
    const std::string file = entry.path().filename().string();
    std::string name = file.substr(0, file.find('.'));
    if (file.compare(name.size(), files.ending.size(), files.ending) != 0) continue;
    const std::string& suffix = files.suffix;
    if (name.size() > suffix.size() &&
        name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0) {
      name.resize(name.size() - suffix.size());
    }
    found[name] = entry.path().string();
  }
  return found;
}

std::string ShippedData::path(const NamedFiles& files, const std::string& name_or_path) const {
  std::error_code error;
  if (name_or_path.find_first_of("/.") != std::string::npos || fs::exists(name_or_path, error)) {
    return name_or_path;
  }
  const std::map<std::string, std::string> known = paths(files);
  const auto found = known.find(name_or_path);
  if (found != known.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& entry : known) names.push_back(entry.first);
  throw std::runtime_error(
      fmt::format("{}: no such {} ({}) or file", name_or_path, files.what, fmt::join(names, ", ")));
}

}  // namespace dcnsim
