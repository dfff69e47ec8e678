// SPDX-License-Identifier: Apache-2.0
// What is kept of a search among the mappings of one layer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/arch/descriptor.h"

namespace dcnsim {

/// A search's result as it is stored: the best tilings, best first.
struct StoredSearch {
  std::vector<Tiling> best;
  std::uint64_t legal = 0, evaluated = 0, given_up = 0;
};

/// Keeps searches from one run to the next. The key says which layer; the machine, the objective
/// and what else shapes the result are the cache's own business.
class MappingCache {
 public:
  virtual ~MappingCache() = default;
  virtual std::optional<StoredSearch> find(const std::string& layer_key) = 0;
  virtual void keep(const std::string& layer_key, const StoredSearch& search) = 0;
};

}  // namespace dcnsim
