// SPDX-License-Identifier: Apache-2.0
#include "models/perf/window_feeder.h"

#include <gtest/gtest.h>

namespace dcnsim {
namespace {

ArrayConfig array(DatapathFamily family, Dataflow dataflow) {
  ArrayConfig a;
  a.rows = 12;
  a.columns = 5;
  a.lanes = 8;
  a.bits_per_cycle = 2;
  a.datapath = family;
  a.dataflow = dataflow;
  return a;
}

void expect_feeder(const ArrayConfig& a, std::uint64_t rotators, int lanes, int lane_bits) {
  const WindowFeeder feeder = window_feeder(a);
  EXPECT_EQ(feeder.rotators, rotators) << to_string(a.datapath);
  EXPECT_EQ(feeder.lanes, lanes) << to_string(a.datapath);
  EXPECT_EQ(feeder.lane_bits, lane_bits) << to_string(a.datapath);
  EXPECT_EQ(feeder.bits(), rotators * static_cast<std::uint64_t>(lanes * lane_bits));
}

TEST(WindowFeeder, has_a_lane_for_every_operand_that_shares_a_row_tile_or_a_pe) {
  using Family = DatapathFamily;
  constexpr Dataflow kWeights = Dataflow::kWeightStationary, kOutputs = Dataflow::kOutputStationary;
  expect_feeder(array(Family::kBitParallel, kWeights), 1, 12, 16);
  expect_feeder(array(Family::kActivationSerial, kWeights), 1, 12 * 8, 2);
  expect_feeder(array(Family::kFullySerial, kWeights), 1, 12 * 8, 2);
  expect_feeder(array(Family::kComposable, kWeights), 1, 12 * 16, 2);
  expect_feeder(array(Family::kBitParallel, kOutputs), 0, 0, 0);
  expect_feeder(array(Family::kActivationSerial, kOutputs), 12, 8, 2);
  expect_feeder(array(Family::kFullySerial, kOutputs), 12, 8, 2);
  expect_feeder(array(Family::kComposable, kOutputs), 12, 16, 2);
}

TEST(WindowFeeder, is_nothing_where_nothing_comes_together) {
  ArrayConfig a = array(DatapathFamily::kBitParallel, Dataflow::kWeightStationary);
  a.rows = 1;
  expect_feeder(a, 0, 0, 0);
  for (const DatapathFamily family :
       {DatapathFamily::kBitParallel, DatapathFamily::kActivationSerial,
        DatapathFamily::kFullySerial, DatapathFamily::kComposable}) {
    ArrayConfig apart = array(family, Dataflow::kWeightStationary);
    apart.reduction = Reduction::kChannels;
    expect_feeder(apart, 0, 0, 0);
  }
}

}  // namespace
}  // namespace dcnsim
