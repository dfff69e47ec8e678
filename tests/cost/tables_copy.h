// SPDX-License-Identifier: Apache-2.0
// A private copy of the shipped tables that a test may damage.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "models/base/file/text_file.h"
#include "tests/support/error_of.h"

namespace dcnsim {

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
