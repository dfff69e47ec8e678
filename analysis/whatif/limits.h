// SPDX-License-Identifier: Apache-2.0
// What limits a layer or a network: the changes that save most, one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "analysis/whatif/changes.h"

namespace dcnsim {

/// A link of the chain.
struct Limit {
  /// Of what_ifs(): of several that save as much within 1 % of the cycles the best first; with
  /// `together`, all of them at once.
  std::vector<std::size_t> changes;
  std::int64_t saved_cycles = 0;  ///< beyond the links before
  bool together = false;
};

struct LimitQuestion {
  std::uint64_t cycles = 0;          ///< as the machine is
  std::uint64_t refresh_cycles = 0;  ///< of one refresh: phases of refreshes move as much
  std::size_t most_links = 3;
  /// Cycles with `done` and `change`; nothing if that cannot be executed.
  std::function<std::optional<std::uint64_t>(ChangeSet done, std::size_t change)> with;
};

/// Greedy: the kTwice change that saves most, then the one that saves most with it, and so on.
/// What saves less than 1 % of the cycles or than a refresh is not named. Where no change saves
/// 2 %, two at the port or behind it that save so much together are.
std::vector<Limit> limits(const LimitQuestion& question);

}  // namespace dcnsim
