// SPDX-License-Identifier: Apache-2.0
#include "models/perf/counters.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <type_traits>

namespace dcnsim {
namespace {

TEST(LayerCounters, sum_covers_every_field) {
  // Nothing but 64-bit counts, so a field that a sum forgets shows as a word that did not double.
  static_assert(std::is_trivially_copyable_v<LayerCounters>);
  static_assert(sizeof(LayerCounters) % sizeof(std::uint64_t) == 0);
  constexpr std::size_t kWords = sizeof(LayerCounters) / sizeof(std::uint64_t);
  std::array<std::uint64_t, kWords> words;
  for (std::size_t i = 0; i < kWords; ++i) words[i] = i + 1;
  LayerCounters a;
  std::memcpy(static_cast<void*>(&a), words.data(), sizeof a);
  const LayerCounters b = a;
  EXPECT_EQ(&(a += b), &a);
  std::memcpy(words.data(), &a, sizeof a);
  for (std::size_t i = 0; i < kWords; ++i) EXPECT_EQ(words[i], 2 * (i + 1)) << "word " << i;
}

TEST(LayerCounters, start_at_zero) {
  const LayerCounters counters;
  EXPECT_EQ(counters.cycles, 0u);
  EXPECT_EQ(counters.stall_cycles[3], 0u);
  EXPECT_EQ(counters.dram.refreshes, 0u);
}

}  // namespace
}  // namespace dcnsim
