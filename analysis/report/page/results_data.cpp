// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <stdexcept>

#include "analysis/report/allocation_report.h"
#include "analysis/report/page/page_data.h"
#include "analysis/report/quantize_report.h"
#include "analysis/report/run_report.h"

namespace dcnsim::page {
namespace {

constexpr const char* kSweepSchema = "dcnsim.sweep/1";

/// Results with a page of their own beside runs and sweeps.
struct OtherResult {
  const char* schema;
  const char* kind;
  Json (*data)(const Fields& result);
};
constexpr OtherResult kOthers[] = {{kAllocationSchema, "allocation", allocation_data},
                                   {kQuantizeSchema, "quantize", quantize_data}};

/// Nothing if no schema of these.
const OtherResult* other_result(const std::string& schema) {
  for (const OtherResult& other : kOthers) {
    if (schema == other.schema) return &other;
  }
  return nullptr;
}

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
    } else if (const OtherResult* other = other_result(schema); alone && other != nullptr) {
      results.other = other->kind;
      results.result = other->data(result);
    } else if (schema == kRunSchema) {
      results.runs.push_back(run_data(result));
      if (alone) results.runs.back()["tensors"] = run_tensors(result);
    } else {
      result.fail("/schema", fmt::format("{}, expected {}{}", schema, kRunSchema,
                                         alone ? fmt::format(", {}, {} or {}", kSweepSchema,
                                                             kAllocationSchema, kQuantizeSchema)
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
