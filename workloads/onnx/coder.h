// SPDX-License-Identifier: Apache-2.0
// QuantSpec::code() of many values: what it works out of the quantizer is worked out once, and what
// is left is a loop that compilers vectorise.
#pragma once

#include <cstddef>

#include "workloads/onnx/quant_spec.h"

namespace dcnsim {

class Coder {
 public:
  /// `rounding`: as QuantSpec::code() takes it.
  Coder(const QuantSpec& spec, Rounding rounding);

  /// Puts codes in the place of `count` values, which may be infinite: as doubles, which hold those
  /// of up to 53 bits.
  void code(double* values, std::size_t count) const;

 private:
  QuantSpec spec_;
  Rounding rounding_;
};

}  // namespace dcnsim
