// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/distribution.h"
#include "analysis/report/page/page_data.h"

namespace dcnsim::page {
namespace {

Json range_data(const Fields& range) {
  const double low = range.number("/low"), high = range.number("/high");
  if (!(low < high)) range.fail("/high", "expected more than /low");
  return {{"low", low}, {"high", high}, {"step", range.positive("/step")}};
}

Json values_data(const Fields& values) {
  const double low = values.number("/low"), high = values.number("/high");
  if (high < low) values.fail("/high", "expected at least /low");
  const std::vector<double> magnitudes = values.numbers("/magnitudes", kMagnitudeShares.size());
  for (std::size_t i = 0; i < magnitudes.size(); ++i) {
    if (!(magnitudes[i] >= (i == 0 ? 0 : magnitudes[i - 1]))) {
      values.fail("/magnitudes", "expected rising numbers, none negative");
    }
  }
  const std::vector<double> counts = values.numbers("/histogram", kDistributionBins);
  for (const double count : counts) {
    if (count < 0) values.fail("/histogram", "expected counts");
  }
  return {{"zeros", values.count("/zeros")},
          {"others", values.count("/others")},
          {"low", low},
          {"high", high},
          {"magnitudes", magnitudes},
          {"counts", counts},
          {"beyond", values.number("/beyond_share")},
          {"to_zero", values.number("/to_zero_share")}};
}

Json quantized_tensor(const Fields& tensor) {
  Json data{{"name", tensor.exact_text("/name")},
            {"format", tensor.exact_text("/format")},
            {"sqnr_db", number_or_null(tensor, "/sqnr_db")},
            {"paper_format", tensor.exact_text("/paper_rule/format")},
            {"paper_sqnr_db", number_or_null(tensor, "/paper_rule/sqnr_db")},
            {"clipping", tensor.number("/clipping_share")},
            {"kurtosis", tensor.number("/kurtosis")}};
  const auto has = [&](const char* field) {
    return tensor.has(field) && !tensor.at(field).is_null();
  };
  data["db_per_bit"] = has("/kappa") ? Json(tensor.number("/kappa/db_per_bit")) : Json(nullptr);
  data["density"] = has("/density") ? Json(tensor.exact_text("/density/nearest")) : Json(nullptr);
  // Results of the first versions know neither.
  data["range"] = has("/range") ? range_data(tensor.object("/range")) : Json(nullptr);
  data["values"] = has("/values") ? values_data(tensor.object("/values")) : Json(nullptr);
  return data;
}

}  // namespace

Json quantize_data(const Fields& result) {
  Json data{{"file", result.file()},
            {"version", result.exact_text("/version")},
            {"network", result.exact_text("/network")},
            {"rule", result.exact_text("/format_rule")},
            {"inputs", inputs_data(result)},
            {"tensors", Json::array()},
            {"layers", Json::array()},
            {"warnings", result.exact_texts("/warnings")}};
  for (const Fields& tensor : result.list("/tensors")) {
    data["tensors"].push_back(quantized_tensor(tensor));
  }
  for (const Fields& layer : result.list("/layers")) {
    data["layers"].push_back({{"name", layer.exact_text("/name")},
                              {"predicted_db", number_or_null(layer, "/predicted_sqnr_db")},
                              {"measured_db", number_or_null(layer, "/measured_sqnr_db")}});
  }
  return data;
}

}  // namespace dcnsim::page
