// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/mapping_cache.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "platform/compiler/describe.h"
#include "platform/compiler/mapper/mapper.h"
#include "tests/support/random_network.h"
#include "tests/support/small_edge.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

class MappingCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "dcnsim_mapping_" + std::to_string(::getpid()) + "/deeper";
    search_.best = {{3, 4, 16, 32, LoopOrder::kWeightOuter},
                    {1, 4, 16, 32, LoopOrder::kPixelOuter}};
    search_.legal = 12345678901;
    search_.evaluated = 7;
    search_.given_up = 8;
  }
  void TearDown() override { fs::remove_all(fs::path(folder_).parent_path()); }

  std::vector<fs::path> files() const {
    std::vector<fs::path> files;
    if (!fs::exists(folder_)) return files;
    for (const auto& entry : fs::directory_iterator(folder_)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
  }
  static std::string text(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string folder_;
  StoredSearch search_;
};

TEST_F(MappingCacheTest, keeps_searches_and_makes_folders) {
  MappingCacheFolder(folder_, "machine").keep("layer", search_);
  const auto found = MappingCacheFolder(folder_, "machine").find("layer");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->best, search_.best);
  EXPECT_EQ(found->legal, search_.legal);
  EXPECT_EQ(found->evaluated, search_.evaluated);
  EXPECT_EQ(found->given_up, search_.given_up);
  EXPECT_EQ(files().size(), 1u);
}

TEST_F(MappingCacheTest, tells_layers_and_machines_apart) {
  MappingCacheFolder(folder_, "machine").keep("layer", search_);
  EXPECT_FALSE(MappingCacheFolder(folder_, "machine").find("other layer"));
  EXPECT_FALSE(MappingCacheFolder(folder_, "other machine").find("layer"));
}

TEST_F(MappingCacheTest, a_damaged_file_counts_as_none) {
  MappingCacheFolder cache(folder_, "machine");
  cache.keep("layer", search_);
  const fs::path file = files().at(0);
  const std::string good = text(file);
  const std::vector<std::pair<std::string, std::string>> damages = {
      {"\"key\":\"", "\"key\":\"0"},
      {"\"legal\":", "\"legal\":-"},
      {"[[3,", "[[\"x\","},
      {"\"best\":[", "\"best\":3,\"x\":["},
      {"\"best\":[", "\"best\":[],\"x\":["},
      {"[[3,", "[[4294967299,"},
      {"[[3,", "[[-3,"},
      {",1,0]]", ",4,0]]"},
      {",1,0]]", ",1,-1]]"},
      {",1,0]]", ",1]]"},
      {"}", ""},
      {"\"evaluated\"", "\"evaluate\""}};
  for (const auto& [from, to] : damages) {
    std::string bad = good;
    const std::size_t at = bad.find(from);
    ASSERT_NE(at, std::string::npos) << from << " in " << good;
    std::ofstream(file) << bad.replace(at, from.size(), to);
    EXPECT_FALSE(cache.find("layer")) << bad;
  }
  std::ofstream(file) << "";
  EXPECT_FALSE(cache.find("layer"));
  cache.keep("layer", search_);
  EXPECT_EQ(text(file), good);
}

TEST_F(MappingCacheTest, that_cannot_be_written_is_no_error) {
  MappingCacheFolder cache("/proc/no_such_folder", "machine");
  cache.keep("layer", search_);
  EXPECT_FALSE(cache.find("layer"));
}

TEST_F(MappingCacheTest, spares_the_search_and_survives_illegal_entries) {
  const Machine machine = small_edge();
  RandomNetwork random(1);
  const FixedNetwork network = random.make();
  const std::vector<Descriptor> layers = describe(network, machine.config.accumulator);
  const auto map = [&] {
    MapperOptions options;
    int searched = 0;
    options.progress = [&](std::size_t, std::size_t, const std::string&) { ++searched; };
    const auto cache = mapping_cache(folder_, machine.config, machine.cost,
                                     DCNSIM_SOURCE_DIR "/models/cost/tables");
    options.cache = cache.get();
    std::vector<DescriptorBytes> found;
    for (const auto& mapping :
         map_network(network, layers, machine.config, machine.dram, options)) {
      found.push_back(encode(mapping.descriptor));
    }
    return std::pair(found, searched);
  };
  const auto first = map();
  EXPECT_GT(first.second, 0);
  const std::vector<fs::path> kept = files();
  ASSERT_GT(kept.size(), 2u);
  const auto second = map();
  EXPECT_EQ(second.first, first.first);
  EXPECT_EQ(second.second, 0) << "everything is known";

  for (const fs::path& file : kept) {
    std::string bad = text(file);
    const std::size_t at = bad.find("[[");
    if (at == std::string::npos) continue;  // nothing fits
    std::ofstream(file) << bad.replace(at, 2, "[[9");
  }
  const auto third = map();
  EXPECT_EQ(third.first, first.first);
  EXPECT_GT(third.second, 0) << "a tile of 9x rows is illegal";
}

}  // namespace
}  // namespace dcnsim
