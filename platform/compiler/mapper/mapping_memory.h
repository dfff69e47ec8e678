// SPDX-License-Identifier: Apache-2.0
// Remembers searches and bounds for as long as it lives, in front of another cache or alone: for
// programs that compile many networks.
#pragma once

#include <map>
#include <string>

#include "platform/compiler/mapper/mapper.h"

namespace dcnsim {

class MappingMemory : public MappingCache {
 public:
  /// `behind` is asked for what is not remembered and told everything; may be null. Stays.
  explicit MappingMemory(MappingCache* behind = nullptr) : behind_(behind) {}

  std::optional<StoredSearch> find(const std::string& layer_key) override {
    const auto known = known_.find(layer_key);
    if (known != known_.end()) return known->second;
    auto found = behind_ == nullptr ? std::nullopt : behind_->find(layer_key);
    if (found) known_.emplace(layer_key, *found);
    return found;
  }

  void keep(const std::string& layer_key, const StoredSearch& search) override {
    known_.insert_or_assign(layer_key, search);
    if (behind_ != nullptr) behind_->keep(layer_key, search);
  }

  std::optional<StoredBounds> find_bounds(const std::string& layer_key) override {
    const auto known = bounds_.find(layer_key);
    return known == bounds_.end() ? std::nullopt : std::optional(known->second);
  }
  void keep_bounds(const std::string& layer_key, const StoredBounds& bounds) override {
    bounds_.insert_or_assign(layer_key, bounds);
  }

 private:
  MappingCache* behind_;
  std::map<std::string, StoredSearch> known_;
  std::map<std::string, StoredBounds> bounds_;
};

}  // namespace dcnsim
