// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/page/slides.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/analysis/report/page/results.h"

namespace dcnsim {
namespace {

std::vector<std::string> names(const std::vector<Slide>& slides) {
  std::vector<std::string> result;
  for (const Slide& slide : slides) result.push_back(slide.name);
  return result;
}

const Plot& plot(const std::vector<Slide>& slides, const std::string& name) {
  return std::find_if(slides.begin(), slides.end(),
                      [&](const Slide& slide) { return slide.name == name; })
      ->plot;
}

TEST(Slides, of_two_runs_have_names_of_their_own) {
  const std::string run = run_result().dump();
  EXPECT_EQ(names(report_slides({{"a", run}})),
            (std::vector<std::string>{"cycles", "energy", "bit_widths", "area"}));
  const std::vector<std::string> both = names(report_slides({{"a", run}, {"b", run}}));
  EXPECT_EQ(both.size(), 8u);
  EXPECT_EQ(both[0], "cycles_a");
  EXPECT_EQ(both[4], "cycles_b");
}

TEST(Slides, stack_energy_by_group_in_microjoules) {
  const std::vector<Slide> slides = report_slides({{"a", run_result().dump()}});
  const Plot& energy = plot(slides, "energy");
  ASSERT_EQ(energy.series.size(), 2u);
  EXPECT_EQ(energy.series[0].name, "multiply, accumulate");
  EXPECT_TRUE(energy.series[0].bars);
  EXPECT_DOUBLE_EQ(energy.series[0].points[0].y, 5e-6);
  EXPECT_EQ(energy.series[1].name, "DRAM accesses");
}

TEST(Slides, show_a_sweeps_front_as_stairs_and_its_best_point) {
  const std::vector<Slide> slides = report_slides({{"s", sweep_result().dump()}});
  EXPECT_EQ(names(slides), (std::vector<std::string>{
                               "front", "sensitivity", "cycles_best", "energy_best", "traffic_best",
                               "bit_widths_best", "roofline_best", "area_best"}));
  const Plot& front = plot(slides, "front");
  EXPECT_EQ(front.x_label, "energy, uJ");
  EXPECT_EQ(front.y_label, "loss, points");
  const std::vector<Point>& stairs = front.series.back().points;
  ASSERT_EQ(stairs.size(), 3u);
  EXPECT_DOUBLE_EQ(stairs[1].x, 5);
  EXPECT_DOUBLE_EQ(stairs[1].y, 2);
}

TEST(Slides, leave_infeasible_points_out_of_the_front) {
  Json sweep = sweep_result();
  sweep["points"][0]["feasible"] = false;
  const std::vector<Slide> slides = report_slides({{"s", sweep.dump()}});
  EXPECT_TRUE(plot(slides, "front").series[0].points.empty());
}

TEST(Slides, of_a_sweep_without_points_are_none) {
  Json sweep = sweep_result();
  sweep["points"] = Json::array();
  sweep["analysis"] = {{"front", Json::array()}, {"best", nullptr}, {"sensitivity", Json::array()}};
  EXPECT_TRUE(report_slides({{"s", sweep.dump()}}).empty());
}

TEST(Slides, put_the_array_roof_at_the_layers_widths) {
  Json sweep = sweep_result();
  sweep["points"][0]["layers"][0]["mac_passes"] = 250;
  const std::vector<Slide> slides = report_slides({{"s", sweep.dump()}});
  const Plot& roofline = plot(slides, "roofline_best");
  EXPECT_TRUE(roofline.log_x && roofline.log_y);
  EXPECT_DOUBLE_EQ(roofline.series[0].points.back().y, 1024);
  EXPECT_DOUBLE_EQ(roofline.series[1].points[0].x, 1000.0 / 64);
  EXPECT_DOUBLE_EQ(roofline.series[1].points[0].y, 10);
}

}  // namespace
}  // namespace dcnsim
