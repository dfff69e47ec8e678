// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/quant_spec.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/base/text/printable.h"

namespace dcnsim {

Format QuantSpec::format() const {
  const Format format{bits, frac, is_signed, narrow};
  try {
    validate(format);
  } catch (const std::invalid_argument& error) {
    throw std::runtime_error(error.what());
  }
  return format;
}

Rounding QuantSpec::rounding(bool non_negative) const {
  return rounding_of_mode(mode, non_negative || !is_signed);
}

std::int64_t QuantSpec::code(double value) const {
  const std::int64_t one = 1;
  const std::int64_t low = is_signed ? -(one << (bits - 1)) + (narrow ? 1 : 0) : 0;
  const std::int64_t high =
      is_signed ? (one << (bits - 1)) - 1 : (one << bits) - 1 - (narrow ? 1 : 0);
  const double rounded = round_to_integer(std::ldexp(value, frac), rounding(!is_signed));
  // Compared as doubles first: the conversion of a larger one is undefined.
  if (rounded >= static_cast<double>(high)) return high;
  if (rounded <= static_cast<double>(low)) return low;
  return static_cast<std::int64_t>(rounded);
}

std::string QuantSpec::text() const {
  return std::to_string(bits) + " bits, scale 2^" + std::to_string(-frac) +
         (is_signed ? ", signed" : ", unsigned") + (narrow ? ", narrow, " : ", ") + mode;
}

int frac_of_scale(float scale) {
  int exponent = 0;
  if (!(scale > 0.0F) || std::frexp(scale, &exponent) != 0.5F) {
    throw std::runtime_error("scale " + std::to_string(scale) +
                             " is not a power of two, which the shift requantizer needs");
  }
  return 1 - exponent;
}

Rounding rounding_of_mode(const std::string& mode, bool non_negative) {
  if (mode == "ROUND") return Rounding::kHalfEven;
  if (mode == "HALF_UP") return non_negative ? Rounding::kHalfUp : Rounding::kHalfAway;
  if (mode == "DOWN") return Rounding::kTowardZero;
  if (mode == "FLOOR") return Rounding::kFloor;
  throw std::runtime_error("rounding mode " + printable(mode) +
                           " is not supported, expected ROUND, HALF_UP, DOWN or FLOOR");
}

std::string mode_of_rounding(Rounding rounding, bool non_negative) {
  switch (rounding) {
    case Rounding::kHalfEven:
      return "ROUND";
    case Rounding::kHalfUp:
      if (!non_negative) {
        throw std::runtime_error("half-up rounding of signed outputs has no QONNX rounding mode");
      }
      return "HALF_UP";
    case Rounding::kHalfAway:
      return "HALF_UP";
    case Rounding::kTowardZero:
      return "DOWN";
    case Rounding::kFloor:
      break;
  }
  return "FLOOR";
}

}  // namespace dcnsim
