// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/page/slides.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
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

/// As the page's scripts and its style find it, on light ground.
std::string colour_on_page(const std::string& html, const std::string& thing) {
  const std::string entry = thing + ": \"";
  const std::size_t from = html.find(entry, html.find("const kCauses")) + entry.size();
  const std::string variable = "--" + html.substr(from, html.find('"', from) - from) + ": ";
  return html.substr(html.find(variable) + variable.size(), 7);
}

TEST(Slides, have_the_colours_of_the_page) {
  Json run = run_result();
  run["layers"][0]["attribution"]["dram_busy"] = 5;
  run["layers"][0]["traffic"]["by_stream"]["output"] = 5;
  const std::vector<PageInput> input{{"a", run.dump()}};
  const std::string html = report_page(input);
  const std::vector<Slide> slides = report_slides(input);
  const std::pair<const char*, std::vector<std::pair<std::string, std::string>>> slides_with[] = {
      {"cycles", {{"computing", "compute"}, {"DRAM", "dram_busy"}}},
      {"traffic", {{"output", "output"}}},
      {"energy", {{"DRAM accesses", "\"DRAM accesses\""}}},
      {"bit_widths", {{"weights", "weights"}, {"inputs", "inputs"}, {"outputs", "outputs"}}}};
  for (const auto& [slide, things] : slides_with) {
    for (const auto& [series, thing] : things) {
      const std::vector<Series>& all = plot(slides, slide).series;
      const auto found = std::find_if(all.begin(), all.end(),
                                      [name = series](const Series& s) { return s.name == name; });
      ASSERT_NE(found, all.end()) << slide << " " << series;
      EXPECT_EQ(found->colour, colour_on_page(html, thing)) << series;
    }
  }
}

TEST(Slides, show_an_allocations_curve_from_the_left) {
  Json result = allocation_result();
  result["curve"][1]["rule"] = "equal";
  result["curve"][1]["weight_bytes"] = 100;
  result["curve"][1]["top1"] = 0.5;
  const std::vector<Slide> slides = report_slides({{"a", result.dump()}});
  ASSERT_EQ(names(slides), std::vector<std::string>{"trade_off"});
  const std::vector<Series>& series = slides[0].plot.series;
  ASSERT_EQ(series.size(), 1u);
  ASSERT_EQ(series[0].points.size(), 2u);
  EXPECT_DOUBLE_EQ(series[0].points[0].x, 0.1);
  EXPECT_NEAR(series[0].points[0].y, 42, 1e-9);
  EXPECT_NEAR(series[0].points[1].y, 2, 1e-9);
  result["curve"] = Json::array();
  EXPECT_TRUE(report_slides({{"a", result.dump()}}).empty());
}

TEST(Slides, show_a_quantizations_sqnr_by_tensor) {
  Json result = quantize_result();
  result["tensors"].push_back(result["tensors"][0]);
  result["tensors"][1]["name"] = "conv1.output";
  const std::vector<Slide> slides = report_slides({{"a", result.dump()}});
  ASSERT_EQ(names(slides), std::vector<std::string>{"sqnr"});
  const Plot& drawn = slides[0].plot;
  EXPECT_EQ(drawn.x_ticks, (std::vector<std::string>{"conv1.weight", "conv1.output"}));
  EXPECT_DOUBLE_EQ(drawn.series[0].points[0].y, 20);
  EXPECT_EQ(drawn.series[1].points[0].x, 1);
  EXPECT_NE(drawn.series[0].colour, drawn.series[1].colour);
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
  ASSERT_EQ(roofline.series.size(), 4u);
  const auto name = [&](std::size_t series) { return roofline.series[series].names.at(1); };
  EXPECT_EQ(name(0), "bus, 8 B a cycle");
  EXPECT_DOUBLE_EQ(roofline.series[0].points[1].y, 8 * roofline.series[0].points[1].x);
  EXPECT_EQ(name(1), "DRAM peak, 32 B a cycle");
  EXPECT_DOUBLE_EQ(roofline.series[1].points[1].y, 32 * roofline.series[1].points[1].x);
  EXPECT_EQ(name(2), "array, 1024");
  EXPECT_DOUBLE_EQ(roofline.series[2].points.back().y, 1024);
  const Series& layers = roofline.series[3];
  EXPECT_EQ(layers.names, std::vector<std::string>{"conv1"});
  EXPECT_DOUBLE_EQ(layers.points[0].x, 1000.0 / 64);
  EXPECT_DOUBLE_EQ(layers.points[0].y, 10);
}

}  // namespace
}  // namespace dcnsim
