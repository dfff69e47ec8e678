// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "analysis/report/page/packed.h"
#include "analysis/report/page/page_data.h"

namespace dcnsim::page {
namespace {

using Strings = std::vector<std::string>;

const Strings kStates = {"done", "failed", "missing"};

/// A setting's value as a column holds it: a list (widths by layer) becomes text, and of what
/// nests deeper nothing is left.
std::optional<Json> setting_value(const Json& value) {
  if (!value.is_structured()) return value;
  const auto nested = [](const Json& item) { return item.is_structured(); };
  if (!value.is_array() || std::any_of(value.begin(), value.end(), nested)) return std::nullopt;
  std::string text;
  for (const Json& item : value) {
    text += text.empty() ? "" : " ";
    text += item.is_string() ? item.get<std::string>() : item.dump();
  }
  return text;
}

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

Strings names_of(const Json& items) {
  Strings names;
  for (const Json& item : items) names.push_back(item["name"]);
  return names;
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

struct Components {
  Strings cycles, traffic, energy, area;

  explicit Components(const Fields& sweep)
      : cycles(sweep.exact_texts("/components/cycles")),
        traffic(sweep.exact_texts("/components/traffic")),
        energy(sweep.exact_texts("/components/energy")),
        area(sweep.exact_texts("/components/area")) {}

  Json json() const {
    return {{"cycles", cycles}, {"traffic", traffic}, {"energy", energy}, {"area", area}};
  }
};

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

/// The position on `axis` whose values are the point's settings.
std::size_t position_on(const Json& axis, const Fields& point) {
  const Json& settings = point.object("/settings").at("");
  Json values = Json::array();
  for (const Json& name : axis["settings"]) {
    const auto value = settings.find(name.get_ref<const std::string&>());
    if (value == settings.end()) point.fail("/settings", "lacks a setting of an axis");
    values.push_back(setting_value(*value).value_or(nullptr));
  }
  const Json& positions = axis["values"];
  const auto found = std::find(positions.begin(), positions.end(), values);
  if (found == positions.end()) point.fail("/settings", "a value that its axis does not have");
  return static_cast<std::size_t>(found - positions.begin());
}

/// One list of numbers: bits, MACs, PE cycles that multiply, then cycles, traffic and energy by
/// component. Energies have six digits, more than any of them is worth.
std::string layer_numbers(const Fields& layer, const Components& components) {
  std::string text;
  for (const char* width : {"/bits/0", "/bits/1", "/bits/2"}) {
    const auto bits = layer.count_or_null(width);
    text += bits ? fmt::format("{},", *bits) : "null,";
  }
  text += fmt::format("{},{}", layer.count("/macs"), layer.count("/mac_passes"));
  const auto append = [&](const char* pointer, const Strings& names, const char* format) {
    for (const double amount : layer.numbers(pointer, names.size())) {
      text += fmt::format(fmt::runtime(format), amount);
    }
  };
  append("/cycles", components.cycles, ",{:.15g}");
  append("/traffic", components.traffic, ",{:.15g}");
  append("/energy_pj", components.energy, ",{:.6g}");
  return "[" + text + "]";
}

/// The points column by column.
class Columns {
 public:
  Columns(const Json& sweep, const Components& components)
      : sweep_(sweep), components_(components), metrics_(names_of(sweep["metrics"])) {
    for (const std::string& metric : metrics_) columns_["metrics"][metric] = Json::array();
    for (std::size_t i = 0; i < sweep["axes"].size(); ++i) {
      columns_["axes"].push_back(Json::array());
    }
    for (const char* name :
         {"id", "status", "reason", "feasible", "front", "dominated_by", "network", "machine"}) {
      columns_[name] = Json::array();
    }
  }

  void add(const Fields& point) {
    columns_["id"].push_back(point.count("/id"));
    for (std::size_t i = 0; i < sweep_["axes"].size(); ++i) {
      columns_["axes"][i].push_back(position_on(sweep_["axes"][i], point));
    }
    const std::string status = point.one_of("/status", kStates);
    columns_["status"].push_back(status);
    columns_["reason"].push_back(point.at("/reason").is_null() ? Json(nullptr)
                                                               : Json(point.exact_text("/reason")));
    columns_["feasible"].push_back(point.flag("/feasible") ? 1 : 0);
    columns_["front"].push_back(point.flag("/front") ? 1 : 0);
    const auto dominator = point.count_or_null("/dominated_by");
    columns_["dominated_by"].push_back(dominator ? Json(*dominator) : Json(nullptr));
    const std::size_t network = point.index_below("/network", sweep_["networks"].size());
    columns_["network"].push_back(network);
    columns_["machine"].push_back(point.index_below("/machine", sweep_["machines"].size()));
    add_metrics(point, status == "done");
    add_layers(point, status == "done" ? sweep_["networks"][network]["layers"].size() : 0);
  }

  Json finish() {
    if (points_in_block_ > 0) end_block();
    return std::move(columns_);
  }
  Json blocks() { return std::move(blocks_); }

 private:
  void add_metrics(const Fields& point, bool done) {
    const Json& values = point.at("/metrics");
    for (const std::string& metric : metrics_) {
      const auto value = done && values.is_object() ? values.find(metric) : values.end();
      const bool given = done && values.is_object() && value != values.end() && !value->is_null();
      if (given && !value->is_number()) point.fail("/metrics", "expected numbers or null");
      columns_["metrics"][metric].push_back(given ? *value : Json(nullptr));
    }
  }

  void add_layers(const Fields& point, std::size_t count) {
    std::string layers;
    for (const Fields& layer : point.list("/layers", count)) {
      layers += (layers.empty() ? "" : ",") + layer_numbers(layer, components_);
    }
    block_ += (block_.empty() ? "[[" : ",[") + layers + "]";
    if (++points_in_block_ == kPointsPerBlock) end_block();
  }

  void end_block() {
    blocks_.push_back(base64(deflated(block_ + "]")));
    block_.clear();
    points_in_block_ = 0;
  }

  const Json& sweep_;
  const Components& components_;
  Strings metrics_;
  Json columns_ = Json{{"axes", Json::array()}, {"metrics", Json::object()}};
  Json blocks_ = Json::array();
  std::string block_;
  std::size_t points_in_block_ = 0;
};

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
  const Components components(sweep);
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
  Columns columns(data, components);
  for (const Fields& point : sweep.list("/points")) columns.add(point);
  Json points = columns.finish();
  data["points"] = std::move(points);
  Json point = point_result(sweep, data, best);
  return {std::move(data), columns.blocks(), std::move(point)};
}

}  // namespace dcnsim::page
