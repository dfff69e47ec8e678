// SPDX-License-Identifier: Apache-2.0
// What is counted or priced is named in one table: reads every source and looks for a second list.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "models/cost/breakdown.h"
#include "models/perf/counter_fields.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

using Names = std::set<std::string>;

Names part_names() {
  Names names;
  for (const EnergyPart part : EnergyBreakdown::keys()) names.emplace(to_string(part));
  for (const AreaPart part : AreaBreakdown::keys()) names.emplace(to_string(part));
  return names;
}

/// Of the events: what else is counted may be named where a result has a figure of its own for it.
Names event_names() {
  Names names;
  const LayerCounters counters;
  visit_counters(
      [&](const CounterField& f, const std::uint64_t&) {
        if (f.group == CounterGroup::kEvents) names.emplace(f.part.empty() ? f.name : f.part);
      },
      counters);
  return names;
}

bool is_word(char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// Those of `names` that are a text of their own in `source`, or a key of an object in JavaScript.
Names named_in(const std::string& source, const Names& names, bool is_script) {
  Names found;
  for (const std::string& name : names) {
    for (std::size_t at = 0; (at = source.find(name, at)) != std::string::npos; at += name.size()) {
      const std::size_t end = at + name.size();
      const char before = at == 0 ? ' ' : source[at - 1],
                 after = end < source.size() ? source[end] : ' ';
      if (is_word(before) || is_word(after)) continue;
      const bool is_text =
          (before == '"' || before == '\'' || before == '/') && (after == '"' || after == '\'');
      const bool is_key = is_script && (after == ':' || before == '.');
      if (is_text || is_key) found.insert(name);
    }
  }
  return found;
}

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// Calls visit(path relative to the root, text, is_script) for all sources of the product.
template <class Visit>
void for_all_sources(const Visit& visit) {
  const fs::path root = DCNSIM_SOURCE_DIR;
  int files = 0;
  for (const char* top : {"models", "workloads", "platform", "analysis", "tools"}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / top)) {
      const std::string extension = entry.path().extension().string();
      if (Names{".h", ".cpp", ".c", ".js", ".py", ".html"}.count(extension) == 0) continue;
      ++files;
      visit(fs::relative(entry.path(), root).string(), text_of(entry.path()), extension == ".js");
    }
  }
  EXPECT_GT(files, 300);
}

TEST(OneTable, names_the_parts_of_energy_and_area) {
  const Names names = part_names();
  EXPECT_EQ(names.size(), 24u);
  for_all_sources([&](const std::string& path, const std::string& text, bool is_script) {
    Names found = named_in(text, names, is_script);
    if (path == "models/cost/breakdown.h") {
      EXPECT_EQ(found, names);
      return;
    }
    // A cause of cycles, too.
    if (path == "models/perf/attribution.h" || is_script) found.erase("requantize");
    if (is_script) found.erase("leakage");  // a group of parts, which the glossary explains
    if (path == "models/tlm/accelerator.cpp") found.erase("dma");  // a module
    EXPECT_EQ(found, Names()) << path;
  });
}

TEST(OneTable, names_the_events_that_are_counted) {
  const Names names = event_names();
  for_all_sources([&](const std::string& path, const std::string& text, bool is_script) {
    const Names found = named_in(text, names, is_script);
    if (path == "models/perf/counter_fields.h") {
      EXPECT_GT(found.size(), 12u);
      return;
    }
    EXPECT_LE(found.size(), 1u) << path << ": " << testing::PrintToString(found);
  });
}

TEST(OneTable, a_second_list_is_found) {
  const Names names = {"pool_add", "leakage"};
  EXPECT_EQ(named_in("f({\"pool_add\", \"leakage\"})", names, false), names);
  EXPECT_EQ(named_in("x = {pool_add: 1}; y.leakage", names, true), names);
  EXPECT_EQ(named_in("at(\"/pool_add\")", names, false), Names{"pool_add"});
  EXPECT_EQ(named_in("int leakage = no_pool_add; // leakage", names, false), Names());
  EXPECT_EQ(named_in("\"leakage of all\"", names, false), Names());
}

}  // namespace
}  // namespace dcnsim
