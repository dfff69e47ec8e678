// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>
#include <vector>

#include "analysis/evaluation/confidence.h"
#include "analysis/report/page/page_data.h"

namespace dcnsim::page {
namespace {

Json allocated_tensor(const Fields& tensor) {
  return {{"name", tensor.exact_text("/name")},
          {"bits", tensor.count("/bits")},
          {"format", tensor.exact_text("/format")},
          {"lowest", tensor.count("/lowest_bits")},
          {"highest", tensor.count("/highest_bits")},
          {"elements", tensor.count("/elements")},
          {"sqnr_db", number_or_null(tensor, "/sqnr_db")},
          {"db_per_bit", tensor.number("/kappa_db_per_bit")},
          {"real_bits", number_or_null(tensor, "/closed_form_bits")},
          {"noise_share", tensor.number("/noise_share")},
          {"saved_cost", number_or_null(tensor, "/one_bit_less/saved_cost")},
          {"lost_db", number_or_null(tensor, "/one_bit_less/lost_db")}};
}

/// Right among `images`, with where the true share may lie; null without images.
Json accuracy(std::uint64_t correct, std::uint64_t images) {
  if (images == 0) return nullptr;
  const ShareInterval interval = wilson_interval(correct, images);
  const double top1 = static_cast<double>(correct) / static_cast<double>(images);
  return {{"percent", 100 * top1}, {"low", 100 * interval.low}, {"high", 100 * interval.high}};
}

/// Of allocation and equal widths.
Json allocation_figures(const Fields& result, std::uint64_t images) {
  const auto correct = result.count_or_null("/correct");
  if (correct && *correct > images) result.fail("/correct", "expected at most /images");
  return {{"name", result.exact_text("/name")},
          {"predicted_db", number_or_null(result, "/predicted_sqnr_db")},
          {"measured_db", number_or_null(result, "/measured_sqnr_db")},
          {"bytes", result.number("/weight_bytes")},
          {"bits_per_weight", result.number("/bits_per_weight")},
          {"energy_pj", result.number("/energy_pj")},
          {"cycles", result.number("/latency/cycles")},
          {"seconds", result.number("/latency/seconds")},
          {"accuracy", accuracy(correct.value_or(0), correct ? images : 0)}};
}

Json curve_point(const Fields& point, std::uint64_t images) {
  const double top1 = point.number("/top1");
  if (top1 < 0 || top1 > 1) point.fail("/top1", "expected a share, 0 to 1");
  const auto correct = static_cast<std::uint64_t>(top1 * static_cast<double>(images) + 0.5);
  return {{"name", point.exact_text("/rule")},
          {"predicted_db", number_or_null(point, "/predicted_sqnr_db")},
          {"bytes", point.number("/weight_bytes")},
          {"energy_pj", point.number("/energy_pj")},
          {"cycles", point.number("/cycles")},
          {"accuracy", accuracy(correct, images)}};
}

Json saving_rows(const Fields& result, const char* field) {
  Json list = Json::array();
  for (const Fields& saving : result.list(field)) {
    list.push_back({{"rule", saving.exact_text("/rule")},
                    {"top1", saving.number("/top1")},
                    {"equal", number_or_null(saving, "/equal")},
                    {"with_rule", number_or_null(saving, "/with_rule")}});
  }
  return list;
}

}  // namespace

Json allocation_data(const Fields& result) {
  const std::uint64_t images = result.count("/images");
  if (images > kMostImages) {
    result.fail("/images", fmt::format("expected at most {} images", kMostImages));
  }
  Json data{
      {"file", result.file()},
      {"version", result.exact_text("/version")},
      {"network", result.exact_text("/network")},
      {"accelerator", result.exact_text("/accelerator")},
      {"goal", result.exact_text("/goal")},
      {"noise_model", result.exact_text("/noise_model")},
      {"cost",
       {{"kind", result.exact_text("/cost/kind")}, {"unit", result.exact_text("/cost/unit")}}},
      {"proven", result.flag("/proven")},
      {"images", images},
      {"float_percent", nullptr},
      {"inputs", inputs_data(result)},
      {"tensors", Json::array()},
      {"allocation", allocation_figures(result.object("/allocation"), images)},
      {"equal", Json::array()},
      {"curve", Json::array()},
      {"savings",
       {{"bytes", saving_rows(result, "/savings/weight_bytes")},
        {"energy_pj", saving_rows(result, "/savings/energy_pj")}}},
      {"warnings", result.exact_texts("/warnings")}};
  if (const std::optional<double> top1 = result.number_or_null("/float_top1")) {
    data["float_percent"] = 100 * *top1;
  }
  for (const Fields& tensor : result.list("/tensors")) {
    data["tensors"].push_back(allocated_tensor(tensor));
  }
  for (const Fields& equal : result.list("/equal_widths")) {
    data["equal"].push_back(allocation_figures(equal, images));
  }
  for (const Fields& of_curve : result.list("/curve")) {
    data["curve"].push_back(curve_point(of_curve, images));
  }
  return data;
}

}  // namespace dcnsim::page
