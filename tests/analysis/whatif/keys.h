// SPDX-License-Identifier: Apache-2.0
// A what-if's words made in the accelerator file, as its user would: "KEY x 2", "KEY: VALUE",
// several with commas between. Shares nothing with the table's own functions but the words.
#pragma once

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/accelerator_yaml.h"

namespace dcnsim {

/// "a.b" of a file that to_yaml() wrote: its sections are indented by two spaces.
inline std::string yaml_value(const std::string& yaml, const std::string& key) {
  std::istringstream lines(yaml);
  std::vector<std::string> open;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t depth = line.find_first_not_of(' ') / 2;
    const std::size_t colon = line.find(':');
    open.resize(depth);
    open.push_back(line.substr(2 * depth, colon - 2 * depth));
    std::string path;
    for (const std::string& part : open) path += (path.empty() ? "" : ".") + part;
    if (path == key && colon + 2 < line.size()) return line.substr(colon + 2);
  }
  return "";
}

inline AcceleratorConfig with_keys(const AcceleratorConfig& config, std::string words) {
  // "A, or B" where A is of a DRAM.
  if (const std::size_t other = words.find(", or "); other != std::string::npos) {
    words.resize(other);
  }
  const std::string yaml = to_yaml(config);
  std::map<std::string, std::string> values;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find(", ", at), words.size());
    const std::string one = words.substr(at, end - at);
    at = end + 2;
    const std::size_t twice = one.find(" x 2"), colon = one.find(": ");
    const std::string key = one.substr(0, std::min(twice, colon));
    const std::string value = twice != std::string::npos
                                  ? std::to_string(2 * std::stoll(yaml_value(yaml, key)))
                                  : one.substr(colon + 2);
    if (key == "buffers.*.separate_halves") {
      for (const char* buffer : {"input", "weight", "output"}) {
        values["buffers." + std::string(buffer) + ".separate_halves"] = value;
      }
    } else {
      values[key] = value;
    }
  }
  AcceleratorConfig changed = config;
  set_fields(changed, values);
  return parse_accelerator(to_yaml(changed), "changed.yaml");
}

}  // namespace dcnsim
