// SPDX-License-Identifier: Apache-2.0
// What sweeps, mapper and allocator keep from one run to the next. A store is refused or exported;
// a cache of any bytes is none, or what it keeps is found again.
#include <filesystem>

#include "analysis/allocation/sensitivity_cache.h"
#include "analysis/evaluation/mapping_cache.h"
#include "analysis/sweep/evaluation_cache.h"
#include "analysis/sweep/export.h"
#include "analysis/sweep/results.h"
#include "analysis/sweep/store.h"
#include "models/base/file/sha256.h"
#include "tests/fuzz/reader.h"

namespace dcnsim::fuzz {
namespace {

namespace fs = std::filesystem;

}  // namespace

void read_store(const std::string& bytes) {
  const std::string path = path_of("store.sqlite");
  for (const char* const part : {"-wal", "-shm", "-journal"}) fs::remove(path + part);
  file_with("store.sqlite", bytes);
  SweepStore store(path);
  store.for_each_evaluation([](const std::string&, const std::string&) {});
  const SweepResults results(store);
  std::size_t size = 0;
  const auto sink = [&](std::string_view text) { size += text.size(); };
  export_csv(results, sink);
  export_json(store, results, sink);
  require(size > 0, "an export says something");
}

void read_evaluation_cache(const std::string& bytes) {
  const std::string folder = path_of("cache");
  fs::remove_all(folder);
  fs::create_directories(folder);
  file_with("cache/evaluations.sqlite", bytes);
  EvaluationCache(folder, EvaluationCache::Use::kFind).find("key");
  EvaluationCache cache(folder, EvaluationCache::Use::kFindAndKeep);
  cache.find("key");
  cache.keep("key", "kept");
  const auto found = cache.find("key");
  require(!found || found == "kept", "a cache gives back what it was given");
}

void read_mapping_cache(const std::string& bytes) {
  const std::string folder = path_of("mappings");
  fs::create_directories(folder);
  file_with("mappings/mapping-" + sha256_hex("machinelayer").substr(0, 16) + ".json", bytes);
  MappingCacheFolder cache(folder, "machine");
  if (const auto found = cache.find("layer")) {
    require(!found->best.empty() || found->legal == 0, "a search that found something says what");
    cache.keep("layer", *found);
    const auto again = cache.find("layer");
    require(again && again->best == found->best && again->legal == found->legal,
            "a search survives its file");
  }
}

void read_sensitivity_cache(const std::string& bytes) {
  const std::string path = file_with("sensitivity.json", bytes);
  if (const auto found = load_sensitivity(path, "key", 2, 4, 2)) {
    require(found->noise.size() == 2 && found->noise[0].size() == 3, "as many as asked for");
    save_sensitivity(path, "key", *found);
    const auto again = load_sensitivity(path, "key", 2, 4, 2);
    require(again && again->noise == found->noise && again->fixed == found->fixed,
            "numbers survive to the last bit");
  }
}

}  // namespace dcnsim::fuzz
