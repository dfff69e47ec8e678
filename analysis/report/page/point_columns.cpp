// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/page/point_columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/report/page/packed.h"
#include "models/base/file/compression.h"

namespace dcnsim::page {
namespace {

using Strings = std::vector<std::string>;

const Strings kStates = {"done", "failed", "missing"};

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
  if (layer.list_size("/bits") != 3) layer.fail("/bits", "expected a list of 3");
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
    // A machine of which no point was evaluated is not known.
    const bool known = status == "done" || !point.at("/machine").is_null();
    columns_["machine"].push_back(
        known ? Json(point.index_below("/machine", sweep_["machines"].size())) : Json(nullptr));
    add_metrics(point, status == "done");
    add_layers(point, status == "done" ? sweep_["networks"][network]["layers"].size() : 0);
  }

  PointColumns finish() {
    if (points_in_block_ > 0) end_block();
    return {std::move(columns_), std::move(blocks_)};
  }

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
    // What a browser's DecompressionStream("deflate") reads.
    blocks_.push_back(base64(deflated(block_ + "]", Wrapper::kZlib)));
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

}  // namespace

PointColumns point_columns(const Fields& sweep, const Json& data, const Components& components) {
  Columns columns(data, components);
  for (const Fields& point : sweep.list("/points")) columns.add(point);
  return columns.finish();
}

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

std::vector<std::string> names_of(const Json& items) {
  Strings names;
  for (const Json& item : items) names.push_back(item["name"]);
  return names;
}

}  // namespace dcnsim::page
