// SPDX-License-Identifier: Apache-2.0
// Suggests a known name for one that was mistyped, for error messages of files and commands.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dcnsim {

/// Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`.
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(above);
    above.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

inline std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

/// `; did you mean "rows"?` for the nearest known name (`"rows" or "cols"`: up to three that are
/// equally near), or for the only one that begins so, or "" if none is near: at most a third of the
/// longer name's characters may differ, one always.
inline std::string suggestion(std::string_view unknown, const std::vector<std::string>& known) {
  constexpr std::size_t kLongestName = 64;  // longer input is no typing error; keeps this cheap
  if (unknown.empty() || unknown.size() > kLongestName) return "";
  std::vector<std::string_view> nearest;
  std::size_t smallest = 0;
  for (const std::string& name : known) {
    const std::size_t distance =
        std::min(edit_distance(unknown, name), edit_distance(in_lower_case(unknown), name));
    const std::size_t limit = std::max<std::size_t>(1, std::max(unknown.size(), name.size()) / 3);
    if (distance > limit || (!nearest.empty() && distance > smallest)) continue;
    if (distance < smallest) nearest.clear();
    nearest.push_back(name);
    smallest = distance;
  }
  constexpr std::size_t kShortestBeginning = 3;
  if (nearest.empty() && unknown.size() >= kShortestBeginning) {
    for (const std::string& name : known) {
      if (name.compare(0, unknown.size(), unknown) == 0) nearest.push_back(name);
    }
    if (nearest.size() != 1) return "";
  }
  constexpr std::size_t kMostNames = 3;
  const std::size_t count = std::min(nearest.size(), kMostNames);
  std::string names;
  for (std::size_t i = 0; i < count; ++i) {
    names.append(i == 0 ? "" : i + 1 == count ? " or " : ", ");
    names.append("\"").append(nearest[i]).append("\"");
  }
  return names.empty() ? "" : "; did you mean " + names + "?";
}

}  // namespace dcnsim
