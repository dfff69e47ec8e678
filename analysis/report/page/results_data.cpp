// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <stdexcept>

#include "analysis/report/page/page_data.h"
#include "analysis/report/run_report.h"

namespace dcnsim::page {
namespace {

constexpr const char* kSweepSchema = "dcnsim.sweep/1";

}  // namespace

ResultsData results_data(const std::vector<PageInput>& inputs) {
  if (inputs.empty() || inputs.size() > 2) {
    throw std::runtime_error(fmt::format("{} results, expected one or two", inputs.size()));
  }
  ResultsData results;
  const bool alone = inputs.size() == 1;
  const auto add = [&](const Fields& result) {
    const std::string schema = result.text("/schema");
    if (alone && schema == kSweepSchema) {
      results.sweep = sweep_data(result);
    } else if (schema == kRunSchema) {
      results.runs.push_back(run_data(result));
    } else {
      result.fail("/schema", fmt::format("{}, expected {}{}", schema, kRunSchema,
                                         alone ? std::string(" or ") + kSweepSchema
                                               : " in both files of a comparison"));
    }
  };
  for (const PageInput& input : inputs) {
    read_fields(parse_json(input.json, input.file), input.file, add);
  }
  return results;
}

}  // namespace dcnsim::page
