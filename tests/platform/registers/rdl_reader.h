// SPDX-License-Identifier: Apache-2.0
// Reads the part of SystemRDL 2.0 that an address map of anonymous registers and fields needs
// (clause numbers in the source), and refuses everything else with the line: neither Debian nor npm
// has a compiler for the language.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dcnsim {

using RdlProperties = std::map<std::string, std::string>;  ///< a property without a value is "true"

struct RdlField {
  std::string name;
  unsigned high = 0, low = 0;
  std::uint64_t reset = 0;
  RdlProperties properties;
};

struct RdlRegister {
  std::string name;
  std::uint64_t offset = 0;
  RdlProperties properties;
  std::vector<RdlField> fields;
};

struct RdlMap {
  std::string name;
  RdlProperties properties, defaults;
  std::map<std::string, std::map<std::string, std::uint64_t>> enums;
  std::vector<RdlRegister> registers;
};

/// Throws std::invalid_argument with "line N: ..." where the text is not of that language.
RdlMap read_rdl(const std::string& text);

}  // namespace dcnsim
