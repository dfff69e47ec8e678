// SPDX-License-Identifier: Apache-2.0
#include "models/arch/dram_mapping.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "models/base/text/printable.h"

namespace dcnsim {

AddressMapping parse_address_mapping(const std::string& text) {
  constexpr std::array<std::string_view, kAddressParts> names = {"row", "bank", "group", "column",
                                                                 "channel"};
  AddressMapping mapping{};
  std::array<bool, kAddressParts> seen{};
  std::size_t count = 0;
  std::string_view rest = text;
  bool more = true;
  for (; more && count < kAddressParts; ++count) {
    const std::size_t dash = rest.find('-');
    const auto name = std::find(names.begin(), names.end(), rest.substr(0, dash));
    if (name == names.end()) break;
    const auto part = static_cast<std::size_t>(name - names.begin());
    if (seen[part]) break;
    seen[part] = true;
    mapping[count] = static_cast<AddressPart>(part);
    more = dash != std::string_view::npos;
    if (more) rest.remove_prefix(dash + 1);
  }
  if (count < kAddressParts || more) {
    throw std::invalid_argument('"' + printable(text) +
                                "\", expected row, bank, group, column and channel, each once, "
                                "joined by '-' from the highest address bits to the lowest");
  }
  return mapping;
}

}  // namespace dcnsim
