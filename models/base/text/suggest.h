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

/// `; did you mean "rows"?` for the nearest known name (first of equals), or for the only one that
/// begins so, or "" if none is near: at most a third of the longer name's characters may differ,
/// one always.
inline std::string suggestion(std::string_view unknown, const std::vector<std::string>& known) {
  constexpr std::size_t kLongestName = 64;  // longer input is no typing error; keeps this cheap
  if (unknown.empty() || unknown.size() > kLongestName) return "";
  const std::string* nearest = nullptr;
  std::size_t smallest = 0;
  for (const std::string& name : known) {
    const std::size_t distance =
        std::min(edit_distance(unknown, name), edit_distance(in_lower_case(unknown), name));
    const std::size_t limit = std::max<std::size_t>(1, std::max(unknown.size(), name.size()) / 3);
    if (distance > limit || (nearest != nullptr && distance >= smallest)) continue;
    nearest = &name;
    smallest = distance;
  }
  constexpr std::size_t kShortestBeginning = 3;
  if (nearest == nullptr && unknown.size() >= kShortestBeginning) {
    std::size_t found = 0;
    for (const std::string& name : known) {
      if (name.compare(0, unknown.size(), unknown) != 0) continue;
      nearest = &name;
      ++found;
    }
    if (found != 1) nearest = nullptr;
  }
  return nearest == nullptr ? "" : "; did you mean \"" + *nearest + "\"?";
}

}  // namespace dcnsim
