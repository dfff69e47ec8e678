// SPDX-License-Identifier: Apache-2.0
// Distribution of a tensor's values, gathered in one pass in bounded memory, whatever their range:
// 128 bins to each octave of magnitude, of either sign. From it follows the quantization error of
// any format, so one calibration serves every width.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "models/numeric/format.h"

namespace dcnsim {

class Histogram {
 public:
  Histogram();

  /// All that it holds, to be kept in files.
  struct Contents {
    std::vector<std::pair<std::uint32_t, std::uint64_t>> counts;  ///< rising bins that have values
    std::uint64_t zeros = 0;
    double signal = 0, fourth = 0, largest = 0;
  };
  Contents contents() const;
  /// Equal to the one whose contents these are. Throws std::invalid_argument: a bin that is none.
  explicit Histogram(const Contents& contents);

  /// Values must be finite.
  void add(const std::vector<float>& values);
  /// What the other has been given.
  void add(const Histogram& other);

  /// Sum of squares of all values, exact but for rounding of the sum.
  double signal() const { return signal_; }
  bool has_negative() const;
  /// Values other than zero: zeros are exact in every format and count for nothing here, but in
  /// zero_fraction().
  std::uint64_t count() const { return count_; }
  std::uint64_t zeros() const { return zeros_; }
  /// Of all values, those that are the code 0 in the format: zeros, values nearer to 0 than to the
  /// next code (a bin's spread evenly over it) and negative ones in an unsigned format. 0 if there
  /// are no values. `step`: as of noise().
  double zero_fraction(const Format& format, double step = 1) const;
  /// sum x^4 * count / (sum x^2)^2 over these: 1.8 uniform, 3 Gaussian, 6 Laplacian. 0 if there are
  /// none.
  double kurtosis() const;

  /// `count` values with magnitudes from `from` to `to`, of one sign.
  struct Bin {
    bool is_negative;
    double from, to;
    std::uint64_t count;
  };
  /// All bins with values, those of each sign by rising magnitude.
  std::vector<Bin> bins() const;
  double largest_magnitude() const { return largest_; }

  /// Sum of (x - q(x))^2 for rounding to nearest, taking the values of a bin (1/128 of an octave)
  /// as spread evenly over it. Computed in a fixed order: equal on every machine.
  /// `step`: the codes' step is that times the format's.
  double noise(const Format& format, double step = 1) const;
  /// The part of it that comes from values beyond the format's range.
  double clipping(const Format& format, double step = 1) const;

 private:
  std::vector<std::uint64_t> counts_;  ///< by the upper 16 bits of the float
  std::uint64_t count_ = 0;
  std::uint64_t zeros_ = 0;
  double signal_ = 0;
  double fourth_ = 0;  ///< sum of x^4
  double largest_ = 0;
};

}  // namespace dcnsim
