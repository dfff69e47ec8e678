// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/integer_annotation.h"

#include <charconv>
#include <cmath>
#include <stdexcept>

#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

/// What follows `prefix`, as a number of bits; 0 if that is none.
int bits_behind(const std::string& datatype, const std::string& prefix) {
  if (datatype.rfind(prefix, 0) != 0) return 0;
  int bits = 0;
  const char* const end = datatype.data() + datatype.size();
  const auto [last, error] = std::from_chars(datatype.data() + prefix.size(), end, bits);
  return error == std::errc() && last == end ? bits : 0;
}

}  // namespace

std::optional<QuantSpec> integers_of_annotation(const std::string& datatype) {
  if (datatype == "BIPOLAR") return QuantSpec{1, 0, true, true};
  if (datatype == "BINARY") return QuantSpec{1, 0, false, false};
  if (datatype == "TERNARY") return QuantSpec{2, 0, true, true};
  if (bits_behind(datatype, "FLOAT") > 0) return std::nullopt;
  for (const bool is_signed : {true, false}) {
    const int bits = bits_behind(datatype, is_signed ? "INT" : "UINT");
    if (bits >= (is_signed ? 2 : 1) && bits <= kMaxQuantBits) {
      return QuantSpec{bits, 0, is_signed, false};
    }
  }
  throw std::runtime_error("is annotated as '" + printable(datatype) +
                           "', expected BIPOLAR, BINARY, TERNARY, INT<bits> or UINT<bits>");
}

void hold_integers(Constant& constant, const QuantSpec& integers) {
  const auto low = static_cast<double>(integers.min_code()),
             high = static_cast<double>(integers.max_code());
  constant.values.for_each([&](double value) {
    const bool is_code = integers.is_sign()
                             ? std::abs(value) == 1
                             : value == std::rint(value) && value >= low && value <= high;
    if (!is_code) {
      throw std::runtime_error("is annotated as " + integers.text() + ", but holds " +
                               std::to_string(value));
    }
  });
  constant.quant = integers;
}

}  // namespace dcnsim
