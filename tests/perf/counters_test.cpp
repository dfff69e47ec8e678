// SPDX-License-Identifier: Apache-2.0
// The table of counters holds every one of them, once.
#include "models/perf/counters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "models/arch/registers.h"
#include "models/perf/counter_fields.h"
#include "tests/support/error_of.h"

namespace dcnsim {
namespace {

// Nothing but 64-bit counts, so that the bytes can be looked at without the table.
static_assert(std::has_unique_object_representations_v<LayerCounters>);
constexpr std::size_t kWords = sizeof(LayerCounters) / sizeof(std::uint64_t);
static_assert(kWords * sizeof(std::uint64_t) == sizeof(LayerCounters));
using Words = std::array<std::uint64_t, kWords>;

Words words_of(const LayerCounters& counters) {
  Words words;
  std::memcpy(words.data(), &counters, sizeof counters);
  return words;
}

/// 1, 2, 3, ... in the order of the struct.
LayerCounters numbered() {
  Words words;
  for (std::size_t i = 0; i < kWords; ++i) words[i] = i + 1;
  LayerCounters counters;
  std::memcpy(static_cast<void*>(&counters), words.data(), sizeof counters);
  return counters;
}

std::vector<CounterField> fields() {
  std::vector<CounterField> all;
  const LayerCounters counters;
  visit_counters([&](const CounterField& f, const std::uint64_t&) { all.push_back(f); }, counters);
  return all;
}

TEST(LayerCounters, the_table_visits_every_word_once_in_order) {
  const LayerCounters counters = numbered();
  std::uint64_t next = 1;
  visit_counters([&](const CounterField& f,
                     const std::uint64_t& count) { EXPECT_EQ(count, next++) << f.full_name(); },
                 counters);
  EXPECT_EQ(next, kWords + 1);
}

TEST(LayerCounters, every_counter_has_a_name_of_its_own_and_a_meaning) {
  std::set<std::string> names;
  for (const CounterField& f : fields()) {
    EXPECT_FALSE(f.name.empty());
    EXPECT_TRUE(names.insert(f.full_name()).second) << f.full_name();
    EXPECT_GE(f.meaning.size(), 8u) << f.full_name();
  }
}

TEST(LayerCounters, sums_differences_and_multiples_cover_every_counter) {
  const LayerCounters one = numbered();
  LayerCounters sum = one;
  EXPECT_EQ(&(sum += one), &sum);
  for (std::size_t i = 0; i < kWords; ++i) EXPECT_EQ(words_of(sum)[i], 2 * (i + 1)) << i;
  add(sum, one, 5);
  for (std::size_t i = 0; i < kWords; ++i) EXPECT_EQ(words_of(sum)[i], 7 * (i + 1)) << i;

  LayerCounters difference;
  difference.dram = sum.dram - one.dram;
  difference.dram += one.dram;
  EXPECT_EQ(std::memcmp(&difference.dram, &sum.dram, sizeof sum.dram), 0);
}

TEST(LayerCounters, what_depends_on_the_data_is_left_out) {
  const LayerCounters one = numbered();
  LayerCounters expected = one;
  expected.overflows = expected.input_zeros = 0;
  EXPECT_EQ(words_of(without_data(one)), words_of(expected));
}

TEST(LayerCounters, times_of_another_timing_replace_times_only) {
  const LayerCounters work = numbered();
  LayerCounters timed = work;
  timed.cycles += 100;
  timed.stall_cycles[Stall::kInput] += 100;
  timed.refresh_cycles[Stall::kInput] = timed.memory_busy_cycles[Stall::kInput] = 7;
  timed.dram = {};
  LayerCounters expected = timed;
  timed.input_zeros = timed.overflows = 0;  // of another image
  const std::vector<LayerCounters> result = with_times_of({work, work}, {work, timed});
  EXPECT_EQ(words_of(result.at(0)), words_of(work));
  EXPECT_EQ(words_of(result.at(1)), words_of(expected));

  timed.weight_buffer.reads += 1;
  EXPECT_EQ(error_of([&] {
              with_times_of({work, work}, {work, timed});
            }),
            "layer 1: weight_buffer_words.reads: " + std::to_string(timed.weight_buffer.reads) +
                " in another timing, expected " + std::to_string(work.weight_buffer.reads));
}

TEST(LayerCounters, are_found_by_name) {
  const LayerCounters counters = numbered();
  EXPECT_EQ(counter_named(counters, "cycles"), 1u);
  EXPECT_EQ(counter_named(counters, "stall_cycles.weight"), counters.stall_cycles[Stall::kWeight]);
  EXPECT_EQ(counter_named(counters, "dram.precharged_ps"), kWords);
  EXPECT_THROW(counter_named(counters, "stall_cycles"), std::out_of_range);
  EXPECT_THROW(counter_named(counters, "mac"), std::out_of_range);
}

TEST(LayerCounters, registers_show_the_counter_of_their_name) {
  for (const reg::Counter& r : reg::kCounters) {
    std::string name(r.name);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const auto& [prefix, counter] :
         {std::pair("stall_", "stall_cycles."), std::pair("bytes_", "stream_bytes.")}) {
      if (name.rfind(prefix, 0) == 0) name.replace(0, std::string(prefix).size(), counter);
    }
    EXPECT_EQ(r.shows, name);
    EXPECT_NO_THROW(counter_named({}, r.shows)) << r.name;
  }
}

}  // namespace
}  // namespace dcnsim
