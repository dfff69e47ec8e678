// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/json_parts.h"
#include "analysis/report/map_report.h"
#include "analysis/report/what_if_text.h"
#include "models/arch/accelerator_yaml.h"

namespace dcnsim {
namespace {

Json mapping_json(const Descriptor& layer, const EvaluatedMapping& mapping) {
  Descriptor d = layer;
  d.tiling = mapping.tiling;
  const LayerCounters& c = mapping.counters;
  return {{"tiling", tiling_json(d.tiling)},
          {"latency_cycles", c.cycles},
          {"compute_cycles", c.compute_cycles},
          {"fill_drain_cycles", c.fill_drain_cycles},
          {"overhead_cycles", c.overhead_cycles},
          {"stall_cycles", by_name(c.stall_cycles)},
          {"traffic", traffic_json(c)}};
}

Json bounded_json(const BoundedTiling& one) {
  return {{"tiling", tiling_json(one.tiling)},
          {"bound", std::string(to_string(one.bound))},
          {"least_cycles", one.cycles},
          {"bytes", one.bytes}};
}

Json choice_json(const Choice& choice) {
  Json json = bounded_json(choice.chosen);
  json.erase("tiling");
  json["other_orders"] = Json::array();
  for (const BoundedTiling& other : choice.other_orders) {
    json["other_orders"].push_back(bounded_json(other));
  }
  return json;
}

Json layer_json(const MapReport& report, std::size_t index) {
  const MappedLayer& layer = report.layers[index];
  const AcceleratorConfig& config = report.accelerator;
  const Descriptor& d = layer.mapping.descriptor;
  const SearchResult& search = layer.mapping.search;
  const BufferFill fill = buffer_fill(d, config);
  Json json = {{"name", layer.name}, {"kind", std::string(to_string(d.kind))}};
  json["input_on_chip"] = d.input_on_chip;
  json["output_on_chip"] = d.output_on_chip;
  json.update(mapping_json(d, search.best.front()));
  json["energy_pj"] = layer.energy_pj;
  const LayerCounters& c = counters_of(layer);
  const Attribution cycles = attribution_of(layer);
  json["computing_cycles"] = cycles[Cause::kCompute];
  json["filling_draining_cycles"] = cycles[Cause::kFillDrain];
  json["pes_at_work"] = pes_at_work(cycles, c, config.array);
  json["utilization"] = utilization(c, config.array);
  json["attribution"] = by_name(cycles);
  json["bus_cycles"] = bus_cycles(cycles);
  const Diagnosis limit = diagnosis(report, index);
  json["limited_by"] = limit.limit;
  json["advice"] = limit.advice;
  const WhatIfTable* what_if = report.what_if ? &report.what_if->layers.at(index) : nullptr;
  json["limits"] = what_if == nullptr ? Json(nullptr) : limits_json(*what_if);
  json["what_if"] = what_if == nullptr ? Json(nullptr) : what_if_json(*what_if);
  json["buffer_fill"] = {{"input", fill.input},
                         {"weight", fill.weight},
                         {"output", fill.output},
                         {"accumulator", fill.accumulator}};
  json["search"] = {
      {"legal", search.legal}, {"evaluated", search.evaluated}, {"given_up", search.given_up}};
  json["choice"] = layer.choice ? choice_json(*layer.choice) : Json(nullptr);
  json["runners_up"] = Json::array();
  for (std::size_t i = 1; i < search.best.size(); ++i) {
    json["runners_up"].push_back(mapping_json(d, search.best[i]));
  }
  return json;
}

}  // namespace

std::string to_json(const MapReport& report) {
  Json json;
  json["schema"] = kMapSchema;
  json["version"] = report.version;
  json["inputs"] = input_files(report.inputs);
  json["network"] = report.network;
  const MappingConfig& mapping = report.accelerator.mapping;
  json["objective"] = std::string(to_string(mapping.objective));
  json["second_objective"] = std::string(to_string(mapping.then()));
  json["slack_percent"] = mapping.slack;
  json["layers"] = Json::array();
  for (std::size_t i = 0; i < report.layers.size(); ++i) {
    json["layers"].push_back(layer_json(report, i));
  }
  json["limits"] = report.what_if ? limits_json(report.what_if->total) : Json(nullptr);
  json["what_if"] = report.what_if ? what_if_json(*report.what_if) : Json(nullptr);
  json["stream"] = nullptr;
  if (const auto& stream = report.stream) {
    json["stream"] = {{"images", stream->images},
                      {"interval_cycles", stream->interval_cycles},
                      {"images_per_s", stream->images_per_s(report.accelerator.clock_mhz)}};
  }
  json["accelerator_yaml"] = to_yaml(report.accelerator);
  return dump(json);
}

}  // namespace dcnsim
