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
  for (const PageInput& input : inputs) {
    const Json json = parse_json(input.json, input.file);
    const Fields result(input.file, "", json);
    const bool alone = inputs.size() == 1;
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
  }
  return results;
}

}  // namespace dcnsim::page
