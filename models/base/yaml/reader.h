// SPDX-License-Identifier: Apache-2.0
// Walks a YAML document of a known shape, with errors of one line: file, line, field, problem.
#pragma once

#include <yaml-cpp/yaml.h>

#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/base/text/printable.h"
#include "models/base/text/suggest.h"

namespace dcnsim {

class YamlReader {
 public:
  explicit YamlReader(std::string file) : file_(std::move(file)) {}

  [[noreturn]] void fail(const YAML::Node& at, const std::string& field,
                         const std::string& problem) const {
    throw std::runtime_error(place(at) + printable(field, 160) + ": " + problem);
  }

  /// "file:line: "
  std::string place(const YAML::Node& at) const {
    return file_ + ':' + std::to_string(at.Mark().line + 1) + ": ";
  }

  /// Calls visit(key, field, value) for each entry of a map whose keys are plain words, each given
  /// once. `path` is the field of the map, "" for the document, which errors call `what`.
  template <typename Visit>
  void for_each(const YAML::Node& map, const std::string& path, const std::string& what,
                const Visit& visit) const {
    walk(
        map, path, what, [](const YAML::Node&, const std::string&, const std::string&) {}, visit);
  }

  /// The same for a map whose keys are all `known`; any other is an `unknown`.
  template <typename Visit>
  void for_each_of(const YAML::Node& map, const std::string& path, const std::string& what,
                   const std::vector<std::string>& known, const Visit& visit,
                   const std::string& unknown = "unknown key") const {
    const std::set<std::string_view> names(known.begin(), known.end());
    const auto check = [&](const YAML::Node& at, const std::string& key, const std::string& field) {
      if (names.count(key) == 0) {
        fail(at, field, unknown + suggestion(key, known));
      }
    };
    walk(map, path, what, check, visit);
  }

  std::string scalar(const YAML::Node& node, const std::string& field,
                     const std::string& expected) const {
    if (!node.IsScalar()) fail(node, field, "expected " + expected);
    return node.Scalar();
  }

 private:
  template <typename Check, typename Visit>
  void walk(const YAML::Node& map, const std::string& path, const std::string& what,
            const Check& check, const Visit& visit) const {
    const std::string& name = path.empty() ? what : path;
    if (!map.IsMap()) fail(map, name, "expected keys and values");
    std::set<std::string> seen;
    for (const auto& entry : map) {
      if (!entry.first.IsScalar()) fail(entry.first, name, "a key is not a plain word");
      const std::string key = entry.first.Scalar();
      const std::string field = path.empty() ? key : path + '.' + key;
      check(entry.first, key, field);
      if (!seen.insert(key).second) fail(entry.first, field, "given twice");
      visit(key, field, entry.second);
    }
  }

  std::string file_;
};

}  // namespace dcnsim
