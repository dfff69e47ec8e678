// SPDX-License-Identifier: Apache-2.0
// Two types of one name in one namespace are one type to the linker, which takes the functions of
// either: reads every source and looks for a second definition.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

using Places = std::map<std::string, std::set<std::string>>;  ///< files by qualified name

/// Adds the types that a source which clang-format has laid out defines in its namespaces, but for
/// those without a name.
void collect(const std::string& path, const std::vector<std::string>& lines, Places& places) {
  static const std::regex opens(R"((?:inline )?namespace ?([\w:]*) ?\{)");
  static const std::regex defines(
      R"((?:template <.*> )?(?:enum class|enum|struct|class|union) (\w+)(?: final)?(?: :.*| \{.*)?)");
  std::vector<std::string> namespaces;
  std::smatch found;
  for (const std::string& line : lines) {
    if (std::regex_match(line, found, opens)) {
      namespaces.push_back(found[1]);
    } else if (line.rfind("}  // namespace", 0) == 0 && !namespaces.empty()) {
      namespaces.pop_back();
    } else if (std::regex_match(line, found, defines) &&
               (line.back() != ';' || line.find('{') != std::string::npos)) {
      std::string name;
      bool is_local = false;
      for (const std::string& part : namespaces) {
        is_local = is_local || part.empty();
        name += part + "::";
      }
      if (!is_local) places[name + found[1].str()].insert(path);
    }
  }
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(OneName, has_one_type_in_a_namespace) {
  const fs::path root = DCNSIM_SOURCE_DIR;
  Places places;
  for (const char* top : {"models", "workloads", "platform", "analysis"}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / top)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cpp") continue;
      collect(fs::relative(entry.path(), root).string(), lines_of(entry.path()), places);
    }
  }
  EXPECT_GT(places.size(), 400U);
  for (const auto& [name, files] : places) {
    EXPECT_EQ(files.size(), 1U) << name << " in " << testing::PrintToString(files);
  }
}

TEST(OneName, second_types_are_found) {
  const auto places = [](const std::vector<std::string>& second) {
    Places found;
    collect("a.h",
            {"namespace dcnsim {", "enum class Axis : int { kX };", "struct Point {", "};",
             "}  // namespace dcnsim"},
            found);
    collect("b.h", second, found);
    return found;
  };
  const auto in_dcnsim = [&](const std::string& line) {
    return places({"namespace dcnsim {", line, "}  // namespace dcnsim"});
  };
  for (const char* line :
       {"struct Axis {", "class Axis final : public Base {", "template <class T> struct Axis {",
        "enum Axis { kY };", "union Axis {", "class Axis"}) {
    EXPECT_EQ(in_dcnsim(line).at("dcnsim::Axis").size(), 2U) << line;
  }
  for (const char* line : {"struct Axis;", "enum class Axis : int;", "struct Axis::Part {",
                           "  struct Axis {", "struct Axis2 {", "// struct Axis {"}) {
    EXPECT_EQ(in_dcnsim(line).at("dcnsim::Axis").size(), 1U) << line;
  }
  const std::vector<std::string> local = {
      "namespace dcnsim {", "namespace {", "struct Axis {",         "};", "}  // namespace",
      "struct Point {",     "};",          "}  // namespace dcnsim"};
  EXPECT_EQ(places(local).at("dcnsim::Axis").size(), 1U);
  EXPECT_EQ(places(local).at("dcnsim::Point").size(), 2U);
  EXPECT_EQ(places({"namespace dcnsim::cli {", "struct Axis {"}).at("dcnsim::Axis").size(), 1U);
}

}  // namespace
}  // namespace dcnsim
