// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/export.h"

#include <stdexcept>

#include "analysis/report/json_parts.h"
#include "models/arch/config_fields.h"
#include "models/base/json/fields.h"
#include "models/base/table/csv_writer.h"

namespace dcnsim {
namespace {

/// A column of the store, which came from who knows where.
Json stored_json(const SweepStore& store, const std::string& column, const std::string& text,
                 Json::value_t type) {
  const std::string where = store.path() + ": " + column;
  Json json = parse_json(text, where);
  if (json.type() != type) {
    throw std::runtime_error(where + ": expected " +
                             (type == Json::value_t::object ? "an object" : "a list"));
  }
  return json;
}

Json stored_fact(SweepStore& store, const std::string& name, Json::value_t type) {
  return stored_json(store, "fact " + name, store.fact(name), type);
}

/// What YAML reads as a number is one here too.
Json setting_json(const std::optional<std::string>& text) {
  if (!text) return nullptr;
  const Json number = json_if_valid(*text).value_or(Json());
  return number.is_number() ? number : Json(*text);
}

Json axes_json(const SweepResults& results) {
  Json list = Json::array();
  for (const Axis& axis : results.axes()) {
    Json values = Json::array();
    for (const auto& position : axis.values) {
      Json& one = values.emplace_back(Json::array());
      for (const auto& text : position) one.push_back(setting_json(text));
    }
    list.push_back({{"name", axis.name}, {"settings", axis.settings}, {"values", values}});
  }
  return list;
}

Json metrics_json(const SweepResults& results) {
  Json list = Json::array();
  for (const Metric metric : results.metrics()) {
    const MetricInfo& about = info(metric);
    list.push_back({{"name", about.name},
                    {"unit", about.unit},
                    {"better", about.higher_is_better ? "higher" : "lower"},
                    {"meaning", about.meaning}});
  }
  return list;
}

Json machines_json(SweepStore& store, std::map<std::size_t, std::size_t>& numbers) {
  Json list = Json::array();
  for (const auto& [hardware, stored] : store.machines()) {
    numbers.emplace(hardware, numbers.size());
    const std::string column = "machine " + std::to_string(hardware);
    Json machine = stored_json(store, column + ": json", stored.json, Json::value_t::object);
    machine["provenance"] = Json::array();
    bool extrapolated = false;
    for (const std::string& source : stored.provenance) {
      Json entry = stored_json(store, column + ": provenance", source, Json::value_t::object);
      extrapolated |= Fields(store.path(), "/provenance", entry).flag("/extrapolated");
      machine["provenance"].push_back(std::move(entry));
    }
    machine["extrapolated"] = extrapolated;
    list.push_back(std::move(machine));
  }
  return list;
}

Json analysis_json(const SweepResults& results) {
  Json sensitivity = Json::array();
  for (const Metric metric : results.metrics()) {
    Json axes = Json::array();
    for (const AxisEffect& effect : results.effects(metric)) {
      Json means = Json::array();
      for (const auto& mean : effect.means) means.push_back(optional(mean));
      axes.push_back({{"axis", effect.axis}, {"share", effect.share}, {"means", means}});
    }
    sensitivity.push_back({{"metric", info(metric).name}, {"axes", axes}});
  }
  std::optional<std::uint64_t> images;  // all points see the same
  for (const PointResult& point : results.points()) {
    if (point.state == PointState::kDone && point.figures.images > 0) images = point.figures.images;
  }
  return {{"front", results.front()},
          {"best", optional(results.best())},
          {"images", optional(images)},
          {"sensitivity", sensitivity}};
}

Json point_json(const SweepResults& results, std::uint64_t id) {
  const PointResult& point = results.points()[id];
  Json settings = Json::object();
  for (const auto& [name, text] : results.settings(id)) settings[name] = setting_json(text);
  Json metrics = nullptr;
  if (point.state == PointState::kDone) {
    metrics = Json::object();
    for (const Metric metric : results.metrics()) {
      metrics[std::string(info(metric).name)] = optional(value(point.figures, metric));
    }
  }
  Json violated = Json::array();
  for (const Metric metric : point.violates) violated.push_back(info(metric).name);
  return {{"id", id},
          {"settings", settings},
          {"status", to_string(point.state)},
          {"reason", point.reason.empty() ? Json(nullptr) : Json(point.reason)},
          {"metrics", metrics},
          {"feasible", point.feasible()},
          {"violates", violated},
          {"front", point.on_front},
          {"dominated_by", optional(point.dominated_by)},
          {"network", results.space().at(id).network}};
}

}  // namespace

void export_json(SweepStore& store, const SweepResults& results, const Sink& sink) {
  std::map<std::size_t, std::size_t> machine_numbers;
  Json objectives = Json::array(), constraints = Json::array();
  for (const Metric metric : results.judgement().objectives) {
    objectives.push_back(info(metric).name);
  }
  for (const Constraint& c : results.judgement().constraints) {
    Json one{{"metric", info(c.metric).name}};
    if (c.at_most) one["at_most"] = *c.at_most;
    if (c.at_least) one["at_least"] = *c.at_least;
    constraints.push_back(std::move(one));
  }
  const Json head{{"schema", kSweepSchema},
                  {"version", store.fact("version")},
                  {"name", results.spec().name},
                  {"spec_yaml", store.fact("sweep")},
                  {"inputs", stored_fact(store, "inputs", Json::value_t::array)},
                  {"axes", axes_json(results)},
                  {"metrics", metrics_json(results)},
                  {"objectives", objectives},
                  {"constraints", constraints},
                  {"networks", stored_fact(store, "networks", Json::value_t::array)},
                  {"components", stored_fact(store, "components", Json::value_t::object)},
                  {"machines", machines_json(store, machine_numbers)},
                  {"analysis", analysis_json(results)}};
  std::string text = one_line(head);
  text.pop_back();
  sink(text + ",\n\"points\": [");
  std::uint64_t next = 0;
  const auto write = [&](std::uint64_t id, const std::string& layers) {
    Json point = point_json(results, id);
    const auto machine = machine_numbers.find(results.space().at(id).hardware);
    point["machine"] = machine == machine_numbers.end() ? Json(nullptr) : Json(machine->second);
    point["layers"] = layers.empty()
                          ? Json::array()
                          : stored_json(store, "point " + std::to_string(id) + ": layers", layers,
                                        Json::value_t::array);
    sink((id == 0 ? "\n" : ",\n") + one_line(point));
  };
  store.for_each_point([&](const StoredPoint& stored) {
    for (; next < stored.id; ++next) write(next, "");
    write(next++, stored.layers);
  });
  for (; next < results.points().size(); ++next) write(next, "");
  sink("\n]}\n");
}

std::string export_json(SweepStore& store, const SweepResults& results) {
  std::string text;
  export_json(store, results, [&](std::string_view piece) { text += piece; });
  return text;
}

void export_csv(const SweepResults& results, const Sink& sink) {
  std::vector<std::string> row{"id"};
  for (const Axis& axis : results.axes()) {
    row.insert(row.end(), axis.settings.begin(), axis.settings.end());
  }
  row.insert(row.end(), {"status", "reason"});
  const std::vector<Metric> metrics = results.metrics();
  for (const Metric metric : metrics) row.emplace_back(info(metric).name);
  row.insert(row.end(), {"feasible", "front"});
  sink(csv_line(row));
  for (std::uint64_t id = 0; id < results.points().size(); ++id) {
    const PointResult& point = results.points()[id];
    row = {std::to_string(id)};
    for (const auto& setting : results.settings(id)) row.push_back(setting.second.value_or(""));
    row.insert(row.end(), {std::string(to_string(point.state)), point.reason});
    for (const Metric metric : metrics) {
      const bool is_done = point.state == PointState::kDone;
      const auto amount = is_done ? value(point.figures, metric) : std::nullopt;
      row.push_back(amount ? fields::decimal(*amount) : "");
    }
    row.insert(row.end(), {point.feasible() ? "1" : "0", point.on_front ? "1" : "0"});
    sink(csv_line(row));
  }
}

}  // namespace dcnsim
