// SPDX-License-Identifier: Apache-2.0
// What each metric makes of the figures, by hand.
#include "analysis/sweep/metric.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace dcnsim {
namespace {

/// 2,000 cycles at 500 kHz.
Figures figures() {
  Figures f;
  f.cycles = 2000;
  f.seconds = 4e-3;
  f.energy_pj = 8e6;
  f.area_um2 = 3e6;
  f.clock_share = 0.75;
  f.stream_seconds = 2e-3;
  f.stream_energy_pj = 5e6;
  f.traffic_bytes = 12345;
  f.weight_bits = 16000;
  f.images = 200;
  f.correct = 150;
  f.float_correct = 160;
  return f;
}

struct Expected {
  Metric metric;
  const char* name;
  double value;
};
constexpr Expected kExpected[] = {{Metric::kTop1, "top1_percent", 75},
                                  {Metric::kLoss, "loss_points", 5},
                                  {Metric::kCycles, "cycles", 2000},
                                  {Metric::kLatency, "latency_ms", 4},
                                  {Metric::kEnergy, "energy_uj", 8},
                                  {Metric::kPower, "power_mw", 2},
                                  {Metric::kEnergyDelay, "energy_delay_uj_ms", 32},
                                  {Metric::kArea, "area_mm2", 3},
                                  {Metric::kTraffic, "traffic_kb", 12.345},
                                  {Metric::kModel, "model_kb", 2},
                                  {Metric::kClockSlack, "clock_slack", 0.25},
                                  {Metric::kImagesPerS, "images_per_s", 500},
                                  {Metric::kStreamEnergy, "stream_energy_uj", 5}};

TEST(Metric, values_are_those_worked_out_by_hand) {
  std::set<Metric> tested;
  for (const Expected& e : kExpected) {
    tested.insert(e.metric);
    EXPECT_EQ(info(e.metric).name, e.name);
    EXPECT_EQ(metric_named(e.name), e.metric);
    const std::optional<double> found = value(figures(), e.metric);
    ASSERT_TRUE(found) << e.name;
    EXPECT_NEAR(*found, e.value, 1e-12 * e.value) << e.name;
  }
  EXPECT_EQ(tested.size(), kMetrics);
  EXPECT_FALSE(metric_named("watts"));
}

TEST(Metric, accuracy_that_was_not_asked_for_has_no_value_and_no_time_no_power) {
  Figures f = figures();
  f.images = f.correct = 0;
  f.float_correct = 0;
  f.seconds = 0;
  for (const Expected& e : kExpected) {
    const bool is_accuracy = e.metric == Metric::kTop1 || e.metric == Metric::kLoss;
    EXPECT_EQ(value(f, e.metric).has_value(), !is_accuracy) << e.name;
  }
  EXPECT_EQ(value(f, Metric::kPower), 0);
}

TEST(Metric, without_a_float_network_there_is_an_accuracy_and_no_loss) {
  Figures f = figures();
  f.float_correct.reset();
  EXPECT_TRUE(value(f, Metric::kTop1));
  EXPECT_FALSE(value(f, Metric::kLoss));
}

TEST(Metric, a_network_that_gains_accuracy_has_a_negative_loss) {
  Figures f = figures();
  f.correct = 170;
  EXPECT_DOUBLE_EQ(*value(f, Metric::kLoss), -5);
}

TEST(Metric, more_is_better_of_accuracy_slack_and_throughput_only) {
  for (const Expected& e : kExpected) {
    const bool more = e.metric == Metric::kTop1 || e.metric == Metric::kClockSlack ||
                      e.metric == Metric::kImagesPerS;
    EXPECT_EQ(is_better(e.metric, 2, 1), more) << e.name;
    EXPECT_EQ(is_better(e.metric, 1, 2), !more) << e.name;
    EXPECT_FALSE(is_better(e.metric, 1, 1)) << e.name;
  }
}

}  // namespace
}  // namespace dcnsim
