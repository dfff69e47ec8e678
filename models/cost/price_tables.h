// SPDX-License-Identifier: Apache-2.0
// Folders of tables, each file of which is read once. Copies share what has been read.
#pragma once

#include <memory>
#include <string>

namespace dcnsim {

class CsvTable;

class PriceTables {
 public:
  /// Reads nothing yet. Implicit, as a folder's name stands for its tables.
  PriceTables(std::string folder);
  PriceTables(const char* folder) : PriceTables(std::string(folder)) {}

  const std::string& folder() const { return folder_; }
  /// Tables of another folder, with what has been read of that one.
  PriceTables of(const std::string& folder) const;
  /// As it was when it was first asked for. Throws what CsvTable::load throws.
  const CsvTable& operator()(const std::string& file) const;

 private:
  struct Read;

  std::string folder_;
  std::shared_ptr<Read> read_;
};

}  // namespace dcnsim
