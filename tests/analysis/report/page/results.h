// SPDX-License-Identifier: Apache-2.0
// Small results in the form of the files that `dcnsim run --json` and `dcnsim sweep export` write.
// DCNSIM_SOURCE_DIR must be defined.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "analysis/report/allocation_report.h"
#include "analysis/report/quantize_report.h"
#include "analysis/report/run_report.h"
#include "models/arch/accelerator_yaml.h"

namespace dcnsim {

using Json = nlohmann::ordered_json;

/// One convolution on the preset small_edge.
inline Json run_result() {
  RunReport report;
  report.version = "0.1.0";
  report.inputs = {{"network", "nets/small.onnx", "0123"}};
  report.accelerator = load_accelerator(DCNSIM_SOURCE_DIR "/models/arch/presets/small_edge.yaml");
  report.images = 2;
  report.right = "01";
  report.clock_period_s = 5e-9;
  report.dram_peak_bytes_per_s = 6.4e9;
  Descriptor conv;
  conv.weight.bits = 4;
  LayerCounters counters;
  counters.cycles = counters.compute_cycles = 1000;
  counters.macs = counters.pe_cycles = 100'000;
  EnergyBreakdown energy_pj;
  energy_pj[EnergyPart::kMultiply] = 5;
  energy_pj[EnergyPart::kDramRead] = 7;
  report.layers = {{"conv1", conv, counters, energy_pj}};
  report.area_um2[AreaPart::kPeArray] = 2e5;
  report.area_um2[AreaPart::kWeightBuffer] = 1e5;
  report.provenance = {{"multiply", "mac.csv", "ab", "45 nm, 1.1 V", "+-30 %", "none", false}};
  return Json::parse(to_json(report));
}

inline Json sweep_point(int id, int bits, double energy, double loss) {
  return {{"id", id},
          {"settings", {{"allocation.weights", bits}}},
          {"status", "done"},
          {"reason", nullptr},
          {"metrics", {{"energy_uj", energy}, {"loss_points", loss}}},
          {"feasible", true},
          {"violates", Json::array()},
          {"front", true},
          {"dominated_by", nullptr},
          {"network", 0},
          {"machine", 0},
          {"layers",
           {{{"bits", {bits, 8, 8}},
             {"macs", 1000},
             {"mac_passes", 1000},
             {"cycles", {90, 10}},
             {"traffic", {64, 32}},
             {"energy_pj", {energy * 1e6}}}}}};
}

/// Two points, of 4 and 8 bits, both on the front.
inline Json sweep_result() {
  return {{"schema", "dcnsim.sweep/1"},
          {"version", "0.1.0"},
          {"name", "widths"},
          {"spec_yaml", "name: widths\n"},
          {"inputs", Json::array()},
          {"axes",
           {{{"name", "weights"},
             {"settings", {"allocation.weights"}},
             {"values", Json::parse("[[4], [8]]")}}}},
          {"metrics",
           {{{"name", "energy_uj"}, {"unit", "uJ"}, {"better", "lower"}, {"meaning", "all"}},
            {{"name", "loss_points"}, {"unit", "points"}, {"better", "lower"}, {"meaning", "-"}}}},
          {"objectives", {"energy_uj", "loss_points"}},
          {"constraints", {{{"metric", "energy_uj"}, {"at_most", 9}}}},
          {"networks", {{{"name", "small"}, {"layers", {{{"name", "conv1"}, {"kind", "conv"}}}}}}},
          {"components",
           {{"cycles", {"compute", "weight"}},
            {"traffic", {"weight", "output"}},
            {"energy", Json::array({"multiply"})},
            {"area", Json::array({"pe_array"})}}},
          {"machines",
           {{{"yaml", "name: m\n"},
             {"name", "m"},
             {"rows", 16},
             {"columns", 16},
             {"clock_mhz", 200},
             {"bus_bytes", 8},
             {"dram_peak_bytes_per_s", 6.4e9},
             {"area_um2", Json::array({2e5})},
             {"provenance", Json::array()},
             {"extrapolated", false}}}},
          {"points", {sweep_point(0, 4, 3, 2), sweep_point(1, 8, 5, 0)}},
          {"analysis",
           {{"front", {0, 1}},
            {"best", 0},
            {"sensitivity",
             {{{"metric", "energy_uj"},
               {"axes", {{{"axis", "weights"}, {"share", 1}, {"means", {3, 5}}}}}}}}}}};
}

/// One tensor of 8 bits, -4..3.97, two of whose nine values are out of range.
inline Json quantize_result() {
  Histogram histogram;
  histogram.add({0, 0.001F, 0.5F, 1, 2, 3, 8, -6, -1, 0.25F});
  TensorQuality tensor;
  tensor.name = "conv1.weight";
  tensor.choice = tensor.paper = {{8, 5, true, false}, 100, 1};
  tensor.range = value_range(tensor.choice.format, tensor.choice.scale());
  tensor.values = distribution(histogram, tensor.range);
  tensor.kappa = SqnrLine{-7, 5.5, 0.3};
  tensor.fit = DensityFit{};
  QuantizeReport report;
  report.version = "0.1.0";
  report.inputs = {{"network", "nets/small.onnx", "0123"}};
  report.network = "small";
  report.rule = "min-error";
  report.tensors = {tensor};
  report.layers = {{"conv1", 20, 19.5}};
  return Json::parse(to_json(report));
}

/// One tensor of 5 bits, 90 of 100 images right, a curve of two points.
inline Json allocation_result() {
  AllocationReport report;
  report.version = "0.1.0";
  report.inputs = {{"network", "nets/small.onnx", "0123"}};
  report.network = "small";
  report.accelerator = "small_edge";
  report.clock_period_s = 5e-9;
  report.goal = "as equal 5 bits";
  report.noise_model = "measured";
  report.weights = 1000;
  report.images = 100;
  report.float_top1 = 0.92;
  TensorReport tensor;
  tensor.name = "conv1.weight";
  tensor.range = {2, 16};
  tensor.choice = {{5, 4, true, false}, 1000, 10};
  tensor.elements = 1000;
  tensor.noise_share = 0.25;
  tensor.saved_cost = 1000;
  tensor.lost_db = 1.5;
  report.tensors = {tensor};
  report.allocation.name = "allocated";
  report.allocation.weight_bits = 5000;
  report.allocation.correct = 90;
  report.equal = {report.allocation};
  report.equal[0].name = "equal 5 bits";
  CurvePoint point;
  point.rule = kEqualRule;
  point.widths = {5};
  point.top1 = 0.9;
  point.weight_bits = 5000;
  report.curve = {point, point};
  report.curve[1].rule = "measured";
  return Json::parse(to_json(report));
}

}  // namespace dcnsim
