// SPDX-License-Identifier: Apache-2.0
// A private copy of the shipped tables that a test may damage.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "models/base/file/text_file.h"
#include "tests/support/error_of.h"

namespace dcnsim {

/// A table taken apart, to be changed and written again.
class Sheet {
 public:
  explicit Sheet(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.back() == '\r') line.pop_back();
      lines_.push_back(fields_of(line));
    }
  }

  std::size_t rows() const { return lines_.size() - 1; }
  bool has(std::string_view column) const { return index(column) < lines_[0].size(); }
  std::string& at(std::size_t row, std::string_view column) {
    return lines_.at(1 + row).at(index(column));
  }
  /// Whether it was there.
  bool drop(std::string_view column) {
    if (!has(column)) return false;
    const auto at = static_cast<std::ptrdiff_t>(index(column));
    for (auto& line : lines_) line.erase(line.begin() + at);
    return true;
  }
  std::string text() const {
    std::string all;
    for (const auto& line : lines_) {
      for (std::size_t i = 0; i < line.size(); ++i) {
        all += i == 0 ? "\"" : ",\"";
        for (const char c : line[i]) all += c == '"' ? "\"\"" : std::string(1, c);
        all += '"';
      }
      all += '\n';
    }
    return all;
  }

 private:
  /// Of a line whose fields have no line breaks.
  static std::vector<std::string> fields_of(const std::string& line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '"') {
        const bool doubled = quoted && i + 1 < line.size() && line[i + 1] == '"';
        if (doubled) fields.back() += line[i++];
        if (!doubled) quoted = !quoted;
      } else if (line[i] == ',' && !quoted) {
        fields.emplace_back();
      } else {
        fields.back() += line[i];
      }
    }
    return fields;
  }
  std::size_t index(std::string_view column) const {
    const auto& names = lines_[0];
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), column) - names.begin());
  }

  std::vector<std::vector<std::string>> lines_;  ///< names, then rows
};

inline const std::string kTables = DCNSIM_TABLES_DIR;
inline const std::string kPresets = DCNSIM_PRESETS_DIR;

class TablesCopy {
 public:
  TablesCopy() : dir_(::testing::TempDir() + "dcnsim_tables_" + std::to_string(getpid())) {
    std::filesystem::remove_all(dir_);
    std::filesystem::copy(kTables, dir_);
    for (const auto& entry : std::filesystem::directory_iterator(dir_)) {
      std::filesystem::permissions(entry, std::filesystem::perms::owner_write,
                                   std::filesystem::perm_options::add);
    }
  }
  ~TablesCopy() { std::filesystem::remove_all(dir_); }
  TablesCopy(const TablesCopy&) = delete;
  TablesCopy& operator=(const TablesCopy&) = delete;

  const std::string& dir() const { return dir_; }
  std::string path(const std::string& file) const { return dir_ + '/' + file; }
  std::string text(const std::string& file) const {
    return read_text_file(path(file), std::size_t{1} << 22);
  }
  void write(const std::string& file, const std::string& text) const {
    std::ofstream(path(file), std::ios::binary) << text;
  }
  /// change(sheet) of a table.
  template <typename Change>
  void edit(const std::string& file, const Change& change) const {
    Sheet sheet(text(file));
    change(sheet);
    write(file, sheet.text());
  }
  /// Replaces the first occurrence.
  void replace(const std::string& file, const std::string& from, const std::string& to) const {
    std::string all = text(file);
    const std::size_t at = all.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    write(file, all.replace(at, from.size(), to));
  }
  /// Takes out the data lines for which `unwanted(line)`; returns how many.
  template <typename Unwanted>
  int remove_lines(const std::string& file, const Unwanted& unwanted) const {
    std::istringstream all(text(file));
    std::string kept, line;
    std::getline(all, kept);
    kept += '\n';
    int removed = 0;
    while (std::getline(all, line)) {
      if (unwanted(line)) {
        ++removed;
      } else {
        kept += line + '\n';
      }
    }
    write(file, kept);
    return removed;
  }

 private:
  std::string dir_;
};

}  // namespace dcnsim
