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
  std::vector<Json> documents;
  for (const PageInput& input : inputs) {
    documents.push_back(parse_json(input.json, input.file));
    read_fields(documents.back(), input.file, add);
  }
  if (!alone) {
    results.pair = read_fields(documents[0], inputs[0].file, [&](const Fields& first) {
      return read_fields(documents[1], inputs[1].file,
                         [&](const Fields& second) { return accuracy_pair(first, second); });
    });
  }
  return results;
}

}  // namespace dcnsim::page
