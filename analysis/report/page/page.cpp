// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/page/page.h"

#include <fmt/format.h>

#include <map>
#include <stdexcept>
#include <string_view>

#include "analysis/report/json_fields.h"
#include "analysis/report/page/packed.h"
#include "analysis/report/page/page_data.h"
#include "analysis/report/page/page_source.h"
#include "analysis/report/run_report.h"

namespace dcnsim {
namespace {

using page::Json;

constexpr const char* kSweepSchema = "dcnsim.sweep/1";

/// Pure ASCII, so that no line separator of Unicode ends a script's line.
std::string script_json(const Json& json) {
  return page::script_safe(json.dump(-1, ' ', true, Json::error_handler_t::replace));
}

std::string licence_comment() {
  std::string comment = "// ";
  for (const char c : page::kD3Licence) comment += c == '\n' ? "\n// " : std::string(1, c);
  return comment + "\n";
}

/// What stands in the template's {{slots}}.
using Slots = std::map<std::string_view, std::string>;

std::string filled(std::string_view text, const Slots& slots) {
  std::string result;
  for (std::size_t at = 0;;) {
    const std::size_t open = text.find("{{", at);
    result += text.substr(at, open - at);
    if (open == std::string_view::npos) return result;
    const std::size_t close = text.find("}}", open);
    result += slots.at(text.substr(open + 2, close - open - 2));
    at = close + 2;
  }
}

std::string page_of(const std::string& title, const Json& data, const Json& layer_blocks) {
  const std::string library = licence_comment() + std::string(page::kD3);
  const std::string script(page::kScript), style(page::kStyle);
  return filled(
      page::kTemplate,
      {{"csp", fmt::format("default-src 'none'; script-src {} {}; style-src {}; img-src "
                           "data:; base-uri 'none'; form-action 'none'",
                           page::csp_hash(library), page::csp_hash(script), page::csp_hash(style))},
       {"title", page::html_escaped(title)},
       {"style", style},
       {"library", library},
       {"script", script},
       {"data", script_json(data)},
       {"layers", script_json(layer_blocks)}});
}

/// Text that holds no JSON is told here; Fields tell what the JSON lacks.
Json parsed(const PageInput& input) {
  Json json = Json::parse(input.json, nullptr, false);
  if (json.is_discarded()) {
    throw std::runtime_error(input.file + ": not a JSON file, or cut short");
  }
  return json;
}

}  // namespace

std::string report_page(const std::vector<PageInput>& inputs) {
  if (inputs.empty() || inputs.size() > 2) {
    throw std::runtime_error(fmt::format("{} results, expected one or two", inputs.size()));
  }
  Json runs = Json::array();
  for (const PageInput& input : inputs) {
    const Json json = parsed(input);
    const Fields result(input.file, "", json);
    const bool alone = inputs.size() == 1;
    const std::string schema = result.text("/schema");
    if (alone && schema == kSweepSchema) {
      const page::SweepData sweep = page::sweep_data(result);
      return page_of(sweep.sweep["name"].get<std::string>() + ": sweep",
                     {{"kind", "sweep"}, {"sweep", sweep.sweep}}, sweep.layer_blocks);
    }
    if (schema != kRunSchema) {
      result.fail("/schema", fmt::format("{}, expected {}{}", schema, kRunSchema,
                                         alone ? std::string(" or ") + kSweepSchema
                                               : " of both files of a comparison"));
    }
    runs.push_back(page::run_data(result));
  }
  const std::string title = runs[0]["network"].get<std::string>() + " on " +
                            runs[0]["machine"]["name"].get<std::string>() +
                            (runs.size() == 2 ? ": comparison" : "");
  return page_of(title, {{"kind", "runs"}, {"runs", runs}}, Json::array());
}

}  // namespace dcnsim
