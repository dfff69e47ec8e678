// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "analysis/report/page/page_data.h"
#include "analysis/whatif/diagnosis.h"

namespace dcnsim::page {

std::string cause_words(const std::string& name) {
  for (const Cause cause : Attribution::keys()) {
    if (to_string(cause) == name) return words_of(cause);
  }
  std::string words = name;
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

Json cause_words() {
  Json all = Json::object();
  for (const Cause cause : Attribution::keys()) {
    all[std::string(to_string(cause))] = words_of(cause);
  }
  return all;
}

}  // namespace dcnsim::page
