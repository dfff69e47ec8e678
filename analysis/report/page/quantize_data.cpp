// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/page/page_data.h"

namespace dcnsim::page {
namespace {

Json quantized_tensor(const Fields& tensor) {
  Json data = tensor_data(tensor);
  data["paper_format"] = tensor.exact_text("/paper_rule/format");
  data["paper_sqnr_db"] = number_or_null(tensor, "/paper_rule/sqnr_db");
  data["kurtosis"] = tensor.number("/kurtosis");
  data["db_per_bit"] =
      has_value(tensor, "/kappa") ? Json(tensor.number("/kappa/db_per_bit")) : Json(nullptr);
  data["density"] =
      has_value(tensor, "/density") ? Json(tensor.exact_text("/density/nearest")) : Json(nullptr);
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
