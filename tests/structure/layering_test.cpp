// SPDX-License-Identifier: Apache-2.0
// The folder tree is the architecture: reads every source and checks who includes whom.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path kSource = DCNSIM_SOURCE_DIR;

/// What a folder may include besides itself and the standard library; the longest matching key
/// counts. analysis and most tests may include everything; other folders without a rule are
/// refused.
const std::map<std::string, std::set<std::string>> kAllowed = {
    {"models/base", {}},
    {"models/numeric", {}},
    {"models/arch", {"models/base", "models/numeric"}},
    {"models/perf", {"models/base", "models/numeric", "models/arch"}},
    {"models/values", {"models/base", "models/numeric", "models/arch", "models/perf"}},
    {"models/cost", {"models/base", "models/numeric", "models/arch", "models/perf"}},
    {"models/tlm",
     {"models/base", "models/numeric", "models/arch", "models/perf", "models/values"}},
    {"workloads", {"models/base", "models/numeric", "models/arch"}},
    {"platform", {"models", "workloads"}},
    {"analysis", {"models", "workloads", "platform"}},
    {"analysis/plot", {"models/base"}},
    {"tools", {}},
    // What judges models/perf shares nothing with it.
    {"tests/oracle/machine", {"models/arch"}},
};

/// What may appear in some places only.
struct Confined {
  std::string name;
  std::vector<std::string> texts;
  std::vector<std::string> places;  ///< beginnings of paths
};

/// Headers: beginnings of what follows #include.
const std::vector<Confined> kConfined = {
    // The commands' main files start the kernel.
    {"SystemC",
     {"<systemc>", "<tlm>", "<tlm_utils/", "<sysc/"},
     {"models/tlm/", "platform/", "tests/tlm/", "tests/package/", "tests/platform/",
      "tests/support/", "analysis/cli/main.cpp", "analysis/cli/vp_main.cpp"}},
    // What users include (platform/cmake) are copies: a source that saw both would see all twice.
    {"copies of headers",
     {"\"dcnsim/"},
     {"platform/standalone/example.cpp", "platform/standalone/classify.cpp",
      "platform/compiler/example.cpp", "tests/package/"}},
    {"flatbuffers", {"<flatbuffers/"}, {"workloads/tflite/"}},
    // dcnsim builds without it.
    {"libtorch",
     {"<torch/", "\"workloads/training/"},
     {"workloads/training/", "tests/workloads/training/", "analysis/cli/training.",
      "analysis/cli/train_main.cpp", "analysis/cli/finetune_main.cpp"}}};

/// What one place does for all: reads untrusted text with limits, says it cleaned, writes files
/// that appear whole. Tests may.
const std::vector<Confined> kConfinedCalls = {
    // The converter is compiled by itself.
    {"JSON and CBOR",
     {"Json::parse(", "json::parse(", "from_cbor(", "sax_parse("},
     {"models/base/json/", "workloads/cifar10/batch_from_png.cpp"}},
    {"YAML", {"YAML::Load", "YAML::Parser"}, {"models/base/yaml/"}},
    {"a file's writing",
     {"ofstream", "fopen(", "std::rename(", "filesystem::rename(", "fs::rename("},
     {"models/base/file/", "workloads/cifar10/batch_from_png.cpp", "tools/"}},
    // The virtual platform's UART is std::cout; the others are programs by themselves.
    {"the terminal",
     {"fmt::print(", "std::cout", "std::cerr", " printf(", "std::printf(", "fprintf(", "std::puts(",
      "fputs(", "fwrite("},
     {"analysis/cli/console.cpp", "analysis/cli/vp_main.cpp", "platform/standalone/example.cpp",
      "platform/standalone/classify.cpp", "platform/compiler/example.cpp",
      "platform/riscv/firmware/", "platform/registers/main.cpp",
      "workloads/cifar10/batch_from_png.cpp", "tools/"}}};

bool starts_with(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

template <class Predicate>
bool any_of(const std::vector<std::string>& texts, const Predicate& holds) {
  return std::any_of(texts.begin(), texts.end(), holds);
}

/// Rules that the file `path` (relative to the root) with these lines breaks, one line each.
std::vector<std::string> violations(const std::string& path,
                                    const std::vector<std::string>& lines) {
  std::vector<std::string> found;
  const auto complain = [&](const std::string& what) { found.push_back(path + ": " + what); };
  if (lines.empty() || lines[0] != "// SPDX-License-Identifier: Apache-2.0") {
    complain("no SPDX line at the top");
  }
  const bool header = path.size() > 2 && path.compare(path.size() - 2, 2, ".h") == 0;
  if (header && std::find(lines.begin(), lines.end(), "#pragma once") == lines.end()) {
    complain("no #pragma once");
  }
  std::string layer;
  for (const auto& [folder, allowed] : kAllowed) {
    if (starts_with(path, folder + "/")) layer = folder;
  }
  const bool tests = starts_with(path, "tests/");
  if (layer.empty() && !tests) complain("its folder has no rule");
  for (const std::string& line : lines) {
    if (header && line.find("using namespace") == 0) complain("using namespace in a header");
    for (const Confined& confined : kConfined) {
      const auto begins = [](const std::string& whole) {
        return [&whole](const std::string& part) { return starts_with(whole, part); };
      };
      const std::string include = "#include ";
      const std::string header_name = starts_with(line, include) ? line.substr(include.size()) : "";
      if (any_of(confined.texts, begins(header_name)) && !any_of(confined.places, begins(path))) {
        complain("includes " + confined.name + ": " + line);
      }
    }
    for (const Confined& confined : kConfinedCalls) {
      const auto contained = [&line](const std::string& call) {
        return line.find(call) != std::string::npos;
      };
      const auto begins = [&path](const std::string& place) { return starts_with(path, place); };
      if (!tests && any_of(confined.texts, contained) && !any_of(confined.places, begins)) {
        complain("has by itself what one place does, " + confined.name + ": " + line);
      }
    }
    const std::string quote = "#include \"";
    if (layer.empty() || !starts_with(line, quote)) continue;
    const std::string target = line.substr(quote.size(), line.rfind('"') - quote.size());
    const std::set<std::string>& allowed = kAllowed.at(layer);
    // Copies of headers, and what `dcnsim compile` writes for an example.
    if (starts_with(target, layer + "/") || starts_with(target, "dcnsim/")) continue;
    if (target == "job.h") continue;
    if (std::none_of(allowed.begin(), allowed.end(),
                     [&](const std::string& place) { return starts_with(target, place + "/"); })) {
      complain(layer + " may not include " + target);
    }
  }
  return found;
}

constexpr std::size_t kMostLines = 80;
/// Tables of data are as long as they are.
const std::set<std::string> kDataTables = {"models/arch/config_fields.h",
                                           "models/arch/descriptor_fields.h"};

std::size_t indent(const std::string& line) { return line.find_first_not_of(' '); }

/// Functions of more than kMostLines lines in a source that clang-format has laid out: a head of
/// one line or more, not deeper than in a class, and an end where the head began.
std::vector<std::string> long_functions(const std::string& path,
                                        const std::vector<std::string>& lines) {
  std::vector<std::string> found;
  if (kDataTables.count(path) > 0) return found;
  const std::regex head_end(".*\\)( const| override| noexcept)* \\{");
  const std::regex head(" {0,2}[A-Za-z~].*\\(.*[^;{}]|.*\\{");
  const std::regex control(" *(if|for|while|switch|else|do|catch|extern|namespace)\\b.*");
  for (std::size_t last = 0; last < lines.size(); ++last) {
    if (!std::regex_match(lines[last], head_end)) continue;
    std::size_t first = last;
    while (first > 0 && indent(lines[first]) > 2 &&
           std::string(";{}").find(lines[first - 1].empty() ? ';' : lines[first - 1].back()) ==
               std::string::npos) {
      --first;
    }
    if (indent(lines[first]) > 2 || !std::regex_match(lines[first], head) ||
        std::regex_match(lines[first], control)) {
      continue;
    }
    const auto begin = lines.begin() + static_cast<std::ptrdiff_t>(first);
    const std::string close = std::string(indent(lines[first]), ' ') + "}";
    const auto end = std::find_if(
        begin, lines.end(), [&](const std::string& line) { return starts_with(line, close); });
    const auto length = static_cast<std::size_t>(end - begin) + 1;
    if (length <= kMostLines) continue;
    found.push_back(path + ":" + std::to_string(first + 1) + ": a function of " +
                    std::to_string(length) + " lines");
  }
  return found;
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(Layering, every_source_keeps_the_rules) {
  int files = 0;
  for (const char* top : {"models", "workloads", "platform", "analysis", "tools", "tests"}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(kSource / top)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cpp" && extension != ".c") continue;
      ++files;
      const std::string relative = fs::relative(entry.path(), kSource).string();
      const std::vector<std::string> lines = lines_of(entry.path());
      for (const std::string& v : violations(relative, lines)) ADD_FAILURE() << v;
      if (std::string(top) == "tests") continue;
      for (const std::string& f : long_functions(relative, lines)) ADD_FAILURE() << f;
    }
  }
  EXPECT_GT(files, 50);
}

TEST(Layering, violations_are_found) {
  const std::string spdx = "// SPDX-License-Identifier: Apache-2.0";
  EXPECT_EQ(violations("models/arch/x.cpp", {spdx, "#include \"models/arch/y.h\""}).size(), 0u);
  EXPECT_EQ(violations("models/arch/x.cpp", {spdx, "#include \"models/perf/y.h\""}).size(), 1u);
  EXPECT_EQ(violations("workloads/x.cpp", {spdx, "#include \"platform/y.h\""}).size(), 1u);
  EXPECT_EQ(violations("models/perf/x.cpp", {spdx, "#include <systemc>"}).size(), 1u);
  EXPECT_EQ(violations("models/perf/x.cpp", {spdx, "#include <tlm_utils/y.h>"}).size(), 1u);
  EXPECT_EQ(violations("models/tlm/x.cpp", {spdx, "#include <tlm>"}).size(), 0u);
  const std::string copy = "#include \"dcnsim/models/perf/y.h\"";
  EXPECT_EQ(violations("models/tlm/x.cpp", {spdx, copy}).size(), 1u);
  EXPECT_EQ(violations("tests/package/x/x.cpp", {spdx, copy}).size(), 0u);
  EXPECT_EQ(violations("tests/perf/x.cpp", {spdx, "#include <systemc>"}).size(), 1u);
  EXPECT_EQ(violations("tests/tlm/x.cpp", {spdx, "#include <systemc>"}).size(), 0u);
  EXPECT_EQ(violations("workloads/x.cpp", {spdx, "#include <torch/torch.h>"}).size(), 1u);
  EXPECT_EQ(violations("workloads/x.cpp", {spdx, "#include \"workloads/training/y.h\""}).size(),
            1u);
  EXPECT_EQ(violations("workloads/training/x.cpp", {spdx, "#include <torch/torch.h>"}).size(), 0u);
  EXPECT_EQ(violations("analysis/x.cpp", {spdx, "auto j = Json::parse(text);"}).size(), 1u);
  EXPECT_EQ(violations("analysis/x.cpp", {spdx, "return YAML::Load(text);"}).size(), 1u);
  EXPECT_EQ(violations("analysis/x.cpp", {spdx, "std::ofstream out(path);"}).size(), 1u);
  EXPECT_EQ(violations("analysis/cli/x.cpp", {spdx, "  fmt::print(text);"}).size(), 1u);
  EXPECT_EQ(violations("tests/x.cpp", {spdx, "auto j = Json::parse(text);"}).size(), 0u);
  EXPECT_EQ(violations("tests/oracle/machine/x.cpp", {spdx, "#include \"models/arch/y.h\""}).size(),
            0u);
  EXPECT_EQ(violations("tests/oracle/machine/x.cpp", {spdx, "#include \"models/perf/y.h\""}).size(),
            1u);
  EXPECT_EQ(violations("models/new/x.cpp", {spdx}).size(), 1u);
  EXPECT_EQ(violations("models/tlm/x.h", {spdx}).size(), 1u);
  EXPECT_EQ(violations("models/tlm/x.h", {spdx, "#pragma once", "using namespace std;"}).size(),
            1u);
  EXPECT_EQ(violations("analysis/x.cpp", {"// something"}).size(), 1u);
}

TEST(Layering, long_functions_are_found) {
  const auto function = [](std::size_t statements) {
    std::vector<std::string> lines(statements, "  work();");
    lines.insert(lines.begin(), "void f(int i) {");
    lines.insert(lines.end(), {"}", "void g() {", "}"});
    return lines;
  };
  EXPECT_EQ(long_functions("analysis/x.cpp", function(78)).size(), 0u);
  EXPECT_EQ(long_functions("analysis/x.cpp", function(79)).size(), 1u);
  std::vector<std::string> member = {"class A {", "  void f(int a,", "         int b) const {"};
  member.insert(member.end(), 78, "    work();");
  member.insert(member.end(), {"  }", "};"});
  EXPECT_EQ(long_functions("analysis/x.h", member).size(), 1u);
}

}  // namespace
