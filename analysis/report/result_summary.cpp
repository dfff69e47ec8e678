// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/result_summary.h"

#include <fmt/format.h>

#include "analysis/evaluation/pixel_statement.h"
#include "analysis/report/allocation_report.h"
#include "analysis/report/json_parts.h"
#include "analysis/report/run_report.h"
#include "models/base/json/fields.h"

namespace dcnsim {
namespace {

std::string summarize(const Fields& result, const TextLayout& layout) {
  const std::string schema = result.text("/schema");
  const bool is_run = schema == kRunSchema;
  if (!is_run && schema != kAllocationSchema) {
    result.fail("/schema",
                fmt::format("{}, expected {} or {}", schema, kRunSchema, kAllocationSchema));
  }
  std::string text = fmt::format("{}: result of dcnsim {} ({})\n\n", result.file(),
                                 result.text("/version"), schema);
  for (const Fields& input : result.list("/inputs")) {
    text += fmt::format("{:<12} {}{}\n  sha256 {}\n", input.text("/role"), input.text("/path"),
                        is_shipped(input) ? " (comes with dcnsim)" : "", input.text("/sha256"));
  }
  return text + "\n" +
         (is_run ? summarize_run(result, layout) : summarize_allocation(result, layout));
}

}  // namespace

PixelStatement pixel_statement(const Fields& result) {
  using Source = PixelStatement::Source;
  PixelStatement statement;
  if (!result.has("/pixels")) return statement;
  const Source sources[] = {Source::kAssumed, Source::kFile, Source::kOption, Source::kValues};
  std::vector<std::string> names;
  for (const Source source : sources) names.push_back(to_string(source));
  const std::string name = result.one_of("/pixels/source", names);
  for (const Source source : sources) {
    if (to_string(source) == name) statement.source = source;
  }
  const bool are_values = statement.source == Source::kValues;
  statement.convention = are_values ? "" : result.text("/pixels/convention");
  statement.nodes = result.count("/pixels/graph_nodes");
  return statement;
}

std::string summarize_result(const std::string& path, const TextLayout& layout) {
  return summarize_result(load_json(path), path, layout);
}

std::string summarize_result(const Json& result, const std::string& file,
                             const TextLayout& layout) {
  return read_fields(result, file, [&](const Fields& fields) { return summarize(fields, layout); });
}

}  // namespace dcnsim
