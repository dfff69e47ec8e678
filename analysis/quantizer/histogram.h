// SPDX-License-Identifier: Apache-2.0
// Distribution of a tensor's values, gathered in one pass in bounded memory, whatever their range:
// 128 bins to each octave of magnitude, of either sign. From it follows the quantization error of
// any format, so one calibration serves every width.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/numeric/format.h"

namespace dcnsim {

class Histogram {
 public:
  Histogram();

  /// Values must be finite.
  void add(const std::vector<float>& values);

  /// Sum of squares of all values, exact but for rounding of the sum.
  double signal() const { return signal_; }
  bool has_negative() const;
  double largest_magnitude() const { return largest_; }

  /// Sum of (x - q(x))^2 for rounding to nearest, taking the values of a bin (1/128 of an octave)
  /// as spread evenly over it. Computed in a fixed order: equal on every machine.
  double noise(const Format& format) const;
  /// The part of it that comes from values beyond the format's range.
  double clipping(const Format& format) const;

 private:
  std::vector<std::uint64_t> counts_;  ///< by the upper 16 bits of the float
  double signal_ = 0;
  double largest_ = 0;
};

}  // namespace dcnsim
