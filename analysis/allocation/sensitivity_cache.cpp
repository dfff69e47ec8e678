// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/sensitivity_cache.h"

#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "models/base/file/atomic_file.h"
#include "models/base/file/sha256.h"
#include "models/base/file/text_file.h"
#include "models/base/json/document.h"

namespace dcnsim {
namespace {

bool is_ratio(const Json& json) {
  return json.is_number() && std::isfinite(json.get<double>()) && json.get<double>() >= 0;
}

}  // namespace

std::string sensitivity_file(const std::string& folder, const std::string& key) {
  if (folder.empty()) return "";
  return folder + "/sensitivity-" + sha256_hex(key).substr(0, 16) + ".json";
}

std::optional<Sensitivity> load_sensitivity(const std::string& path, const std::string& key,
                                            int lowest, int highest, std::size_t tensors) {
  std::string text;
  try {
    text = read_text_file(path, kMaxJsonBytes);
  } catch (const std::runtime_error&) {
    return {};
  }
  const Json json = json_if_valid(text).value_or(Json());
  if (!json.is_object() || json.value("key", Json()) != key ||
      json.value("lowest", Json()) != lowest || !is_ratio(json.value("fixed", Json()))) {
    return {};
  }
  const Json noise = json.value("noise", Json());
  if (!noise.is_array() || noise.size() != tensors) return {};
  Sensitivity sensitivity{lowest, {}, json["fixed"].get<double>()};
  for (const Json& row : noise) {
    if (!row.is_array() || row.size() != static_cast<std::size_t>(highest - lowest + 1)) return {};
    std::vector<double> ratios;
    for (const Json& ratio : row) {
      if (!is_ratio(ratio)) return {};
      ratios.push_back(ratio.get<double>());
    }
    sensitivity.noise.push_back(std::move(ratios));
  }
  return sensitivity;
}

void save_sensitivity(const std::string& path, const std::string& key,
                      const Sensitivity& sensitivity) {
  const Json json{{"key", key},
                  {"lowest", sensitivity.lowest},
                  {"fixed", sensitivity.fixed},
                  {"noise", sensitivity.noise}};
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  try {
    write_file_atomically(path, json.dump() + "\n");
  } catch (const std::runtime_error&) {
    // The next run measures again.
  }
}

}  // namespace dcnsim
