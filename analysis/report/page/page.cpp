// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/page/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <string_view>

#include "analysis/report/page/packed.h"
#include "analysis/report/page/page_data.h"
#include "analysis/report/page/page_source.h"
#include "analysis/report/page/palette.h"
#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

/// Line by line, for texts of files are shown as they were written.
std::string plain_lines(std::string_view text) {
  std::string plain;
  for (;;) {
    const std::size_t end = text.find('\n');
    plain += plain_text(text.substr(0, end));
    if (end == std::string_view::npos) return plain;
    plain += '\n';
    text.remove_prefix(end + 1);
  }
}

/// No text in it, nor a key, says how what stands beside it is to be shown.
Json plain(const Json& json) {
  if (json.is_string()) return plain_lines(json.get_ref<const std::string&>());
  if (!json.is_structured()) return json;
  Json result(json.type());
  for (const auto& [key, value] : json.items()) {
    if (json.is_array()) {
      result.push_back(plain(value));
    } else {
      result[plain_lines(key)] = plain(value);
    }
  }
  return result;
}

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

std::string page_of(const std::string& title, Json data, const Json& layer_blocks) {
  data["glossary"] = page::glossary();
  const std::string library = licence_comment() + std::string(page::kD3);
  const std::string script =
      filled(page::kScript, {{"cause_colours", colour_table(page::Things::kCauses)},
                             {"stream_colours", colour_table(page::Things::kStreams)},
                             {"area_colours", colour_table(page::Things::kAreas)},
                             {"energy_colours", colour_table(page::Things::kEnergies)},
                             {"tensor_colours", colour_table(page::Things::kTensors)}});
  const std::string style = filled(page::kStyle, {{"light_colours", page::light_variables()},
                                                  {"dark_colours", page::dark_variables()}});
  return filled(
      page::kTemplate,
      {{"csp", fmt::format("default-src 'none'; script-src {} {}; style-src {}; img-src "
                           "data:; base-uri 'none'; form-action 'none'",
                           page::csp_hash(library), page::csp_hash(script), page::csp_hash(style))},
       {"title", page::html_escaped(plain_text(title))},
       {"style", style},
       {"library", library},
       {"script", script},
       {"data", script_json(plain(data))},
       {"layers", script_json(layer_blocks)}});
}

Json energy_group_data(const Json& components) {
  Json list = Json::array();
  for (const page::EnergyGroup& group : page::energy_groups(components)) {
    list.push_back({{"name", group.name}, {"components", group.components}});
  }
  return list;
}

/// Components of all runs, should the versions that made them differ.
Json energy_components(const std::vector<Json>& runs) {
  Json names = Json::array();
  for (const Json& run : runs) {
    for (const Json& name : run["components"]["energy"]) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

}  // namespace

std::string report_page(const std::vector<PageInput>& inputs) {
  const page::ResultsData results = page::results_data(inputs);
  if (results.sweep) {
    const Json& sweep = results.sweep->sweep;
    return page_of(sweep["name"].get<std::string>() + ": sweep",
                   {{"kind", "sweep"},
                    {"energy_groups", energy_group_data(sweep["components"]["energy"])},
                    {"cause_words", page::cause_words()},
                    {"sweep", sweep}},
                   results.sweep->layer_blocks);
  }
  if (!results.other.empty()) {
    return page_of(results.result["network"].get<std::string>() + ": " + results.other,
                   {{"kind", results.other}, {"result", results.result}}, Json::array());
  }
  const std::vector<Json>& runs = results.runs;
  const std::string title = runs[0]["network"].get<std::string>() + " on " +
                            runs[0]["machine"]["name"].get<std::string>() +
                            (runs.size() > 1 ? ": comparison" : "");
  return page_of(title,
                 {{"kind", "runs"},
                  {"energy_groups", energy_group_data(energy_components(runs))},
                  {"cause_words", page::cause_words()},
                  {"pairs", results.pairs},
                  {"runs", runs}},
                 Json::array());
}

std::string reloading(std::string page, int seconds) {
  constexpr std::string_view kFirst = R"(<meta charset="utf-8">)";
  const std::size_t at = page.find(kFirst);
  assert(at != std::string::npos);
  return page.insert(at + kFirst.size(),
                     fmt::format(R"(<meta http-equiv="refresh" content="{}">)", seconds));
}

}  // namespace dcnsim
