// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <regex>
#include <string>
#include <string_view>

#include "analysis/report/page/page_data.h"
#include "analysis/report/page/page_source.h"

namespace dcnsim::page {
namespace {

/// A link in parentheses of its own goes, of others the words stay.
std::string without_markdown(const std::string& text) {
  static const std::regex aside(R"( \(\[[^\]]*\]\([^)]*\)\))");
  static const std::regex link(R"(\[([^\]]*)\]\([^)]*\))");
  static const std::regex code("`");
  std::string plain = std::regex_replace(text, aside, "");
  plain = std::regex_replace(plain, link, "$1");
  return std::regex_replace(plain, code, "");
}

/// What a head stands for: "filling and draining (fill, drain)" for "filling and draining",
/// "PE, array" for both.
Json words_of_head(const std::string& head) {
  static const std::regex aside(R"( \([^)]*\))");
  Json words = Json::array();
  const std::string text = std::regex_replace(head, aside, "");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(", ", at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end + 2;
  }
  return words;
}

bool scripts_name(const Json& words) {
  return std::any_of(words.begin(), words.end(), [](const Json& word) {
    return kScript.find('"' + word.get<std::string>() + '"') != std::string_view::npos;
  });
}

Json entries_of_scripts() {
  static const std::regex row(R"(\| (.+) \| (.+) \|)");
  Json entries = Json::array();
  const std::string text(kGlossary);
  for (std::sregex_iterator at(text.begin(), text.end(), row), end; at != end; ++at) {
    const std::string head = without_markdown((*at)[1]);
    Json words = words_of_head(head);
    if (!scripts_name(words)) continue;
    entries.push_back(
        {{"words", std::move(words)}, {"head", head}, {"meaning", without_markdown((*at)[2])}});
  }
  return entries;
}

}  // namespace

const Json& glossary() {
  static const Json kEntries = entries_of_scripts();
  return kEntries;
}

}  // namespace dcnsim::page
