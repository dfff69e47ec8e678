// SPDX-License-Identifier: Apache-2.0
// Comparison trees in Verilog against models/numeric and against counting.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <vector>

#include "Vthreshold_trees.h"
#include "models/numeric/post.h"

namespace dcnsim {
namespace {

constexpr int kTrees = 12, kWidest = 48;
constexpr int kSums = 30;  ///< one a cycle with the same thresholds

/// What threshold_trees.sv builds.
struct Tree {
  int index;
  int levels() const { return 1 + index / 3; }
  int most() const { return (1 << levels()) - 1; }
  int sum_bits() const { return index % 3 == 0 ? 24 : index % 3 == 1 ? 32 : kWidest; }
  int out_bits() const { return index % 2 == 0 ? levels() : 4 + index; }
  int stages() const { return levels() + 1; }
};

std::int64_t low_bits_of(std::uint64_t word, int bits) {
  return static_cast<std::int64_t>(word << (64 - bits)) >> (64 - bits);
}

/// The thresholds of a channel, for the tree under test.
struct Channel {
  std::vector<std::int64_t> thresholds;
  Requant requant;
};

class RandomChannel {
 public:
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(engine_); }
  std::int64_t sum(int bits) { return low_bits_of(engine_(), pick(1, bits)); }

  /// Some thresholds equal, some at the ends of the accumulator.
  Channel channel(const Tree& tree) {
    Channel channel;
    const int used = pick(1, tree.most());
    const std::int64_t greatest = (std::int64_t{1} << (tree.sum_bits() - 1)) - 1;
    const int spread = pick(2, tree.sum_bits());
    while (channel.thresholds.size() < static_cast<std::size_t>(used)) {
      const int kind = pick(0, 9);
      const bool repeats = kind < 2 && !channel.thresholds.empty();
      channel.thresholds.push_back(repeats     ? channel.thresholds.back()
                                   : kind == 2 ? greatest
                                   : kind == 3 ? -greatest - 1
                                               : sum(spread));
    }
    std::sort(channel.thresholds.begin(), channel.thresholds.end());
    Requant& requant = channel.requant;
    requant.counts = true;
    requant.out = {tree.out_bits(), 0, true, false};
    requant.clamp_low = pick(0, requant.out.max_code() - requant.out.min_code() - used);
    requant.clamp_high = requant.out.max_code() - requant.min_code() - used;
    return channel;
  }

 private:
  std::mt19937_64 engine_{1};
};

void set(Vthreshold_trees& rtl, const Channel& channel) {
  constexpr int kWordBits = 32;
  std::fill_n(&rtl.t[0], kMaxThresholds * kWidest / kWordBits + 1, 0U);
  for (std::size_t i = 0; i < channel.thresholds.size(); ++i) {
    for (int bit = 0; bit < kWidest; ++bit) {
      const std::size_t at = i * kWidest + static_cast<std::size_t>(bit);
      const auto value = static_cast<std::uint32_t>(channel.thresholds[i] >> bit & 1);
      rtl.t[at / kWordBits] |= value << at % kWordBits;
    }
  }
  rtl.used = static_cast<std::uint8_t>(channel.thresholds.size());
  rtl.z = static_cast<std::uint16_t>(channel.requant.min_code());
}

TEST(ThresholdTreeRtl, counts_as_the_model_does_a_sum_a_cycle) {
  RandomChannel random;
  Vthreshold_trees rtl;
  int at_a_threshold = 0, of_counts[kMaxThresholds + 1] = {};
  for (int i = 0; i < 2400; ++i) {
    const Tree tree{i % kTrees};
    const Channel channel = random.channel(tree);
    set(rtl, channel);
    std::deque<std::int64_t> inside;
    for (int cycle = 0; cycle < kSums; ++cycle) {
      const int near = random.pick(0, static_cast<int>(channel.thresholds.size()) - 1);
      const std::int64_t threshold = channel.thresholds[static_cast<std::size_t>(near)];
      const std::int64_t sum =
          random.pick(0, 1) == 0
              ? random.sum(tree.sum_bits())
              : low_bits_of(static_cast<std::uint64_t>(threshold + random.pick(-1, 1)),
                            tree.sum_bits());
      inside.push_back(sum);
      rtl.x = static_cast<std::uint64_t>(sum) & ((std::uint64_t{1} << kWidest) - 1);
      rtl.clk = 0;
      rtl.eval();
      rtl.clk = 1;
      rtl.eval();
      if (inside.size() < static_cast<std::size_t>(tree.stages())) continue;
      const std::int64_t out = inside.front();
      inside.pop_front();
      const auto reached = std::count_if(channel.thresholds.begin(), channel.thresholds.end(),
                                         [&](std::int64_t t) { return t <= out; });
      at_a_threshold +=
          static_cast<int>(std::count(channel.thresholds.begin(), channel.thresholds.end(), out));
      ++of_counts[reached];
      const std::int32_t expected =
          count_thresholds(out, channel.requant, channel.thresholds.data());
      ASSERT_EQ(expected, channel.requant.min_code() + reached);
      const auto word = rtl.y[tree.index / 2] >> (16 * (tree.index % 2));
      ASSERT_EQ(low_bits_of(word, 16), expected)
          << out << ", " << channel.thresholds.size() << " thresholds, " << tree.levels()
          << " levels, " << tree.sum_bits() << " bits";
    }
  }
  EXPECT_GT(at_a_threshold, 3000);
  for (const int count : of_counts) EXPECT_GT(count, 30);
}

}  // namespace
}  // namespace dcnsim
