// SPDX-License-Identifier: Apache-2.0
// Pages and comments point at what is there: reads every page for links and paths, every source for
// names of pages.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path kSource = DCNSIM_SOURCE_DIR;
const std::vector<std::string> kTops = {"models", "workloads", "platform", "analysis",
                                        "tools",  "tests",     "scripts"};

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

bool starts_with(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}
bool ends_with(const std::string& text, const std::string& suffix) {
  return text.size() >= suffix.size() &&
         text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
}

/// Files of the tree by their paths from its root.
class Tree {
 public:
  explicit Tree(std::set<std::string> files) : files_(std::move(files)) {}
  /// What is checked in: what lies at the root and under the tops.
  static Tree of_source() {
    std::set<std::string> files;
    const auto add = [&](const fs::directory_entry& entry) {
      if (entry.is_regular_file()) files.insert(fs::relative(entry.path(), kSource).string());
    };
    for (const auto& entry : fs::directory_iterator(kSource)) add(entry);
    for (const std::string& top : kTops) {
      for (const auto& entry : fs::recursive_directory_iterator(kSource / top)) add(entry);
    }
    return Tree(files);
  }

  const std::set<std::string>& files() const { return files_; }
  /// A file or a folder.
  bool has(std::string path) const {
    while (ends_with(path, "/")) path.pop_back();
    if (path.empty() || path == "." || files_.count(path) > 0) return true;
    const auto inside = files_.lower_bound(path + "/");
    return inside != files_.end() && starts_with(*inside, path + "/");
  }
  /// A file whose path ends so.
  bool has_ending(const std::string& name) const {
    return files_.count(name) > 0 ||
           std::any_of(files_.begin(), files_.end(),
                       [&](const std::string& file) { return ends_with(file, "/" + name); });
  }

 private:
  std::set<std::string> files_;
};

/// Runs of characters that paths are made of, without the end of a sentence; "<x.h" for <x.h>.
std::vector<std::string> words_of(const std::string& text) {
  const std::string marks = "_./-<";
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || marks.find(c) != std::string::npos) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  for (std::string& word : words) {
    while (ends_with(word, ".")) word.pop_back();
  }
  return words;
}

/// The name by which a heading is linked to.
std::string anchor_of(const std::string& heading) {
  std::string anchor;
  for (const char c : heading) {
    if (c == ' ') anchor += '-';
    if (c == '-' || c == '_') anchor += c;
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return anchor;
}

bool has_anchor(const std::string& page, const std::string& anchor) {
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t begin = line.find_first_not_of('#');
    if (begin != 0 && begin != std::string::npos && line[begin] == ' ' &&
        anchor_of(line.substr(begin + 1)) == anchor) {
      return true;
    }
  }
  return false;
}

/// Links [..](target) of a page that lead nowhere.
std::vector<std::string> broken_links(const std::string& path, const std::string& text,
                                      const Tree& tree) {
  std::vector<std::string> broken;
  for (std::size_t at = 0; (at = text.find("](", at)) != std::string::npos;) {
    at += 2;
    const std::string target = text.substr(at, text.find(')', at) - at);
    if (starts_with(target, "https://")) continue;
    const std::size_t hash = target.find('#');
    const std::string file = target.substr(0, hash);
    const std::string place =
        file.empty() ? path : (fs::path(path).parent_path() / file).lexically_normal().string();
    const bool found =
        tree.has(place) &&
        (hash == std::string::npos ||
         has_anchor(file.empty() ? text : text_of(kSource / place), target.substr(hash + 1)));
    if (!found) broken.push_back(path + ": links to " + target);
  }
  return broken;
}

/// Paths from the root, and names of sources and pages, that are not there.
std::vector<std::string> missing_paths(const std::string& path, const std::string& text,
                                       const Tree& tree) {
  std::vector<std::string> missing;
  for (const std::string& word : words_of(text)) {
    const bool from_root = std::any_of(kTops.begin(), kTops.end(), [&](const std::string& top) {
      return starts_with(word, top + "/");
    });
    const bool is_name = word.find('/') == std::string::npos &&
                         (ends_with(word, ".h") || ends_with(word, ".cpp") ||
                          ends_with(word, ".md") || ends_with(word, ".sv")) &&
                         word.front() != '.' && word.front() != '<';
    if ((from_root && !tree.has(word)) || (is_name && !tree.has_ending(word))) {
      missing.push_back(path + ": names " + word);
    }
  }
  return missing;
}

/// Pages that a source names and nobody has; NAME stands for any.
std::vector<std::string> missing_pages(const std::string& path, const std::string& text,
                                       const Tree& tree) {
  std::vector<std::string> missing;
  for (const std::string& word : words_of(text)) {
    if (!ends_with(word, ".md") || word == ".md" || word == "NAME.md") continue;
    if (!tree.has_ending(word)) missing.push_back(path + ": names " + word);
  }
  return missing;
}

TEST(Links, of_pages_lead_somewhere) {
  const Tree tree = Tree::of_source();
  int pages = 0;
  for (const std::string& file : tree.files()) {
    if (!ends_with(file, ".md")) continue;
    ++pages;
    const std::string text = text_of(kSource / file);
    for (const std::string& link : broken_links(file, text, tree)) ADD_FAILURE() << link;
    for (const std::string& name : missing_paths(file, text, tree)) ADD_FAILURE() << name;
  }
  EXPECT_GT(pages, 40);
}

TEST(Links, pages_that_sources_name_are_there) {
  const Tree tree = Tree::of_source();
  for (const std::string& file : tree.files()) {
    const bool is_source = ends_with(file, ".h") || ends_with(file, ".cpp") ||
                           ends_with(file, ".c") || ends_with(file, ".py");
    if (!is_source || starts_with(file, "tests/")) continue;
    for (const std::string& name : missing_pages(file, text_of(kSource / file), tree)) {
      ADD_FAILURE() << name;
    }
  }
}

TEST(Links, that_are_broken_are_found) {
  const Tree tree({"README.md", "models/README.md", "models/perf/pipeline.h"});
  const auto links = [&](const std::string& text) {
    return broken_links("models/README.md", text, tree).size();
  };
  EXPECT_EQ(links("[a](perf/pipeline.h) [b](../README.md) [c](perf) [d](https://x.org/y)"), 0u);
  EXPECT_EQ(links("[a](pipeline.h)"), 1u);
  EXPECT_EQ(links("[a](../models/tlm/)"), 1u);
  EXPECT_EQ(links("# A heading: `x_y`, twice\n[a](#a-heading-x_y-twice)"), 0u);
  EXPECT_EQ(links("# A heading\n[a](#another)"), 1u);

  const auto paths = [&](const std::string& text) {
    return missing_paths("models/README.md", text, tree).size();
  };
  EXPECT_EQ(paths("`models/perf`, pipeline.h, <stdio.h>, models/*/README.md; build/models/x. See."),
            0u);
  EXPECT_EQ(paths("`models/tlm`"), 1u);
  EXPECT_EQ(paths("| `schedule.h` |"), 1u);

  const auto pages = [&](const std::string& text) {
    return missing_pages("models/perf/pipeline.h", text, tree).size();
  };
  EXPECT_EQ(pages("/// See README.md. Writes NAME.md, x + \".md\"."), 0u);
  EXPECT_EQ(pages("/// See design.md 3."), 1u);
}

}  // namespace
