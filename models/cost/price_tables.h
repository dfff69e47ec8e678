// SPDX-License-Identifier: Apache-2.0
// Folders of tables, each file of which is read once. Copies share what has been read.
#pragma once

#include <any>
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

  /// What `make()` returns, made of this folder's tables once for each `key`; machines that differ
  /// in prices alone share it. `key` names the type of what is made, too.
  template <class Make>
  const auto& once(const std::string& key, const Make& make) const {
    std::any& made = made_of(key);
    if (!made.has_value()) made = make();
    return *std::any_cast<decltype(make())>(&made);
  }

 private:
  struct Read;

  std::any& made_of(const std::string& key) const;

  std::string folder_;
  std::shared_ptr<Read> read_;
};

}  // namespace dcnsim
