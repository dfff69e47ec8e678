// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/shard.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <random>
#include <stdexcept>

namespace dcnsim {
namespace {

using Work = std::vector<AllocationWork>;

std::uint64_t total_points(const Work& work) {
  std::uint64_t points = 0;
  for (const AllocationWork& a : work) points += a.points;
  return points;
}

std::vector<std::uint64_t> lengths(const std::vector<PointRange>& ranges) {
  std::vector<std::uint64_t> result;
  for (const PointRange& r : ranges) result.push_back(r.end - r.first);
  return result;
}

std::uint64_t dearest(const std::vector<PointRange>& ranges) {
  std::uint64_t most = 0;
  for (const PointRange& range : ranges) most = std::max(most, range.cost_us);
  return most;
}

/// What a range costs, point by point.
std::uint64_t plain_cost(const Work& work, std::uint64_t first, std::uint64_t end) {
  std::uint64_t cost = 0, point = 0;
  for (const AllocationWork& a : work) {
    bool met = false;
    for (std::uint64_t i = 0; i < a.points; ++i, ++point) {
      if (point < first || point >= end) continue;
      cost += a.point_us + (met ? 0 : a.accuracy_us);
      met = true;
    }
  }
  return cost;
}

/// The least dearest range of all ways to cut, found by trying every cut.
std::uint64_t optimum(const Work& work, std::size_t count) {
  const std::uint64_t points = total_points(work);
  std::vector<std::uint64_t> best(points + 1, std::numeric_limits<std::uint64_t>::max());
  best[0] = 0;
  for (std::size_t k = 0; k < count; ++k) {
    for (std::uint64_t end = points; end > 0; --end) {
      for (std::uint64_t first = 0; first < end; ++first) {
        best[end] = std::min(best[end], std::max(best[first], plain_cost(work, first, end)));
      }
    }
  }
  return best[points];
}

Work random_work(std::mt19937& random, std::size_t allocations, std::uint64_t most_points,
                 std::uint64_t most_us) {
  const auto draw = [&](std::uint64_t low, std::uint64_t high) {
    return std::uniform_int_distribution<std::uint64_t>(low, high)(random);
  };
  Work work(draw(1, allocations));
  for (AllocationWork& a : work) {
    a = {draw(0, most_points), draw(1, most_us), draw(0, 1) * draw(0, 20 * most_us)};
  }
  return work;
}

void expect_partition(const std::vector<PointRange>& ranges, std::uint64_t points,
                      std::size_t count) {
  ASSERT_EQ(ranges.size(), count);
  std::uint64_t next = 0;
  for (const PointRange& range : ranges) {
    EXPECT_EQ(range.first, next);
    EXPECT_GE(range.end, range.first);
    EXPECT_TRUE(range.end > range.first || points < count);
    next = range.end;
  }
  EXPECT_EQ(next, points);
}

TEST(Shard, equal_points_are_shared_equally) {
  EXPECT_EQ(lengths(shards({{12, 1, 0}}, 4)), (std::vector<std::uint64_t>{3, 3, 3, 3}));
  EXPECT_EQ(lengths(shards({{10, 1, 0}}, 4)), (std::vector<std::uint64_t>{2, 2, 3, 3}));
  EXPECT_EQ(lengths(shards({{5, 1, 9}}, 1)), (std::vector<std::uint64_t>{5}));
}

TEST(Shard, ranges_are_empty_only_for_want_of_points) {
  EXPECT_EQ(lengths(shards({{2, 5, 7}}, 4)), (std::vector<std::uint64_t>{1, 1, 0, 0}));
  EXPECT_EQ(lengths(shards({}, 2)), (std::vector<std::uint64_t>{0, 0}));
  EXPECT_EQ(lengths(shards({{1, 1000, 0}, {3, 1, 0}}, 4)),
            (std::vector<std::uint64_t>{1, 1, 1, 1}));
}

TEST(Shard, cuts_lie_between_allocations_if_that_saves_more_than_it_moves) {
  const Work dear_accuracy(6, {10, 50, 2000});
  EXPECT_EQ(lengths(shards(dear_accuracy, 3)), (std::vector<std::uint64_t>{20, 20, 20}));
  EXPECT_EQ(lengths(shards(dear_accuracy, 4)), (std::vector<std::uint64_t>{20, 10, 20, 10}));
  const Work cheap_accuracy(6, {10, 50, 100});
  EXPECT_EQ(lengths(shards(cheap_accuracy, 4)), (std::vector<std::uint64_t>{15, 15, 15, 15}));
}

TEST(Shard, an_allocation_that_outweighs_its_accuracy_is_cut) {
  const Work work{{100, 100, 500}};
  const std::vector<PointRange> ranges = shards(work, 2);
  EXPECT_EQ(lengths(ranges), (std::vector<std::uint64_t>{50, 50}));
  EXPECT_EQ(ranges[1].cost_us, 50u * 100 + 500);
}

TEST(Shard, an_accuracy_is_charged_to_every_range_that_meets_it) {
  const std::vector<PointRange> ranges = shards({{4, 1, 100}, {0, 7, 7}, {3, 10, 1000}}, 2);
  EXPECT_EQ(lengths(ranges), (std::vector<std::uint64_t>{4, 3}));
  EXPECT_EQ(ranges[0].cost_us, 4u + 100);
  EXPECT_EQ(ranges[1].cost_us, 30u + 1000);
}

TEST(Shard, every_point_is_in_exactly_one_range_and_the_dearest_is_near_the_optimum) {
  const std::uint32_t seed = 20240917;
  std::mt19937 random(seed);
  for (int i = 0; i < 2000; ++i) {
    const Work work = random_work(random, 5, 6, 30);
    const std::size_t count = 1 + random() % 8;
    const std::vector<PointRange> ranges = shards(work, count);
    SCOPED_TRACE("seed " + std::to_string(seed) + ", case " + std::to_string(i));
    expect_partition(ranges, total_points(work), count);
    for (const PointRange& r : ranges) EXPECT_EQ(r.cost_us, plain_cost(work, r.first, r.end));
    const std::uint64_t least = optimum(work, count);
    EXPECT_LE(dearest(ranges), least + least / 10);
    if (HasFailure()) return;
  }
}

TEST(Shard, the_dearest_range_is_near_an_equal_share) {
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    const Work work = random_work(random, 400, 1000, 100'000);
    const std::size_t count = 1 + random() % 3000;
    const std::vector<PointRange> ranges = shards(work, count);
    expect_partition(ranges, total_points(work), count);
    std::uint64_t accuracy = 0, point = 0;
    for (const AllocationWork& a : work) {
      accuracy = std::max(accuracy, a.accuracy_us);
      point = std::max(point, a.point_us);
    }
    const std::uint64_t least = shards(work, 1)[0].cost_us / count + accuracy + point;
    EXPECT_LE(dearest(ranges), least + least / 10);
    if (HasFailure()) return;
  }
}

TEST(Shard, a_million_points_are_cut_in_no_time) {
  const auto begin = std::chrono::steady_clock::now();
  expect_partition(shards(Work(1000, {1000, 50'000, 2'000'000}), 10'000), 1'000'000, 10'000);
  expect_partition(shards(Work(1'000'000, {1, 50'000, 2'000'000}), 10'000), 1'000'000, 10'000);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

std::string error_of(const std::string& text) {
  try {
    parse_shard(text);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Shard, has_a_store_of_its_own_beside_the_sweep_file) {
  EXPECT_EQ(default_store("a/my sweep.yaml"), "a/my sweep.sqlite");
  EXPECT_EQ(default_store("a/b.c.yaml", Shard{3, 8}), "a/b.c.shard-3-of-8.sqlite");
  EXPECT_EQ(default_store("sweep", Shard{1, 1}), "sweep.shard-1-of-1.sqlite");
}

TEST(Shard, is_read_from_k_of_n) {
  EXPECT_EQ(parse_shard("3/8").number, 3u);
  EXPECT_EQ(parse_shard("3/8").count, 8u);
  EXPECT_EQ(parse_shard("1000000/1000000").number, 1'000'000u);
  for (const char* text : {"", "/", "3", "3/", "/8", "0/8", "9/8", "-1/8", "1/0", "1/8/2", " 1/8",
                           "1/1000001", "1/99999999999999999999", "a/b"}) {
    EXPECT_EQ(error_of(text),
              "--shard: " + std::string(text) + ", expected K/N with 1 <= K <= N <= 1000000");
  }
}

}  // namespace
}  // namespace dcnsim
