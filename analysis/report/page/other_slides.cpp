// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/page/other_slides.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "analysis/report/page/palette.h"

namespace dcnsim::page {
namespace {

/// A point of the curve and what it loses; nothing where there is no accuracy.
std::optional<Point> loss_over_size(const Json& point, const Json& float_percent) {
  const Json& accuracy = point["accuracy"];
  if (accuracy.is_null() || float_percent.is_null()) return {};
  return Point{1e-3 * point["bytes"].get<double>(),
               float_percent.get<double>() - accuracy["percent"].get<double>()};
}

}  // namespace

std::vector<Slide> allocation_slides(const Json& result) {
  Plot plot;
  plot.title = "Loss over size";
  plot.subtitle = result["network"].get<std::string>() + ", by the rule that made the widths";
  plot.x_label = "packed weights, kB";
  plot.y_label = "loss of accuracy, points";
  for (const Json& point : result["curve"]) {
    const std::string rule = point["name"];
    auto series = std::find_if(plot.series.begin(), plot.series.end(),
                               [&](const Series& known) { return known.name == rule; });
    if (series == plot.series.end()) {
      series = plot.series.insert(series, Series{rule, {}});
    }
    if (const auto place = loss_over_size(point, result["float_percent"])) {
      series->points.push_back(*place);
    }
  }
  for (Series& series : plot.series) {
    std::sort(series.points.begin(), series.points.end(),
              [](const Point& a, const Point& b) { return a.x < b.x; });
  }
  return {{"trade_off", std::move(plot)}};
}

std::vector<Slide> quantization_slides(const Json& result) {
  Plot plot;
  plot.title = "SQNR of each tensor";
  plot.subtitle = result["network"].get<std::string>() + ", over its own values";
  plot.y_label = "SQNR, dB";
  constexpr std::string_view kWeight = ".weight";
  Series weights{"weights", {}}, outputs{"outputs", {}};
  for (const Json& tensor : result["tensors"]) {
    if (tensor["sqnr_db"].is_null()) continue;  // exact
    const std::string name = tensor["name"];
    const bool is_weight = name.size() > kWeight.size() &&
                           name.compare(name.size() - kWeight.size(), kWeight.size(), kWeight) == 0;
    Series& series = is_weight ? weights : outputs;
    series.points.push_back({static_cast<double>(plot.x_ticks.size()), tensor["sqnr_db"]});
    plot.x_ticks.push_back(name);
  }
  for (Series* series : {&weights, &outputs}) {
    series->bars = true;
    series->colour = colour_of(Things::kTensors, series->name);
  }
  plot.series = {std::move(weights), std::move(outputs)};
  return {{"sqnr", std::move(plot)}};
}

}  // namespace dcnsim::page
