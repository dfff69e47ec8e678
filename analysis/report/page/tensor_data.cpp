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

}  // namespace

Json tensor_data(const Fields& tensor) {
  Json data{{"name", tensor.exact_text("/name")},
            {"format", tensor.exact_text("/format")},
            {"sqnr_db", number_or_null(tensor, "/sqnr_db")},
            {"clipping", tensor.number("/clipping_share")}};
  // Quantizations of the first versions know neither.
  data["range"] = has_value(tensor, "/range") ? range_data(tensor.object("/range")) : Json(nullptr);
  data["values"] =
      has_value(tensor, "/values") ? values_data(tensor.object("/values")) : Json(nullptr);
  return data;
}

}  // namespace dcnsim::page
