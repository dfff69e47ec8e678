// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/quant_spec.h"

#include <algorithm>
#include <cctype>
#include <charconv>
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

/// Sums of codes, and of codes and kShift, are exact up to this width.
constexpr int kExactBits = 50;
/// Between 2^52 and 2^53 doubles are the integers: adding this rounds to even, as doubles do.
constexpr double kShift = 0x1.8p52;

/// Scales are float32 in files.
std::string shortest(double scale) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, std::end(buffer), static_cast<float>(scale)).ptr};
}

/// In capitals, HALF_EVEN as ROUND.
std::string spelled_out(std::string mode) {
  for (char& c : mode) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return mode == "HALF_EVEN" ? "ROUND" : mode;
}

}  // namespace

void QuantSpec::set_scale(double scale) {
  if (!(scale > 0) || std::isinf(scale)) {
    throw std::runtime_error("scale " + std::to_string(scale) + " is not a positive number");
  }
  int exponent = 0;
  const bool is_power_of_two = std::frexp(scale, &exponent) == 0.5;
  frac = is_power_of_two && std::abs(1 - exponent) <= kMaxFrac ? 1 - exponent : 0;
  step = std::ldexp(scale, frac);
}

double QuantSpec::scale() const { return std::ldexp(step, -frac); }

void QuantSpec::set_zero_point(double value) {
  zero_point = 0;
  if (value == 0 || (is_signed_bit() && value == 1)) return;
  const auto low = static_cast<double>(min_code()), high = static_cast<double>(max_code());
  if (!(value >= low && value <= high) || std::trunc(value) != value || bits > 32) {
    throw std::runtime_error("zero point " + std::to_string(value) + " is no code, from " +
                             std::to_string(min_code()) + " to " + std::to_string(max_code()));
  }
  zero_point = static_cast<std::int32_t>(value);
}

void QuantSpec::hold(double low, double high) {
  if (is_sign()) return;
  if (low < 0 && !is_signed) {
    is_signed = true;
    narrow = false;
  }
  if (low >= static_cast<double>(min_code()) && high <= static_cast<double>(max_code())) return;
  narrow = false;
  while (low < static_cast<double>(min_code()) || high > static_cast<double>(max_code())) ++bits;
}

std::int64_t QuantSpec::min_code() const {
  return is_signed ? -(std::int64_t{1} << (bits - 1)) + (narrow ? 1 : 0) : 0;
}

std::int64_t QuantSpec::max_code() const {
  const std::int64_t one = 1;
  return is_signed ? (one << (bits - 1)) - 1 : (one << bits) - 1 - (narrow ? 1 : 0);
}

Format QuantSpec::format() const {
  const Format format{bits, frac, is_signed, narrow, zero_point};
  try {
    validate(format);
  } catch (const std::invalid_argument& error) {
    throw std::runtime_error(error.what());
  }
  return format;
}

Rounding QuantSpec::rounding(bool non_negative) const {
  if (!adds_zero_first || zero_point == 0) {
    return rounding_of_mode(mode, non_negative || is_non_negative());
  }
  const bool is_about_zero = mode == "HALF_UP" || mode == "DOWN";
  if (is_about_zero && is_signed) {
    throw std::runtime_error("rounding mode " + mode +
                             " with a zero point rounds signed codes about 0 and not about the "
                             "zero point, which no layer here does; ROUND or FLOOR would do");
  }
  return mode == "DOWN" ? Rounding::kFloor : rounding_of_mode(mode, true);
}

bool QuantSpec::rounds_halves_to_odd() const {
  return adds_zero_first && zero_point % 2 != 0 && mode == "ROUND";
}

Rounding QuantSpec::code_rounding() const {
  return adds_zero_first ? rounding_of_mode(mode, !is_signed) : rounding(false);
}

std::int64_t QuantSpec::code(double value, Rounding rounding) const {
  if (is_sign()) return value < 0 ? -1 : 1;
  const std::int64_t low = min_code(), high = max_code();
  const double steps = std::ldexp(value / step, frac);
  const double rounded = adds_zero_first ? round_to_integer(steps + zero_point, rounding)
                                         : round_to_integer(steps, rounding) + zero_point;
  // Compared as doubles first: the conversion of a larger one is undefined.
  if (rounded >= static_cast<double>(high)) return high;
  if (rounded <= static_cast<double>(low)) return low;
  return static_cast<std::int64_t>(rounded);
}

void QuantSpec::put_codes(double* values, std::size_t count, Rounding rounding) const {
  if (is_sign() || bits > kExactBits) {
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = static_cast<double>(code(values[i], rounding));
    }
    return;
  }
  const double unit = step, factor = std::ldexp(1.0, frac), zero = zero_point;
  const double before = adds_zero_first ? zero : 0, after = zero - before;
  const double low = static_cast<double>(min_code()) - after;
  const double high = static_cast<double>(max_code()) - after;
  // Limits are integers, which no rounding moves or passes: so they may come before it.
  const auto limited = [=](double value) {
    const double steps = value / unit * factor + before;
    const double above = steps > low ? steps : low;
    return above < high ? above : high;
  };
  if (rounding == Rounding::kHalfEven) {
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = limited(values[i]) + kShift - kShift + after;
    }
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = round_to_integer(limited(values[i]), rounding) + after;
    }
  }
}

std::string QuantSpec::text() const {
  const std::string scale_text =
      "scale " + (step == 1 ? "2^" + std::to_string(-frac) : shortest(step));
  if (is_sign()) return "-1 and +1, " + scale_text;
  return std::to_string(bits) + " bits, " + scale_text +
         (zero_point == 0 ? "" : ", zero point " + std::to_string(zero_point)) +
         (is_signed ? ", signed" : ", unsigned") + (narrow ? ", narrow, " : ", ") + mode;
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
      return "FLOOR";
    case Rounding::kTwice:
      break;
  }
  throw std::runtime_error("rounding twice, as TFLite does, has no QONNX rounding mode");
}

}  // namespace dcnsim
