// SPDX-License-Identifier: Apache-2.0
// Keeps evaluations from one sweep to the next in an SQLite file that any number of sweeps share. A
// cache only saves time: one that cannot be used is done without; one that is ours, of this version
// and damaged is begun anew, and nothing else is ever removed.
#pragma once

#include <optional>
#include <string>

#include "analysis/sweep/database.h"

namespace dcnsim {

class EvaluationCache {
 public:
  enum class Use { kFind, kFindAndKeep };

  /// In `folder`, which is made if need be; "" for no cache.
  EvaluationCache(const std::string& folder, Use use);

  std::optional<std::string> find(const std::string& key);
  void keep(const std::string& key, const std::string& bytes);

 private:
  std::optional<Database> database_;
};

}  // namespace dcnsim
