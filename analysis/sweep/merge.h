// SPDX-License-Identifier: Apache-2.0
// One store out of those of a sweep's shards.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dcnsim {

struct MergeOutcome {
  std::uint64_t points = 0;   ///< of the sweep
  std::uint64_t missing = 0;  ///< of these, in no store
  /// Stores that cannot be read, one line each: a shard may have been killed as it made its store.
  std::vector<std::string> unreadable;
};

/// Adds the points of `shards` to `store`, which is begun if need be. Merging again, or the same
/// points twice, changes nothing. Throws std::runtime_error naming the file: what SweepStore throws
/// of `store`, a shard of another sweep, no shard that can be read.
MergeOutcome merge_stores(const std::string& store, const std::vector<std::string>& shards);

}  // namespace dcnsim
