// SPDX-License-Identifier: Apache-2.0
// The register table as 32-bit words in the order of their addresses, for formats that know no
// register wider than the bus: a counter is the two words NAME_LO and NAME_HI.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/arch/registers.h"

namespace dcnsim {

struct RegisterWord {
  std::uint32_t offset;
  std::string name;
  reg::Access access;
  std::uint32_t reset;
  std::string description;
  std::vector<reg::Field> fields;
};

inline std::vector<RegisterWord> register_words() {
  std::vector<RegisterWord> words;
  for (const reg::Register& r : reg::kRegisters) {
    words.push_back({r.offset, std::string(r.name), r.access, r.reset, std::string(r.description),
                     std::vector<reg::Field>(r.fields.begin(), r.fields.end())});
  }
  const reg::Field low{0xFFFFFFFF, "COUNT", "bits 31..0"};
  const reg::Field high{0xFFFFFFFF, "COUNT", "bits 63..32"};
  for (const reg::Counter& c : reg::kCounters) {
    const std::string name(c.name), description(c.description);
    words.push_back({c.offset, name + "_LO", reg::Access::kReadOnly, 0, description, {low}});
    words.push_back({c.offset + 4, name + "_HI", reg::Access::kReadOnly, 0, description, {high}});
  }
  return words;
}

}  // namespace dcnsim
