// SPDX-License-Identifier: Apache-2.0
// A sweep cut into shares for machines that know nothing of each other: contiguous ranges of its
// points. Points that share an allocation are neighbours, and whoever evaluates one of them
// evaluates the allocation's accuracy first; a cut inside an allocation repeats it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dcnsim {

/// Neighbouring points that share one accuracy evaluation. Costs are integers, so that every
/// machine cuts at the same points; they have to come from the sweep alone, never from a clock.
struct AllocationWork {
  std::uint64_t points = 0;
  std::uint64_t point_us = 0;     ///< of each point's own
  std::uint64_t accuracy_us = 0;  ///< once in every range that has one of the points
};

/// Points first .. end - 1.
struct PointRange {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
  std::uint64_t cost_us = 0;  ///< of evaluating them, repeated accuracies included
};

/// `count` >= 1 ranges that follow each other and together are all points. The dearest range is at
/// most a tenth dearer than the best cut's, which is within one accuracy and one point of
/// total / count. That tenth is for cuts between allocations, wherever the accuracy saved outweighs
/// the work moved to get there. A range is empty only if there are fewer points than ranges.
std::vector<PointRange> shards(const std::vector<AllocationWork>& work, std::size_t count);

/// One share out of many, as in --shard K/N.
struct Shard {
  std::size_t number = 1;  ///< 1..count
  std::size_t count = 1;
};

/// Of "K/N", 1 <= K <= N <= kMaxShards. Throws std::runtime_error, one line that begins with
/// "--shard".
Shard parse_shard(const std::string& text);

inline constexpr std::size_t kMaxShards = 1'000'000;

/// Where results are kept unless the user says otherwise: beside the sweep file, after whose stem
/// STEM it is named STEM.sqlite, a shard's STEM.shard-K-of-N.sqlite.
std::string default_store(const std::string& spec,
                          const std::optional<Shard>& shard = std::nullopt);

}  // namespace dcnsim
