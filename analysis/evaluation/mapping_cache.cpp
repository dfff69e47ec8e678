// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/mapping_cache.h"

#include <filesystem>
#include <limits>
#include <stdexcept>
#include <utility>

#include "analysis/evaluation/machine.h"
#include "models/arch/accelerator_config.h"
#include "models/arch/accelerator_yaml.h"
#include "models/base/file/atomic_file.h"
#include "models/base/file/program.h"
#include "models/base/file/sha256.h"
#include "models/base/file/text_file.h"
#include "models/base/json/document.h"
#include "models/cost/cost_model.h"
#include "platform/compiler/mapper/mapping.h"

namespace dcnsim {
namespace {

constexpr std::size_t kMaxTableBytes = std::size_t{1} << 30;

Json to_json(const Tiling& t) {
  return {t.tile_h, t.tile_w, t.tile_channels, t.chunk_k, static_cast<int>(t.order), t.tile_in};
}

std::optional<Tiling> tiling(const Json& json) {
  if (!json.is_array() || json.size() != 6) return {};
  for (const Json& number : json) {
    if (!number.is_number_integer() || number < 0 || number > std::numeric_limits<int>::max()) {
      return {};
    }
  }
  if (json[4] >= kLoopOrders.size()) return {};
  return Tiling{json[0].get<int>(),
                json[1].get<int>(),
                json[2].get<int>(),
                json[3].get<int>(),
                static_cast<LoopOrder>(json[4].get<int>()),
                json[5].get<int>()};
}

std::optional<std::uint64_t> count(const Json& json, const char* field) {
  const Json number = json.value(field, Json());
  if (!number.is_number_unsigned()) return {};
  return number.get<std::uint64_t>();
}

std::string file_of(const std::string& folder, const std::string& key) {
  return folder + "/mapping-" + key.substr(0, 16) + ".json";
}

}  // namespace

MappingCacheFolder::MappingCacheFolder(std::string folder, std::string identity)
    : folder_(std::move(folder)), identity_(std::move(identity)) {}

std::optional<StoredSearch> MappingCacheFolder::find(const std::string& layer_key) {
  const std::string key = sha256_hex(identity_ + layer_key);
  std::string text;
  try {
    text = read_text_file(file_of(folder_, key), kMaxJsonBytes);
  } catch (const std::runtime_error&) {
    return {};
  }
  const Json json = json_if_valid(text).value_or(Json());
  if (!json.is_object() || json.value("key", Json()) != key) return {};
  const auto legal = count(json, "legal"), evaluated = count(json, "evaluated"),
             given_up = count(json, "given_up");
  const Json best = json.value("best", Json());
  if (!legal || !evaluated || !given_up || !best.is_array()) return {};
  StoredSearch search{{}, *legal, *evaluated, *given_up};
  for (const Json& entry : best) {
    const auto one = tiling(entry);
    if (!one) return {};
    search.best.push_back(*one);
  }
  if (search.best.empty() && search.legal > 0) return {};
  return search;
}

void MappingCacheFolder::keep(const std::string& layer_key, const StoredSearch& search) {
  const std::string key = sha256_hex(identity_ + layer_key);
  Json best = Json::array();
  for (const Tiling& tiling : search.best) best.push_back(to_json(tiling));
  const Json json{{"key", key},
                  {"legal", search.legal},
                  {"evaluated", search.evaluated},
                  {"given_up", search.given_up},
                  {"best", best}};
  std::error_code ignored;
  std::filesystem::create_directories(folder_, ignored);
  try {
    // Thousands of them, and what is not whole is searched again.
    write_file_atomically(file_of(folder_, key), json.dump() + "\n", AtomicFile::OnDisk::kLater);
  } catch (const std::runtime_error&) {
    // The next run searches again.
  }
}

std::unique_ptr<MappingCache> mapping_cache(const std::string& folder,
                                            const AcceleratorConfig& config, const CostModel& cost,
                                            const std::string& tables_dir) {
  if (folder.empty()) return nullptr;
  AcceleratorConfig machine = config;
  machine.name = "";
  machine.mapping.batch = 0;  // layers have theirs
  if (program_sha256().empty()) return nullptr;
  std::string identity = to_yaml(machine) + energy_model(cost).identity + program_sha256() + '\n';
  const std::string tables = tables_folder(tables_dir, config);
  try {
    for (const std::string& file : {tables + "/dram.csv", tables + "/dram_timing.csv"}) {
      identity += sha256_hex(read_text_file(file, kMaxTableBytes)) + '\n';
    }
  } catch (const std::runtime_error&) {
    return nullptr;
  }
  return std::make_unique<MappingCacheFolder>(folder, identity);
}

}  // namespace dcnsim
