// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/result_summary.h"

#include <fmt/format.h>

#include "analysis/report/allocation_report.h"
#include "analysis/report/run_report.h"
#include "models/base/file/text_file.h"
#include "models/base/json/fields.h"

namespace dcnsim {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{64} << 20;

}  // namespace

std::string summarize_result(const std::string& path) {
  const Json json = parse_json(read_text_file(path, kMaxFileBytes), path);
  const Fields result(path, "", json);
  const std::string schema = result.text("/schema");
  const bool is_run = schema == kRunSchema;
  if (!is_run && schema != kAllocationSchema) {
    result.fail("/schema",
                fmt::format("{}, expected {} or {}", schema, kRunSchema, kAllocationSchema));
  }
  std::string text =
      fmt::format("{}: result of dcnsim {} ({})\n\n", path, result.text("/version"), schema);
  for (const Fields& input : result.list("/inputs")) {
    text += fmt::format("{:<12} {}\n{:<12} sha256 {}\n", input.text("/role"), input.text("/path"),
                        "", input.text("/sha256"));
  }
  return text + "\n" + (is_run ? summarize_run(result) : summarize_allocation(result));
}

}  // namespace dcnsim
