// SPDX-License-Identifier: Apache-2.0
#include "models/base/text/short_name.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "models/base/text/printable.h"
#include "models/base/text/suggest.h"

namespace dcnsim {
namespace {

constexpr std::string_view kCut = "..";

bool ends_in(std::string_view name, std::string_view end) {
  return name.size() >= end.size() && name.substr(name.size() - end.size()) == end;
}

bool has_part(const std::string& name, const std::string& part) {
  return ('/' + name + '/').find('/' + part + '/') != std::string::npos;
}

template <class Fits>
std::vector<std::size_t> all_that(const std::vector<std::string>& names, const Fits& fits) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (fits(names[i])) found.push_back(i);
  }
  return found;
}

}  // namespace

std::size_t index_of_name(const std::string& text, const std::vector<std::string>& names) {
  const auto exact = std::find(names.begin(), names.end(), text);
  if (exact != names.end()) return static_cast<std::size_t>(exact - names.begin());
  const std::string end = text.substr(text.rfind(kCut, 0) == 0 ? kCut.size() : 0);
  std::vector<std::size_t> found;
  if (!end.empty()) {
    found = all_that(names, [&](const std::string& name) { return ends_in(name, end); });
    if (found.empty()) {
      found = all_that(names, [&](const std::string& name) { return has_part(name, end); });
    }
  }
  if (found.size() == 1) return found.front();
  const std::string quoted = '"' + printable(text) + '"';
  if (found.empty()) {
    throw std::invalid_argument(quoted + ", expected one of " + listed(names) +
                                suggestion(text, names));
  }
  std::vector<std::string> candidates;
  candidates.reserve(found.size());
  for (const std::size_t index : found) candidates.push_back(names[index]);
  throw std::invalid_argument(quoted + " may be any of " + listed(candidates));
}

}  // namespace dcnsim
