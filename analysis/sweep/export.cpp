// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/export.h"

#include <stdexcept>

#include "analysis/report/json_parts.h"
#include "models/arch/config_fields.h"

namespace dcnsim {
namespace {

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
    Json machine = parse_json(stored.json, store.path());
    machine["provenance"] = Json::array();
    bool extrapolated = false;
    for (const std::string& source : stored.provenance) {
      Json entry = parse_json(source, store.path());
      extrapolated |= entry.value("extrapolated", false);
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
  return {
      {"front", results.front()}, {"best", optional(results.best())}, {"sensitivity", sensitivity}};
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

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
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
                  {"inputs", parse_json(store.fact("inputs"), store.path())},
                  {"axes", axes_json(results)},
                  {"metrics", metrics_json(results)},
                  {"objectives", objectives},
                  {"constraints", constraints},
                  {"networks", parse_json(store.fact("networks"), store.path())},
                  {"components", parse_json(store.fact("components"), store.path())},
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
    point["layers"] = layers.empty() ? Json::array() : parse_json(layers, store.path());
    sink((id == 0 ? "\n" : ",\n") + one_line(point));
  };
  store.for_each_point([&](const StoredPoint& stored) {
    for (; next < stored.id; ++next) write(next, "");
    write(next++, stored.layers);
  });
  for (; next < results.points().size(); ++next) write(next, "");
  sink("\n]}\n");
}

void export_csv(const SweepResults& results, const Sink& sink) {
  std::string line = "id";
  for (const Axis& axis : results.axes()) {
    for (const std::string& setting : axis.settings) line += ',' + csv_field(setting);
  }
  line += ",status,reason";
  const std::vector<Metric> metrics = results.metrics();
  for (const Metric metric : metrics) line += ',' + std::string(info(metric).name);
  sink(line + ",feasible,front\n");
  for (std::uint64_t id = 0; id < results.points().size(); ++id) {
    const PointResult& point = results.points()[id];
    line = std::to_string(id);
    for (const auto& setting : results.settings(id)) {
      line += ',' + csv_field(setting.second.value_or(""));
    }
    line += ',' + std::string(to_string(point.state)) + ',' + csv_field(point.reason);
    for (const Metric metric : metrics) {
      line += ',';
      if (point.state != PointState::kDone) continue;
      if (const auto amount = value(point.figures, metric)) line += fields::decimal(*amount);
    }
    sink(line + (point.feasible() ? ",1" : ",0") + (point.on_front ? ",1\n" : ",0\n"));
  }
}

}  // namespace dcnsim
