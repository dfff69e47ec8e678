// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/quant_spec.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>
#include <stdexcept>

#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

/// Which way -1/2 goes is which way 1/2 goes. What is written for a mode stands first.
struct OneHigher {
  const char* mode;
  const char* of_one_more;
};
constexpr OneHigher kOneHigher[]{{"ROUND", "HALF_UP"},
                                 {"HALF_UP", "ROUND"},
                                 {"DOWN", "CEIL"},
                                 {"FLOOR", "FLOOR"},
                                 {"FLOOR", "DOWN"}};

/// In capitals, HALF_EVEN as ROUND.
std::string spelled_out(std::string mode) {
  for (char& c : mode) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return mode == "HALF_EVEN" ? "ROUND" : mode;
}

}  // namespace

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
  if (is_sign()) return value < 0 ? -1 : 1;
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

std::vector<std::int64_t> QuantSpec::codes(const std::vector<float>& values) const {
  std::vector<std::int64_t> result;
  result.reserve(values.size());
  for (const float value : values) result.push_back(code(double{value}));
  return result;
}

std::string QuantSpec::text() const {
  if (is_sign()) return "-1 and +1, scale 2^" + std::to_string(-frac);
  return std::to_string(bits) + " bits, scale 2^" + std::to_string(-frac) +
         (is_signed ? ", signed" : ", unsigned") + (narrow ? ", narrow, " : ", ") + mode;
}

int frac_of_scale(double scale) {
  int exponent = 0;
  if (!(scale > 0.0) || std::frexp(scale, &exponent) != 0.5) {
    throw std::runtime_error("scale " + std::to_string(scale) +
                             " is not a power of two, which the shift requantizer needs");
  }
  return 1 - exponent;
}

std::string mode_of_name(const std::string& name) {
  std::string mode = spelled_out(name);
  rounding_of_mode(mode, true);
  return mode;
}

std::string mode_one_higher(const std::string& mode) {
  const auto* const found = std::find_if(std::begin(kOneHigher), std::end(kOneHigher),
                                         [&](const OneHigher& pair) { return pair.mode == mode; });
  return found->of_one_more;
}

std::string mode_one_lower(const std::string& name) {
  const std::string mode = spelled_out(name);
  for (const OneHigher& pair : kOneHigher) {
    if (pair.of_one_more == mode) return pair.mode;
  }
  throw std::runtime_error("rounding mode " + printable(name) +
                           " is not supported, expected ROUND, HALF_UP, CEIL, DOWN or FLOOR");
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
