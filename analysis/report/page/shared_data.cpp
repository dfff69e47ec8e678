// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/json_parts.h"
#include "analysis/report/page/page_data.h"

namespace dcnsim::page {

Json number_or_null(const Fields& from, const char* field) {
  const std::optional<double> value = from.number_or_null(field);
  return value ? Json(*value) : Json(nullptr);
}

Json inputs_data(const Fields& result) {
  Json list = Json::array();
  for (const Fields& input : result.list("/inputs")) {
    list.push_back({{"role", input.exact_text("/role")},
                    {"path", input.exact_text("/path")},
                    {"shipped", is_shipped(input)},
                    {"sha256", input.exact_text("/sha256")}});
  }
  return list;
}

Json provenance_data(const Fields& machine) {
  Json list = Json::array();
  for (const Fields& p : machine.list("/provenance")) {
    Json item = Json::object();
    for (const char* field :
         {"/component", "/table", "/sha256", "/conditions", "/error_bar", "/note"}) {
      item[field + 1] = p.exact_text(field);
    }
    item["extrapolated"] = p.flag("/extrapolated");
    list.push_back(std::move(item));
  }
  return list;
}

}  // namespace dcnsim::page
