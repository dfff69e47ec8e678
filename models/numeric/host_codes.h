// SPDX-License-Identifier: Apache-2.0
// Codes in host form (CodeTensor): one or two bytes, signed or unsigned as their format says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "models/numeric/format.h"

namespace dcnsim {

template <class Code>
Code load_code(const std::uint8_t* codes, std::size_t index) {
  Code code;
  std::memcpy(&code, codes + index * sizeof(Code), sizeof(Code));
  return code;
}

/// Calls action(Code()) with the type of a format's codes in host form.
template <class Action>
void with_host_type(const Format& format, const Action& action) {
  if (format.host_bytes() == 1) {
    format.is_signed ? action(std::int8_t{}) : action(std::uint8_t{});
  } else {
    format.is_signed ? action(std::int16_t{}) : action(std::uint16_t{});
  }
}

}  // namespace dcnsim
