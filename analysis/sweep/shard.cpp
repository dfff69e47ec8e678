// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/shard.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <filesystem>
#include <stdexcept>

namespace dcnsim {
namespace {

/// The points in a row with what they cost, for questions in logarithmic time.
class Line {
 public:
  explicit Line(const std::vector<AllocationWork>& work) {
    for (const AllocationWork& allocation : work) {
      if (allocation.points == 0) continue;
      work_.push_back(allocation);
      ends_.push_back(points() + allocation.points);
      costs_.push_back(cost() + allocation.accuracy_us + allocation.points * allocation.point_us);
    }
  }

  std::uint64_t points() const { return ends_.empty() ? 0 : ends_.back(); }
  /// Of all points at once.
  std::uint64_t cost() const { return costs_.empty() ? 0 : costs_.back(); }

  PointRange range(std::uint64_t first, std::uint64_t end) const {
    if (first >= end) return {first, end, 0};
    const std::size_t last = allocation_of(end - 1);
    const std::uint64_t unused = (ends_[last] - end) * work_[last].point_us;
    return {first, end, costs_[last] - unused - skipped(allocation_of(first), first)};
  }

  /// The largest end of a range from `first` on that costs at most `limit_us`.
  std::uint64_t reach(std::uint64_t first, std::uint64_t limit_us) const {
    if (first >= points()) return points();
    const std::uint64_t skipped_us = skipped(allocation_of(first), first);
    // The first allocation that does not fit as a whole.
    const auto partial = std::upper_bound(costs_.begin(), costs_.end(), limit_us + skipped_us);
    if (partial == costs_.end()) return points();
    const auto at = static_cast<std::size_t>(partial - costs_.begin());
    const std::uint64_t begin = std::max(begin_of(at), first);
    const std::uint64_t spent = begin == first
                                    ? work_[at].accuracy_us
                                    : costs_[at - 1] - skipped_us + work_[at].accuracy_us;
    if (spent > limit_us) return begin;
    return begin + (limit_us - spent) / work_[at].point_us;
  }

  /// Into how few ranges of at most `limit_us` each the line can be cut, or `enough` + 1 if it
  /// takes more than that.
  std::size_t ranges_needed(std::uint64_t limit_us, std::size_t enough) const {
    std::size_t ranges = 0;
    for (std::uint64_t first = 0; first < points() && ranges <= enough; ++ranges) {
      first = reach(first, limit_us);
    }
    return ranges;
  }

  std::uint64_t dearest_point() const {
    std::uint64_t dearest = 0;
    for (const AllocationWork& a : work_) dearest = std::max(dearest, a.accuracy_us + a.point_us);
    return dearest;
  }

  /// The end of the allocation that a cut at `point` would divide, if its accuracy, then not
  /// repeated, outweighs its points up to there; else `point`.
  std::uint64_t without_repeat(std::uint64_t point) const {
    const std::size_t cut = allocation_of(point - 1);
    const std::uint64_t moved_us = (ends_[cut] - point) * work_[cut].point_us;
    return moved_us < work_[cut].accuracy_us ? ends_[cut] : point;
  }

 private:
  std::size_t allocation_of(std::uint64_t point) const {
    return static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), point) -
                                    ends_.begin());
  }
  std::uint64_t begin_of(std::size_t allocation) const {
    return ends_[allocation] - work_[allocation].points;
  }
  /// What a range that begins at `first` in `allocation` saves of the costs up to its end.
  std::uint64_t skipped(std::size_t allocation, std::uint64_t first) const {
    const AllocationWork& a = work_[allocation];
    return costs_[allocation] - a.accuracy_us - (ends_[allocation] - first) * a.point_us;
  }

  std::vector<AllocationWork> work_;
  std::vector<std::uint64_t> ends_;   // of each allocation's points
  std::vector<std::uint64_t> costs_;  // of all up to an allocation's end, each accuracy once
};

/// The least that the dearest of `count` ranges can cost: greedy filling needs the fewest ranges
/// for a limit, since no part of a range costs more than the range.
std::uint64_t least_limit(const Line& line, std::size_t count) {
  std::uint64_t low = std::max(line.cost() / count, line.dearest_point());
  std::uint64_t high = low + line.dearest_point() + 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (line.ranges_needed(middle, count) <= count) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/// Where the k-th of `count` ranges has to end at the earliest, k = 0..count, so that the rest fits
/// into the ranges after it: greedy filling from behind.
std::vector<std::uint64_t> earliest_ends(std::vector<AllocationWork> work, std::size_t count,
                                         std::uint64_t limit_us) {
  std::reverse(work.begin(), work.end());
  const Line reversed(work);
  std::vector<std::uint64_t> ends(count + 1);
  std::uint64_t filled = 0;
  for (std::size_t k = count + 1; k-- > 0; filled = reversed.reach(filled, limit_us)) {
    ends[k] = reversed.points() - filled;
  }
  return ends;
}

std::size_t parse_number(const std::string& text, const std::string& all) {
  std::size_t number = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || at != end || error != std::errc{} || number < 1 || number > kMaxShards) {
    throw std::runtime_error("--shard: " + all +
                             ", expected K/N with 1 <= K <= N <= " + std::to_string(kMaxShards));
  }
  return number;
}

}  // namespace

std::vector<PointRange> shards(const std::vector<AllocationWork>& work, std::size_t count) {
  assert(count >= 1);
  const Line line(work);
  const std::uint64_t least_us = least_limit(line, count);
  const std::vector<std::uint64_t> earliest = earliest_ends(work, count, least_us);
  std::vector<PointRange> ranges;
  ranges.reserve(count);
  std::uint64_t first = 0;
  for (std::size_t after = count; after-- > 0 && first < line.points();) {
    // Every range after this one shall have a point, as far as there are points for all.
    const std::uint64_t left = line.points() - first;
    const std::uint64_t latest = line.points() - std::min<std::uint64_t>(left - 1, after);
    const std::uint64_t share =
        line.reach(first, line.range(first, line.points()).cost_us / (after + 1));
    const std::uint64_t end =
        std::min(std::max({share, earliest[ranges.size() + 1], first + 1}), latest);
    const std::uint64_t better = line.without_repeat(end);
    const bool fits =
        better <= latest && line.range(first, better).cost_us <= least_us + least_us / 10;
    ranges.push_back(line.range(first, fits ? better : end));
    first = ranges.back().end;
  }
  ranges.resize(count, {line.points(), line.points(), 0});
  return ranges;
}

Shard parse_shard(const std::string& text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const Shard shard{parse_number(text.substr(0, slash), text),
                    parse_number(text.substr(std::min(slash + 1, text.size())), text)};
  if (shard.number > shard.count) parse_number("", text);
  return shard;
}

std::string default_store(const std::string& spec, const std::optional<Shard>& shard) {
  std::filesystem::path path = spec;
  std::string name = path.stem().string();
  if (shard) {
    name += ".shard-" + std::to_string(shard->number) + "-of-" + std::to_string(shard->count);
  }
  return path.replace_filename(name + ".sqlite").string();
}

}  // namespace dcnsim
