// SPDX-License-Identifier: Apache-2.0
// Values of a sweep file: lists, numbers with units, ranges.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "models/base/yaml/reader.h"

namespace dcnsim {

inline constexpr std::size_t kMostValues = 100'000;  ///< of one list, range or set of allocations

class SpecValues : public YamlReader {
 public:
  using YamlReader::YamlReader;

  /// What the file says, printable: it ends up in tables, on pages and in messages.
  std::string scalar(const YAML::Node& node, const std::string& field,
                     const std::string& expected) const;

  /// A path, exactly as the file has it.
  std::string path(const YAML::Node& node, const std::string& field,
                   const std::string& expected) const {
    return YamlReader::scalar(node, field, expected);
  }

  /// The items of a list; of anything else the node itself. All of these fail() on what is wrong.
  std::vector<YAML::Node> list(const YAML::Node& node, const std::string& field) const;

  /// Scalars of a list or a range {from, to, step or times}, or the one that stands alone.
  std::vector<std::string> texts(const YAML::Node& node, const std::string& field) const;
  std::vector<double> numbers(const YAML::Node& node, const std::string& field) const;
  std::vector<int> widths(const YAML::Node& node, const std::string& field) const;

  double number(const YAML::Node& node, const std::string& field) const;
  int whole(const YAML::Node& node, const std::string& field, int low, int high) const;
  std::string choice(const YAML::Node& node, const std::string& field,
                     const std::vector<std::string>& known) const;

 private:
  /// "64KiB" as a number and its suffix.
  struct Quantity {
    double number = 0;
    std::string unit;
  };
  static std::optional<Quantity> quantity(const std::string& text);
  Quantity quantity(const YAML::Node& node, const std::string& field) const;
  std::vector<std::string> range(const YAML::Node& node, const std::string& field) const;
};

}  // namespace dcnsim
