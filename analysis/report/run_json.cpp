// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/json_parts.h"
#include "analysis/report/run_report.h"
#include "analysis/report/what_if_text.h"
#include "models/arch/accelerator_yaml.h"
#include "models/perf/counter_fields.h"

namespace dcnsim {
namespace {

Json latency(const LayerCounters& c, double period_s) {
  return {{"cycles", c.cycles}, {"seconds", static_cast<double>(c.cycles) * period_s}};
}

Json limited_by(const Diagnosis& d, const WhatIfTable* table) {
  return {{"cause", to_string(d.cause)},
          {"bound", d.bound == Bound::kNone ? Json(nullptr) : Json(to_string(d.bound))},
          {"share", d.share},
          {"limits", table == nullptr ? Json(nullptr) : limits_json(*table)},
          {"advice", d.advice}};
}

Json accuracy_json(const RunReport& report) {
  if (!report.no_accuracy.empty()) {
    return {{"top1", nullptr},
            {"interval", nullptr},
            {"correct", nullptr},
            {"right", nullptr},
            {"none_because", report.no_accuracy}};
  }
  const ShareInterval interval = report.top1_interval();
  return {{"top1", report.top1()},
          {"interval", {interval.low, interval.high}},
          {"correct", report.correct()},
          {"right", report.right},
          {"none_because", nullptr}};
}

Json energy(const EnergyBreakdown& parts) {
  return {{"total_pj", parts.total()}, {"by_component", by_name(parts)}};
}

Json events(const LayerCounters& c) {
  Json json = Json::object();
  visit_counters(
      [&](const CounterField& field, const std::uint64_t& count) {
        if (field.group != CounterGroup::kEvents) return;
        Json& entry = json[std::string(field.name)];
        (field.part.empty() ? entry : entry[std::string(field.part)]) = count;
      },
      c);
  return json;
}

/// Where the cycles go, of a layer or of all.
void add_cycles(Json& json, const Attribution& cycles, const LayerCounters& c,
                const ArrayConfig& array) {
  json["compute_cycles"] = c.compute_cycles;
  json["computing_cycles"] = cycles[Cause::kCompute];
  json["filling_draining_cycles"] = cycles[Cause::kFillDrain];
  json["overhead_cycles"] = cycles[Cause::kOverhead];
  json["pes_at_work"] = pes_at_work(cycles, c, array);
  json["utilization"] = utilization(c, array);
  json["stall_cycles"] = by_name(c.stall_cycles);
  json["attribution"] = by_name(cycles);
  json["bus_cycles"] = bus_cycles(cycles);
}

Json layer_json(std::size_t index, const RunReport& report) {
  const LayerReport& layer = report.layers[index];
  const Descriptor& d = layer.descriptor;
  const LayerCounters& c = layer.counters;
  const bool conv = d.kind == LayerKind::kConv;
  Json json;
  json["name"] = layer.name;
  json["kind"] = std::string(to_string(d.kind));
  json["weight_bits"] = conv ? Json(d.weight.bits) : Json(nullptr);
  json["input_bits"] = d.input.bits;
  json["output_bits"] = d.requant.out.bits;
  json["formats"] = {{"weight", conv ? Json(to_string(d.weight)) : Json(nullptr)},
                     {"input", to_string(d.input)},
                     {"output", to_string(d.requant.out)},
                     {"rounding", std::string(to_string(d.requant.rounding))}};
  json["macs"] = c.macs;
  json["zero_activations"] = conv ? Json(zero_fraction(c)) : Json(nullptr);
  add_cycles(json, layer.attribution(), c, report.accelerator.array);
  const WhatIfTable* what_if = report.what_if ? &report.what_if->layers.at(index) : nullptr;
  json["limited_by"] = limited_by(report.diagnosis(index), what_if);
  json["what_if"] = what_if == nullptr ? Json(nullptr) : what_if_json(*what_if);
  json["latency"] = latency(c, report.clock_period_s);
  json["traffic"] = traffic_json(c);
  json["energy"] = energy(layer.energy_pj);
  json["events"] = events(c);
  json["tiling"] = tiling_json(d.tiling);
  json["input_on_chip"] = d.input_on_chip;
  json["output_on_chip"] = d.output_on_chip;
  json["proved_free_of_overflow"] = d.proved;
  return json;
}

Json throughput_json(const ThroughputReport& t, double clock_period_s) {
  const double seconds = t.interval_cycles() * clock_period_s;
  return {{"batch", t.batch},
          {"weights_shared", t.shares_weights},
          {"cycles", t.cycles},
          {"interval", {{"cycles", t.interval_cycles()}, {"seconds", seconds}}},
          {"images_per_s", t.batch / seconds},
          {"energy_pj_an_image", t.energy_pj},
          {"traffic_bytes_an_image", t.traffic_bytes}};
}

}  // namespace

Json layers_json(const RunReport& report) {
  Json layers = Json::array();
  for (std::size_t i = 0; i < report.layers.size(); ++i) layers.push_back(layer_json(i, report));
  return layers;
}

std::string to_json(const RunReport& report) {
  const LayerCounters sum = report.totals();
  Json json;
  json["schema"] = kRunSchema;
  json["version"] = report.version;
  json["inputs"] = input_files(report.inputs);
  json["pixels"] = pixels_json(report.pixels);
  json["images"] = report.images;
  json["accuracy"] = accuracy_json(report);
  json["assumed_zeros"] = optional(report.assumed_zeros);
  json["overflows_all_images"] = report.overflows;
  json["timing"] = {{"transport", to_string(report.timing)},
                    {"timed_images", report.timed_images},
                    {"loosely_timed_cycles", optional(report.loosely_timed_cycles)}};
  json["latency"] = latency(sum, report.clock_period_s);
  json["throughput"] = report.throughput
                           ? throughput_json(*report.throughput, report.clock_period_s)
                           : Json(nullptr);
  add_cycles(json, report.attribution(), sum, report.accelerator.array);
  json["limited_by"] =
      limited_by(report.diagnosis(), report.what_if ? &report.what_if->total : nullptr);
  json["what_if"] = report.what_if ? what_if_json(*report.what_if) : Json(nullptr);
  json["macs"] = sum.macs;
  json["traffic"] = traffic_json(sum);
  json["energy"] = energy(report.energy_pj());
  const EnergyRange range = report.energy_range();
  json["energy"]["range"] = {{"low_pj", range.low_pj},
                             {"high_pj", range.high_pj},
                             {"unstated_share", range.unstated_share}};
  json["area"] = {{"total_um2", report.area_um2.total()},
                  {"by_component", by_name(report.area_um2)}};
  json["layers"] = layers_json(report);
  json["dram_peak_bytes_per_s"] = report.dram_peak_bytes_per_s;
  json["accelerator_yaml"] = to_yaml(report.accelerator);
  json["provenance"] = Json::array();
  for (const Provenance& p : report.provenance) {
    json["provenance"].push_back(provenance_json(p));
  }
  json["dumps"] = Json::array();
  for (const DumpReport& dump : report.dumps) {
    json["dumps"].push_back({{"layer", dump.layer},
                             {"path", dump.path},
                             {"format", to_string(dump.format)},
                             {"images", dump.images}});
  }
  json["extrapolated"] = !extrapolated_components(report.provenance).empty();
  json["warnings"] = report.warnings;
  // Names come from files: bytes that are no UTF-8 are replaced rather than thrown at.
  return dump(json);
}

}  // namespace dcnsim
