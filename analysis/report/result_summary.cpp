// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/result_summary.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/report/allocation_report.h"
#include "analysis/report/json_fields.h"
#include "analysis/report/run_report.h"
#include "models/arch/text_file.h"

namespace dcnsim {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{64} << 20;

}  // namespace

std::string summarize_result(const std::string& path) {
  const std::string bytes = read_text_file(path, kMaxFileBytes);
  const auto json = nlohmann::ordered_json::parse(bytes, nullptr, false);
  if (json.is_discarded()) throw std::runtime_error(path + ": not a JSON file, or cut short");
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
