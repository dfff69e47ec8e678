// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/format.h"

#include <stdexcept>
#include <string>

namespace dcnsim {

void validate(const Format& format) {
  if (format.bits < kMinBits || format.bits > kMaxBits) {
    throw std::invalid_argument("bits: " + std::to_string(format.bits) + " is not a width from " +
                                std::to_string(kMinBits) + " to " + std::to_string(kMaxBits));
  }
  if (format.frac < -kMaxFrac || format.frac > kMaxFrac) {
    throw std::invalid_argument("frac: " + std::to_string(format.frac) + " is not between " +
                                std::to_string(-kMaxFrac) + " and " + std::to_string(kMaxFrac));
  }
  if (format.zero_point < format.min_code() || format.zero_point > format.max_code()) {
    throw std::invalid_argument(
        "zero_point: " + std::to_string(format.zero_point) + " is not a code of the format, " +
        std::to_string(format.min_code()) + " to " + std::to_string(format.max_code()));
  }
}

std::string to_string(const Format& format) {
  return (format.is_signed ? "s" : "u") + std::to_string(format.bits) + "." +
         std::to_string(format.frac) + (format.narrow ? "n" : "") +
         (format.zero_point == 0 ? "" : "z" + std::to_string(format.zero_point));
}

}  // namespace dcnsim
