// SPDX-License-Identifier: Apache-2.0
// The chain of limits, on savings written down by hand.
#include "analysis/whatif/limits.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace dcnsim {
namespace {

std::size_t index_of(const std::string& name) {
  for (std::size_t i = 0; i < what_ifs().size(); ++i) {
    if (what_ifs()[i].name == name) return i;
  }
  ADD_FAILURE() << name;
  return 0;
}

/// A layer of 10,000 cycles by what saves how much; no other change can be executed.
class Layer {
 public:
  Layer& saves(const std::string& change, std::int64_t cycles) {
    single_[index_of(change)] = cycles;
    return *this;
  }
  /// Both together, instead of the sum.
  Layer& save_together(const std::string& a, const std::string& b, std::int64_t cycles) {
    sets_[only(index_of(a)) | only(index_of(b))] = cycles;
    return *this;
  }
  std::vector<Limit> limits(std::uint64_t refresh_cycles = 0, std::size_t links = 3) const {
    return dcnsim::limits(
        {kCycles, refresh_cycles, links,
         [this](ChangeSet done, std::size_t change) { return cycles(done, change); }});
  }
  /// "bus 5000; rows|columns 800".
  std::string names(std::uint64_t refresh_cycles = 0, std::size_t links = 3) const {
    std::string text;
    for (const Limit& limit : limits(refresh_cycles, links)) {
      text += text.empty() ? "" : "; ";
      for (std::size_t i = 0; i < limit.changes.size(); ++i) {
        text += (i == 0 ? "" : limit.together ? "+" : "|");
        text += what_ifs()[limit.changes[i]].name;
      }
      text += ' ' + std::to_string(limit.saved_cycles);
    }
    return text;
  }

 private:
  static constexpr std::uint64_t kCycles = 10'000;

  std::optional<std::uint64_t> cycles(ChangeSet done, std::size_t change) const {
    if (single_.count(change) == 0) return std::nullopt;
    const ChangeSet all = done | only(change);
    std::int64_t saved = 0;
    if (const auto set = sets_.find(all); set != sets_.end()) {
      saved = set->second;
    } else {
      for (const auto& [one, cycles] : single_) saved += (all & only(one)) != 0 ? cycles : 0;
    }
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(kCycles) - saved);
  }

  std::map<std::size_t, std::int64_t> single_;
  std::map<ChangeSet, std::int64_t> sets_;
};

TEST(Limits, come_one_after_the_other_the_largest_first) {
  Layer layer;
  layer.saves("bus", 4600).saves("rows", 800).saves("requests", 300).saves("columns", 200);
  EXPECT_EQ(layer.names(), "bus 4600; rows 800; requests|columns 300");
  EXPECT_EQ(layer.names(0, 1), "bus 4600");
}

TEST(Limits, what_only_helps_behind_another_is_second) {
  Layer layer;
  layer.saves("bus", 3000).saves("memory bandwidth", 0);
  layer.save_together("bus", "memory bandwidth", 4500);
  EXPECT_EQ(layer.names(), "bus 3000; memory bandwidth 1500");
}

TEST(Limits, within_one_percent_of_the_cycles_are_named_together) {
  Layer layer;
  layer.saves("bus", 3000).saves("requests", 2900).saves("rows", 2899);
  layer.save_together("bus", "requests", 3000).save_together("bus", "rows", 3000);
  EXPECT_EQ(layer.names(), "bus|requests 3000");
  // The better one of equals is the table's first.
  Layer equal;
  equal.saves("rows", 500).saves("bus", 500).save_together("bus", "rows", 500);
  EXPECT_EQ(equal.names(), "bus|rows 500");
}

TEST(Limits, nothing_is_named_below_one_percent_or_a_refresh) {
  Layer layer;
  layer.saves("bus", 99);
  EXPECT_EQ(layer.names(), "");
  layer.saves("bus", 100);
  EXPECT_EQ(layer.names(), "bus 100");
  EXPECT_EQ(layer.names(100), "bus 100");
  EXPECT_EQ(layer.names(101), "");
  layer.saves("bus", -500);
  EXPECT_EQ(layer.names(), "");
  // Ties are not what is too little.
  layer.saves("bus", 150).saves("rows", 99);
  layer.save_together("bus", "rows", 150);
  EXPECT_EQ(layer.names(), "bus 150");
}

TEST(Limits, two_that_help_only_together_are_a_pair) {
  Layer layer;
  layer.saves("bus", 50).saves("memory bandwidth", 20).saves("requests", 0).saves("rows", 10);
  layer.save_together("bus", "memory bandwidth", 1500).save_together("bus", "rows", 5000);
  EXPECT_EQ(layer.names(), "bus+memory bandwidth 1500") << "rows are not behind the port";
  EXPECT_EQ(layer.names(1501), "");
  layer.save_together("bus", "memory bandwidth", 199);
  EXPECT_EQ(layer.names(), "") << "less than 2 %";
  layer.saves("rows", 200).save_together("bus", "memory bandwidth", 1500);
  EXPECT_EQ(layer.limits().front().changes.front(), index_of("rows")) << "one saves 2 %";
}

}  // namespace
}  // namespace dcnsim
