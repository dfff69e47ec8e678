// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/allocation_report.h"
#include "analysis/report/json_parts.h"

namespace dcnsim {
namespace {

Json tensor(const TensorReport& t) {
  return {
      {"name", t.name},
      {"bits", t.choice.format.bits},
      {"format", to_string(t.choice.format)},
      {"lowest_bits", t.range.lowest},
      {"highest_bits", t.range.highest},
      {"elements", t.elements},
      {"sqnr_db", decibels(t.choice.sqnr_db())},
      {"kappa_db_per_bit", t.kappa_db},
      {"closed_form_bits", optional(t.closed_form_bits)},
      {"noise_share", t.noise_share},
      {"one_bit_less", {{"saved_cost", optional(t.saved_cost)}, {"lost_db", optional(t.lost_db)}}}};
}

Json figures(const AllocationFigures& f, const AllocationReport& report) {
  return {
      {"name", f.name},
      {"predicted_sqnr_db", decibels(f.predicted_sqnr_db)},
      {"measured_sqnr_db", decibels(f.measured_sqnr_db)},
      {"weight_bytes", static_cast<double>(f.weight_bits) / 8},
      {"bits_per_weight", static_cast<double>(f.weight_bits) / static_cast<double>(report.weights)},
      {"energy_pj", f.energy_pj},
      {"latency",
       {{"cycles", f.cycles}, {"seconds", static_cast<double>(f.cycles) * report.clock_period_s}}},
      {"correct", report.images == 0 ? Json(nullptr) : Json(f.correct)}};
}

Json point(const CurvePoint& p) {
  return {{"rule", p.rule},
          {"bits", p.widths},
          {"weight_bytes", static_cast<double>(p.weight_bits) / 8},
          {"energy_pj", p.energy_pj},
          {"cycles", p.cycles},
          {"predicted_sqnr_db", decibels(p.predicted_sqnr_db)},
          {"top1", p.top1}};
}

Json saving(const std::vector<CurvePoint>& curve, const std::vector<double>& accuracies,
            double (*cost)(const CurvePoint&)) {
  Json list = Json::array();
  for (const Saving& s : savings(curve, accuracies, cost)) {
    list.push_back({{"rule", s.rule},
                    {"top1", s.accuracy},
                    {"equal", optional(s.equal_cost)},
                    {"with_rule", optional(s.rule_cost)}});
  }
  return list;
}

}  // namespace

std::string to_json(const AllocationReport& report) {
  Json json;
  json["schema"] = kAllocationSchema;
  json["version"] = report.version;
  json["inputs"] = input_files(report.inputs);
  json["network"] = report.network;
  json["pixels"] = pixels_json(report.pixels);
  json["accelerator"] = report.accelerator;
  json["goal"] = report.goal;
  json["noise_model"] = report.noise_model;
  json["cost"] = {{"kind", to_string(report.cost_kind)}, {"unit", unit_of(report.cost_kind)}};
  json["proven"] = report.is_proven;
  json["images"] = report.images;
  json["float_top1"] = report.images == 0 ? Json(nullptr) : Json(report.float_top1);
  json["tensors"] = Json::array();
  for (const TensorReport& t : report.tensors) json["tensors"].push_back(tensor(t));
  json["allocation"] = figures(report.allocation, report);
  json["equal_widths"] = Json::array();
  for (const AllocationFigures& f : report.equal) {
    json["equal_widths"].push_back(figures(f, report));
  }
  json["curve"] = Json::array();
  for (const CurvePoint& p : report.curve) json["curve"].push_back(point(p));
  const std::vector<double> accuracies = compared_accuracies(report);
  json["savings"] = {
      {"weight_bytes",
       saving(report.curve, accuracies,
              [](const CurvePoint& p) { return static_cast<double>(p.weight_bits) / 8; })},
      {"energy_pj",
       saving(report.curve, accuracies, [](const CurvePoint& p) { return p.energy_pj; })}};
  json["warnings"] = report.warnings;
  return dump(json);
}

}  // namespace dcnsim
