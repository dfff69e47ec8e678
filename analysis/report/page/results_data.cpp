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
  if (inputs.empty() || inputs.size() > kMostResults) {
    throw std::runtime_error(
        fmt::format("{} results, expected one to {}", inputs.size(), kMostResults));
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
                                               : " in all files of a comparison"));
    }
  };
  std::vector<Json> documents;
  for (const PageInput& input : inputs) {
    documents.push_back(parse_json(input.json, input.file));
    read_fields(documents.back(), input.file, add);
  }
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    results.pairs.push_back(read_fields(documents[0], inputs[0].file, [&](const Fields& first) {
      return read_fields(documents[i], inputs[i].file, [&](const Fields& other) {
        return accuracy_pair(first, other, kTags.substr(i, 1));
      });
    }));
  }
  return results;
}

}  // namespace dcnsim::page
