// SPDX-License-Identifier: Apache-2.0
// What is kept of a search among the mappings of one layer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/arch/descriptor.h"
#include "platform/compiler/mapper/mapping.h"

namespace dcnsim {

/// A search's result as it is stored: the best tilings, best first.
struct StoredSearch {
  std::vector<Tiling> best;
  std::uint64_t legal = 0, evaluated = 0, given_up = 0;
};

/// What no candidate of a layer beats, before there has been a search; nothing if there is none.
/// Who is told both takes one after the other, as who finds them: neighbours of candidates may beat
/// a bound of tilings, so that which bounds a mapper begins with may decide what it finds.
struct StoredBounds {
  std::optional<Score> of_groups;
  std::optional<std::optional<Score>> of_tilings;  ///< once somebody has asked for it
};

/// Keeps searches from one run to the next. The key says which layer, and what of the capacities of
/// buffers decides (deciding_capacities()); the machine, the objective and what else shapes the
/// result are the cache's own business.
class MappingCache {
 public:
  virtual ~MappingCache() = default;
  virtual std::optional<StoredSearch> find(const std::string& layer_key) = 0;
  virtual void keep(const std::string& layer_key, const StoredSearch& search) = 0;
  /// Bounds are found anew in no time, unless one maps hundreds of networks.
  virtual std::optional<StoredBounds> find_bounds(const std::string& /*layer_key*/) { return {}; }
  virtual void keep_bounds(const std::string& /*layer_key*/, const StoredBounds&) {}
};

}  // namespace dcnsim
