// SPDX-License-Identifier: Apache-2.0
// What limits a layer in words, on counters and tables written down by hand.
#include "analysis/whatif/diagnosis.h"

#include <gtest/gtest.h>

#include <string>

#include "models/perf/counters.h"

namespace dcnsim {
namespace {

/// A convolution of 1,000 cycles on 4 x 5 PEs.
struct ByHand {
  LayerCounters counters;
  ArrayConfig array;
  WhatIfTable table;

  explicit ByHand(std::uint64_t compute, std::uint64_t fill_drain = 0) {
    array.rows = 4;
    array.columns = 5;
    counters.cycles = 1000;
    counters.compute_cycles = compute;
    counters.fill_drain_cycles = fill_drain;
    counters.pe_cycles = (compute - fill_drain) * 20 * 3 / 4;
    table.cycles = 1000;
  }
  ByHand& waits(Stall stall, std::uint64_t cycles) {
    counters.stall_cycles[stall] = cycles;
    return *this;
  }
  ByHand& limit(const std::vector<std::string>& names, std::int64_t saved, bool together = false) {
    Limit limit;
    for (const std::string& name : names) {
      for (std::size_t i = 0; i < what_ifs().size(); ++i) {
        if (what_ifs()[i].name == name) limit.changes.push_back(i);
      }
    }
    EXPECT_EQ(limit.changes.size(), names.size());
    limit.saved_cycles = saved;
    limit.together = together;
    table.limits.push_back(limit);
    return *this;
  }
  Diagnosis diagnosis(bool asked = true) const {
    EXPECT_EQ(accounted_cycles(counters), counters.cycles);
    return diagnose(attribution(LayerKind::kConv, counters), counters, array,
                    asked ? &table : nullptr, WhatIfMapping::kFixed);
  }
};

TEST(Diagnosis, says_where_the_cycles_go_and_what_would_help) {
  ByHand layer(700, 240);
  layer.waits(Stall::kWeight, 270).waits(Stall::kOutput, 27).waits(Stall::kConflict, 3);
  layer.limit({"bus"}, 460).limit({"rows", "columns"}, 80);
  const Diagnosis d = layer.diagnosis();
  EXPECT_EQ(d.cause, Cause::kWeight);
  EXPECT_DOUBLE_EQ(d.share, 0.27);
  EXPECT_EQ(d.bound, Bound::kBus);
  EXPECT_EQ(d.limit, "bus -46 %");
  EXPECT_EQ(d.advice,
            "46 % of the cycles compute with 75 % of the PEs at work, 24 % fill and drain, 30 % "
            "wait for memory; with these mappings, a bus twice as wide would save 46 %, then twice "
            "the rows of PEs, and input banks that feed them or twice the columns of PEs, with "
            "accumulators and weight banks would save 8 %");
}

TEST(Diagnosis, names_ties_and_pairs) {
  ByHand ties(900);
  ties.waits(Stall::kInput, 100).limit({"requests", "bus"}, 41);
  EXPECT_EQ(ties.diagnosis().limit, "requests or bus -4.1 %");
  EXPECT_EQ(ties.diagnosis().bound, Bound::kLatency);
  EXPECT_EQ(ties.diagnosis().cause, Cause::kInput) << "what the first limit is against";
  ByHand pair(900);
  pair.waits(Stall::kInput, 100).limit({"bus", "memory bandwidth"}, 41, true);
  EXPECT_EQ(pair.diagnosis().limit, "bus with memory bandwidth -4.1 %");
}

TEST(Diagnosis, without_a_limit_is_what_takes_most) {
  EXPECT_EQ(ByHand(1000).diagnosis().limit, "computing");
  EXPECT_EQ(ByHand(1000, 501).diagnosis().limit, "fill, drain");
  ByHand even(500);
  even.waits(Stall::kInput, 250).waits(Stall::kWeight, 250);
  EXPECT_EQ(even.diagnosis().limit, "computing") << "work comes before waits";
  ByHand waiting(499);
  waiting.waits(Stall::kInput, 251).waits(Stall::kWeight, 250);
  EXPECT_EQ(waiting.diagnosis().limit, "input");
  EXPECT_EQ(waiting.diagnosis().bound, Bound::kNone);
  ByHand conflicts(400);
  conflicts.waits(Stall::kConflict, 401).waits(Stall::kInput, 199);
  EXPECT_EQ(conflicts.diagnosis().limit, "banks");
  EXPECT_NE(ByHand(1000).diagnosis().advice.find("twice of nothing would save 1 %"),
            std::string::npos);
  EXPECT_EQ(ByHand(1000).diagnosis(false).advice,
            "100 % of the cycles compute with 75 % of the PEs at work");
}

/// The words of a result: share of computing x PEs at work = utilization.
TEST(Diagnosis, shares_multiply_to_the_utilization) {
  const ByHand layer(700, 240);
  const Attribution cycles = attribution(LayerKind::kConv, layer.counters);
  const double computing = static_cast<double>(cycles[Cause::kCompute]) / 1000;
  EXPECT_NEAR(computing * pes_at_work(cycles, layer.counters, layer.array),
              static_cast<double>(layer.counters.pe_cycles) / (1000.0 * 20), 1e-12);
}

}  // namespace
}  // namespace dcnsim
