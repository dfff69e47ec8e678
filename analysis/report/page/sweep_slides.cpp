// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/page/sweep_slides.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace dcnsim::page {
namespace {

constexpr std::size_t kMostColours = 6;  ///< and one for the front

/// "energy_uj", in uJ: "energy, uJ".
std::string label(const Json& metric) {
  std::string name = metric["name"], unit = metric["unit"], suffix = "_" + unit;
  std::transform(suffix.begin(), suffix.end(), suffix.begin(), [](unsigned char c) {
    return c == ' ' ? '_' : static_cast<char>(std::tolower(c));
  });
  if (name == unit) return name;
  if (name.size() > suffix.size() &&
      name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0) {
    name.resize(name.size() - suffix.size());
  }
  std::replace(name.begin(), name.end(), '_', ' ');
  return name + (unit.empty() ? "" : ", " + unit);
}

/// The objectives, else whatever metrics there are: at most two.
std::vector<Json> axes_of(const Json& sweep) {
  std::vector<Json> axes;
  const auto add = [&](const Json& metric) {
    if (axes.size() < 2 && std::find(axes.begin(), axes.end(), metric) == axes.end()) {
      axes.push_back(metric);
    }
  };
  for (const Json& objective : sweep["objectives"]) {
    for (const Json& metric : sweep["metrics"]) {
      if (metric["name"] == objective) add(metric);
    }
  }
  for (const Json& metric : sweep["metrics"]) add(metric);
  return axes;
}

std::string position_name(const Json& values) {
  std::string name;
  for (const Json& value : values) {
    name += (name.empty() ? "" : " / ") +
            (value.is_string() ? value.get<std::string>()
                               : value.dump(-1, ' ', true, Json::error_handler_t::replace));
  }
  return name;
}

/// The first axis whose positions find colours; nothing is told apart without.
const Json* colour_axis(const Json& sweep) {
  for (const Json& axis : sweep["axes"]) {
    if (axis["values"].size() > 1 && axis["values"].size() <= kMostColours) return &axis;
  }
  return nullptr;
}

/// Through the points of a front from the left: between two of them nothing better than the one
/// with the better x is known.
std::vector<Point> stairs(std::vector<Point> front, bool lower_x_is_better) {
  std::sort(front.begin(), front.end(), [](const Point& a, const Point& b) { return a.x < b.x; });
  std::vector<Point> line;
  for (const Point& point : front) {
    if (!line.empty()) {
      const Point last = line.back();
      line.push_back(lower_x_is_better ? Point{point.x, last.y} : Point{last.x, point.y});
    }
    line.push_back(point);
  }
  return line;
}

Plot front_plot(const Json& sweep, const Json& x, const Json& y) {
  Plot plot;
  plot.title = sweep["name"];
  plot.x_label = label(x);
  plot.y_label = label(y);
  const Json& points = sweep["points"];
  const Json &xs = points["metrics"][x["name"].get<std::string>()],
             &ys = points["metrics"][y["name"].get<std::string>()];
  const Json* axis = colour_axis(sweep);
  if (axis == nullptr) plot.series.push_back({"points", {}, false});
  std::size_t axis_index = 0;
  if (axis != nullptr) {
    plot.subtitle = "by " + (*axis)["name"].get<std::string>() + "; feasible points";
    axis_index = static_cast<std::size_t>(axis - &sweep["axes"][0]);
    for (const Json& values : (*axis)["values"]) {
      plot.series.push_back({position_name(values), {}, false});
    }
  }
  std::vector<Point> front;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    if (xs[i].is_null() || ys[i].is_null() || points["feasible"][i] == 0) continue;
    const Point point{xs[i], ys[i]};
    const std::size_t series =
        axis == nullptr ? 0 : points["axes"][axis_index][i].get<std::size_t>();
    plot.series[series].points.push_back(point);
    if (points["front"][i] == 1) front.push_back(point);
  }
  if (sweep["objectives"].size() == 2) {
    plot.series.push_back({"front", stairs(front, x["better"] == "lower"), true, false});
  }
  return plot;
}

Plot sensitivity_plot(const Json& sweep, const Json& entry) {
  Plot plot;
  plot.title = "What moves " + entry["metric"].get<std::string>();
  plot.subtitle = sweep["name"];
  plot.y_label = "share of the variance, %";
  plot.legend_position = "none";
  Series shares{"", {}};
  shares.bars = true;
  for (const Json& axis : entry["axes"]) {
    const double share = axis["share"].is_null() ? 0.0 : axis["share"].get<double>();
    shares.points.push_back({static_cast<double>(plot.x_ticks.size()), 100 * share});
    plot.x_ticks.push_back(axis["axis"]);
  }
  plot.series = {std::move(shares)};
  return plot;
}

}  // namespace

std::vector<Slide> sweep_slides(const Json& sweep) {
  std::vector<Slide> slides;
  const std::vector<Json> axes = axes_of(sweep);
  if (axes.size() == 2) slides.push_back({"front", front_plot(sweep, axes[0], axes[1])});
  for (const Json& entry : sweep["sensitivity"]) {
    if (axes.empty() || entry["metric"] != axes[0]["name"] || entry["axes"].empty()) continue;
    slides.push_back({"sensitivity", sensitivity_plot(sweep, entry)});
  }
  return slides;
}

}  // namespace dcnsim::page
