// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>
#include <vector>

#include "analysis/evaluation/confidence.h"
#include "analysis/report/page/page_data.h"
#include "models/arch/accelerator_yaml.h"

namespace dcnsim::page {
namespace {

std::vector<std::string> names(const Fields& object) {
  std::vector<std::string> result;
  for (const auto& [name, value] : object.at("").items()) result.push_back(name);
  return result;
}

/// The amounts of `object` in the order of `components`; 0 where it lacks one.
Json amounts(const Fields& object, const std::vector<std::string>& components) {
  const Json& amounts = object.at("");
  Json list = Json::array();
  for (const std::string& component : components) {
    const auto amount = amounts.find(component);
    if (amount != amounts.end() && !amount->is_number()) object.fail("", "expected numbers");
    list.push_back(amount == amounts.end() ? Json(0) : *amount);
  }
  return list;
}

Components components_of(const Fields& run) {
  return {names(run.object("/attribution")), names(run.object("/traffic/by_stream")),
          names(run.object("/energy/by_component")), names(run.object("/area/by_component"))};
}

Json limit(const Fields& result) {
  const Fields limit = result.object("/limited_by");
  return {
      {"cause", limit.exact_text("/cause")},
      {"bound", limit.at("/bound").is_null() ? Json(nullptr) : Json(limit.exact_text("/bound"))},
      {"share", limit.number("/share")},
      {"advice", limit.exact_text("/advice")}};
}

/// What changes to the machine would save; null where nobody asked.
Json what_if_data(const Fields& run) {
  if (!has_value(run, "/what_if")) return nullptr;
  const Fields what_if = run.object("/what_if");
  Json changes = Json::array();
  for (const Fields& change : what_if.list("/changes")) {
    changes.push_back({{"name", change.exact_text("/name")},
                       {"kind", change.exact_text("/kind")},
                       {"keys", change.exact_text("/keys")},
                       {"outcome", change.exact_text("/outcome")},
                       {"saves_share", number_or_null(change, "/saves_share")},
                       {"energy_pj", number_or_null(change, "/energy_pj")},
                       {"area_um2", number_or_null(change, "/area_um2")}});
  }
  return {{"mapping", what_if.exact_text("/mapping")},
          {"cycles", what_if.number("/cycles")},
          {"energy_pj", what_if.number("/energy_pj")},
          {"area_um2", what_if.number("/area_um2")},
          {"changes", changes}};
}

Json layer_data(const Fields& layer, const Components& components) {
  Json bits = Json::array();
  for (const char* width : {"/weight_bits", "/input_bits", "/output_bits"}) {
    const auto value = layer.count_or_null(width);
    bits.push_back(value ? Json(*value) : Json(nullptr));
  }
  return {{"name", layer.exact_text("/name")},
          {"kind", layer.exact_text("/kind")},
          {"bits", bits},
          {"macs", layer.count("/macs")},
          {"mac_passes", layer.count("/events/mac_passes")},
          {"cycles", amounts(layer.object("/attribution"), components.cycles)},
          {"traffic", amounts(layer.object("/traffic/by_stream"), components.traffic)},
          {"energy_pj", amounts(layer.object("/energy/by_component"), components.energy)},
          {"limited_by", limit(layer)}};
}

Json machine_data(const Fields& run, const Components& components) {
  const std::string yaml = run.exact_text("/accelerator_yaml");
  const AcceleratorConfig config = parse_accelerator(yaml, run.file() + ": /accelerator_yaml");
  // Results of the first versions do not say what the memory's peak is.
  const char* peak = "/dram_peak_bytes_per_s";
  return {{"name", config.name},
          {"yaml", yaml},
          {"rows", config.array.rows},
          {"columns", config.array.columns},
          {"clock_mhz", config.clock_mhz},
          {"bus_bytes", config.dma.bus_bytes},
          {"dram_peak_bytes_per_s", run.has(peak) ? Json(run.positive(peak)) : Json(nullptr)},
          {"area_um2", amounts(run.object("/area/by_component"), components.area)},
          {"provenance", provenance_data(run)},
          {"extrapolated", run.flag("/extrapolated")}};
}

Json metric(const char* name, const char* unit, const char* better, const char* meaning,
            double value) {
  return {
      {"name", name}, {"unit", unit}, {"better", better}, {"meaning", meaning}, {"value", value}};
}

/// Of a metric in the same unit: where its true value may lie.
void add_range(Json& metric, double low, double high, const char* what) {
  metric["range"] = {{"low", low}, {"high", high}, {"what", what}};
}

/// Named and measured like the metrics of a sweep.
Json metrics(const Fields& run) {
  const double seconds = run.positive("/latency/seconds");
  const double energy_pj = run.number("/energy/total_pj");
  const double traffic_bytes =
      run.number("/traffic/dram_read_bytes") + run.number("/traffic/dram_write_bytes");
  Json list = Json::array();
  if (const std::optional<double> top1 = run.number_or_null("/accuracy/top1");
      top1 && run.count("/images") > 0) {
    list.push_back(
        metric("top1_percent", "%", "higher", "right among the images simulated", 100 * *top1));
    const ShareInterval interval =
        wilson_interval(run.count("/accuracy/correct"), run.count("/images"));
    add_range(list.back(), 100 * interval.low, 100 * interval.high, "95 % confidence interval");
  }
  list.push_back(metric("latency_ms", "ms", "lower", "from START to the interrupt", 1e3 * seconds));
  list.push_back(metric("energy_uj", "uJ", "lower", "on chip and DRAM", 1e-6 * energy_pj));
  if (run.has("/energy/range")) {
    add_range(list.back(), 1e-6 * run.number("/energy/range/low_pj"),
              1e-6 * run.number("/energy/range/high_pj"),
              "all parts at one end of their error bars");
  }
  list.push_back(metric("power_mw", "mW", "lower", "energy / latency", 1e-9 * energy_pj / seconds));
  list.push_back(metric("area_mm2", "mm2", "lower", "cells and SRAM on chip",
                        1e-6 * run.number("/area/total_um2")));
  list.push_back(
      metric("traffic_kb", "kB", "lower", "on the memory bus, 1,000 bytes", 1e-3 * traffic_bytes));
  if (has_value(run, "/throughput")) {
    const Fields stream = run.object("/throughput");
    list.push_back(metric("images_per_s", "1/s", "higher", "of a stream of batches",
                          stream.positive("/images_per_s")));
    list.push_back(metric("stream_energy_uj", "uJ", "lower",
                          "on chip and DRAM, an image of that stream",
                          1e-6 * stream.number("/energy_pj_an_image")));
  }
  list.push_back(metric("utilization_percent", "%", "higher",
                        "of the PE cycles, those that multiply", 100 * run.number("/utilization")));
  list.push_back(metric("cycles", "cycles", "lower", "from START to the interrupt",
                        run.number("/latency/cycles")));
  return list;
}

std::string network_name(const Json& inputs) {
  for (const Json& input : inputs) {
    if (input["role"] != "network") continue;
    std::filesystem::path path = input["path"].get<std::string>();
    if (path.extension() == ".gz") path = path.stem();
    return path.stem().string();
  }
  return "network";
}

}  // namespace

Json run_tensors(const Fields& run) {
  if (!has_value(run, "/tensors")) return nullptr;
  Json tensors = Json::array();
  for (const Fields& tensor : run.list("/tensors")) tensors.push_back(tensor_data(tensor));
  return tensors;
}

Json run_data(const Fields& run) {
  const Components components = components_of(run);
  Json data;
  data["file"] = run.file();
  data["version"] = run.exact_text("/version");
  data["inputs"] = inputs_data(run);
  data["network"] = network_name(data["inputs"]);
  data["images"] = run.count("/images");
  data["timing"] = run.exact_text("/timing/transport");
  data["metrics"] = metrics(run);
  data["limited_by"] = limit(run);
  data["what_if"] = what_if_data(run);
  data["components"] = components.json();
  data["machine"] = machine_data(run, components);
  data["layers"] = Json::array();
  for (const Fields& layer : run.list("/layers")) {
    data["layers"].push_back(layer_data(layer, components));
  }
  data["warnings"] = run.exact_texts("/warnings");
  return data;
}

}  // namespace dcnsim::page
