// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/evaluation/confidence.h"
#include "analysis/report/page/page_data.h"
#include "analysis/report/page/point_columns.h"

namespace dcnsim::page {
namespace {

using Strings = std::vector<std::string>;

/// The values of one of an axis's positions.
Json axis_position(const Fields& axis, const std::string& pointer, std::size_t settings) {
  const Json& values = axis.at(pointer.c_str());
  if (!values.is_array() || values.size() != settings) {
    axis.fail(pointer.c_str(), fmt::format("expected a list of {}", settings));
  }
  Json position = Json::array();
  for (const Json& value : values) {
    const std::optional<Json> column = setting_value(value);
    if (!column) axis.fail(pointer.c_str(), "expected numbers, texts, true, false, null or lists");
    position.push_back(*column);
  }
  return position;
}

Json axes_data(const Fields& sweep) {
  Json list = Json::array();
  for (const Fields& axis : sweep.list("/axes")) {
    const Strings settings = axis.exact_texts("/settings");
    Json values = Json::array();
    const std::size_t positions = axis.list_size("/values");
    for (std::size_t i = 0; i < positions; ++i) {
      values.push_back(axis_position(axis, fmt::format("/values/{}", i), settings.size()));
    }
    list.push_back(
        {{"name", axis.exact_text("/name")}, {"settings", settings}, {"values", values}});
  }
  return list;
}

Json metrics_data(const Fields& sweep) {
  Json list = Json::array();
  for (const Fields& metric : sweep.list("/metrics")) {
    list.push_back({{"name", metric.exact_text("/name")},
                    {"unit", metric.exact_text("/unit")},
                    {"better", metric.one_of("/better", {"lower", "higher"})},
                    {"meaning", metric.exact_text("/meaning")}});
  }
  return list;
}

Json objectives_data(const Fields& sweep, const Strings& metrics) {
  Json list = Json::array();
  for (std::size_t i = 0; i < sweep.list_size("/objectives"); ++i) {
    list.push_back(sweep.one_of(fmt::format("/objectives/{}", i).c_str(), metrics));
  }
  return list;
}

Json constraints_data(const Fields& sweep, const Strings& metrics) {
  Json list = Json::array();
  for (const Fields& constraint : sweep.list("/constraints")) {
    Json item{{"metric", constraint.one_of("/metric", metrics)}};
    for (const char* limit : {"/at_most", "/at_least"}) {
      if (constraint.has(limit)) {
        if (const auto value = constraint.number_or_null(limit)) item[limit + 1] = *value;
      }
    }
    list.push_back(std::move(item));
  }
  return list;
}

Json networks_data(const Fields& sweep) {
  Json list = Json::array();
  for (const Fields& network : sweep.list("/networks")) {
    Json layers = Json::array();
    for (const Fields& layer : network.list("/layers")) {
      layers.push_back({{"name", layer.exact_text("/name")}, {"kind", layer.exact_text("/kind")}});
    }
    list.push_back({{"name", network.exact_text("/name")}, {"layers", layers}});
  }
  return list;
}

Components components_of_sweep(const Fields& sweep) {
  return {sweep.exact_texts("/components/cycles"), sweep.exact_texts("/components/traffic"),
          sweep.exact_texts("/components/energy"), sweep.exact_texts("/components/area")};
}

Json machines_data(const Fields& sweep, const Components& components) {
  Json list = Json::array();
  for (const Fields& machine : sweep.list("/machines")) {
    list.push_back({{"name", machine.exact_text("/name")},
                    {"yaml", machine.exact_text("/yaml")},
                    {"rows", machine.positive("/rows")},
                    {"columns", machine.positive("/columns")},
                    {"clock_mhz", machine.positive("/clock_mhz")},
                    {"bus_bytes", machine.positive("/bus_bytes")},
                    {"dram_peak_bytes_per_s", machine.positive("/dram_peak_bytes_per_s")},
                    {"area_um2", machine.numbers("/area_um2", components.area.size())},
                    {"provenance", provenance_data(machine)},
                    {"extrapolated", machine.flag("/extrapolated")}});
  }
  return list;
}

Json sensitivity_data(const Fields& sweep, const Strings& metrics, const Json& axes) {
  const Strings axis_names = names_of(axes);
  Json list = Json::array();
  for (const Fields& entry : sweep.list("/analysis/sensitivity")) {
    Json shares = Json::array();
    for (const Fields& axis : entry.list("/axes")) {
      Json means = Json::array();
      for (const Json& mean : axis.at("/means")) {
        if (!mean.is_number() && !mean.is_null()) axis.fail("/means", "expected numbers or null");
        means.push_back(mean);
      }
      const auto share = axis.number_or_null("/share");
      shares.push_back({{"axis", axis.one_of("/axis", axis_names)},
                        {"share", share ? Json(*share) : Json(nullptr)},
                        {"means", means}});
    }
    list.push_back({{"metric", entry.one_of("/metric", metrics)}, {"axes", shares}});
  }
  return list;
}

/// [accuracy, low, high] of each accuracy that a point has, in percent: its 95 % interval. None of
/// results of earlier versions.
Json accuracy_ranges(const Fields& sweep, const Json& data) {
  Json ranges = Json::array();
  const char* const images = "/analysis/images";
  const std::uint64_t count = sweep.has(images) ? sweep.count_or_null(images).value_or(0) : 0;
  const auto column = data["points"]["metrics"].find("top1_percent");
  if (count > kMostImages) {
    sweep.fail(images, fmt::format("expected at most {} images", kMostImages));
  }
  if (count == 0 || column == data["points"]["metrics"].end()) return ranges;
  std::set<double> accuracies;
  for (const Json& accuracy : *column) {
    if (!accuracy.is_null()) accuracies.insert(accuracy.get<double>());
  }
  for (const double accuracy : accuracies) {
    const double share = std::clamp(accuracy / 100, 0.0, 1.0);
    const auto hits = static_cast<std::uint64_t>(std::llround(share * static_cast<double>(count)));
    const ShareInterval interval = wilson_interval(hits, count);
    ranges.push_back({accuracy, 100 * interval.low, 100 * interval.high});
  }
  return ranges;
}

/// The point with that id as run_data() has runs; null if there is none with layers.
Json point_result(const Fields& sweep, const Json& data, std::optional<std::uint64_t> id) {
  if (!id) return nullptr;
  for (const Fields& point : sweep.list("/points")) {
    if (point.count("/id") != *id || point.list_size("/layers") == 0) continue;
    const Json& network = data["networks"][point.index_below("/network", data["networks"].size())];
    Json result{
        {"network", network["name"]},
        {"machine", data["machines"][point.index_below("/machine", data["machines"].size())]},
        {"components", data["components"]},
        {"layers", Json::array()}};
    for (const Fields& layer : point.list("/layers", network["layers"].size())) {
      Json item = network["layers"][result["layers"].size()];
      for (const char* field :
           {"/bits", "/macs", "/mac_passes", "/cycles", "/traffic", "/energy_pj"}) {
        item[field + 1] = layer.at(field);
      }
      result["layers"].push_back(std::move(item));
    }
    return result;
  }
  return nullptr;
}

}  // namespace

SweepData sweep_data(const Fields& sweep) {
  const Components components = components_of_sweep(sweep);
  Json data;
  data["file"] = sweep.file();
  data["version"] = sweep.exact_text("/version");
  data["name"] = sweep.exact_text("/name");
  data["spec_yaml"] = sweep.exact_text("/spec_yaml");
  data["inputs"] = inputs_data(sweep);
  data["axes"] = axes_data(sweep);
  data["metrics"] = metrics_data(sweep);
  const Strings metrics = names_of(data["metrics"]);
  data["objectives"] = objectives_data(sweep, metrics);
  data["constraints"] = constraints_data(sweep, metrics);
  data["networks"] = networks_data(sweep);
  data["components"] = components.json();
  data["machines"] = machines_data(sweep, components);
  const auto best = sweep.count_or_null("/analysis/best");
  data["best"] = best ? Json(*best) : Json(nullptr);
  data["sensitivity"] = sensitivity_data(sweep, metrics, data["axes"]);
  PointColumns points = point_columns(sweep, data, components);
  data["points"] = std::move(points.columns);
  data["points_per_block"] = kPointsPerBlock;
  data["accuracy_ranges"] = accuracy_ranges(sweep, data);
  Json point = point_result(sweep, data, best);
  return {std::move(data), std::move(points.layer_blocks), std::move(point)};
}

}  // namespace dcnsim::page
