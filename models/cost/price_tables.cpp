// SPDX-License-Identifier: Apache-2.0
#include "models/cost/price_tables.h"

#include <map>
#include <utility>

#include "models/base/table/csv.h"

namespace dcnsim {

struct PriceTables::Read {
  std::map<std::string, CsvTable> tables;  ///< by path
  std::map<std::string, std::any> made;    ///< by folder and key
};

PriceTables::PriceTables(std::string folder)
    : folder_(std::move(folder)), read_(std::make_shared<Read>()) {}

PriceTables PriceTables::of(const std::string& folder) const {
  PriceTables other(*this);
  other.folder_ = folder;
  return other;
}

const CsvTable& PriceTables::operator()(const std::string& file) const {
  const std::string path = folder_ + '/' + file;
  const auto found = read_->tables.find(path);
  if (found != read_->tables.end()) return found->second;
  return read_->tables.emplace(path, CsvTable::load(path)).first->second;
}

std::any& PriceTables::made_of(const std::string& key) const {
  return read_->made[folder_ + '\n' + key];
}

}  // namespace dcnsim
