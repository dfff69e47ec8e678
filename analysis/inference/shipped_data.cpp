// SPDX-License-Identifier: Apache-2.0
#include "analysis/inference/shipped_data.h"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "models/base/text/suggest.h"

namespace dcnsim {

namespace fs = std::filesystem;

namespace {

bool is_path(const std::string& text) { return text.find_first_of("/.") != std::string::npos; }

}  // namespace

ShippedData::ShippedData(std::string folder) : folder_(std::move(folder)) {
  if (folder_.empty()) {
    throw std::invalid_argument(
        "data_dir: \"\", expected the folder of the data that comes with dcnsim");
  }
}

InputPath ShippedData::accelerator(const std::string& name_or_path) const {
  return find(accelerators(), name_or_path);
}

InputPath ShippedData::network(const std::string& name_or_path) const {
  return find(networks(), name_or_path);
}

std::vector<std::string> ShippedData::accelerator_names() const { return names(accelerators()); }

std::vector<std::string> ShippedData::network_names() const { return names(networks()); }

bool ShippedData::has_network(const std::string& name) const {
  return !is_path(name) && named(networks()).count(name) != 0;
}

bool ShippedData::is_network(const std::string& path) const {
  std::error_code error;
  return fs::equivalent(fs::path(path).parent_path(), file(networks().folder).path, error);
}

InputPath ShippedData::calibration(const std::string& path) const {
  return path.empty() ? file("workloads/cifar10/calibration_500.bin") : user_file(path);
}

InputPath ShippedData::images(const std::string& path) const {
  return path.empty() ? file("workloads/cifar10/test_1000.bin") : user_file(path);
}

ShippedData::NamedFiles ShippedData::accelerators() {
  return {"accelerator preset", "models/arch/presets", ".yaml", ""};
}

ShippedData::NamedFiles ShippedData::networks() {
  return {"network", "workloads/networks", ".onnx", "_float"};
}

std::map<std::string, std::string> ShippedData::named(const NamedFiles& files) const {
  std::map<std::string, std::string> found;
  const std::string folder = file(files.folder).path;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string file = entry.path().filename().string();
    std::string name = file.substr(0, file.find('.'));
    if (file.compare(name.size(), files.ending.size(), files.ending) != 0) continue;
    const std::string& suffix = files.suffix;
    if (name.size() > suffix.size() &&
        name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0) {
      name.resize(name.size() - suffix.size());
    }
    found[name] = file;
  }
  if (error) {
    throw std::runtime_error("data folder " + folder + " is missing: reinstall dcnsim");
  }
  return found;
}

std::vector<std::string> ShippedData::names(const NamedFiles& files) const {
  std::vector<std::string> names;
  for (const auto& entry : named(files)) names.push_back(entry.first);
  return names;
}

InputPath ShippedData::find(const NamedFiles& files, const std::string& name_or_path) const {
  std::error_code error;
  if (is_path(name_or_path) || fs::exists(name_or_path, error)) return user_file(name_or_path);
  const std::map<std::string, std::string> known = named(files);
  const auto found = known.find(name_or_path);
  if (found != known.end()) return file(files.folder).file(found->second);
  const std::vector<std::string> names = this->names(files);
  throw std::runtime_error(fmt::format("{}: no such {} ({}) or file{}",
                                       name_or_path.empty() ? "\"\"" : name_or_path, files.what,
                                       fmt::join(names, ", "), suggestion(name_or_path, names)));
}

}  // namespace dcnsim
