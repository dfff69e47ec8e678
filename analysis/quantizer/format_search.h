// SPDX-License-Identifier: Apache-2.0
// The number of fractional bits with the least squared error at a given width.
#pragma once

#include <string>
#include <vector>

#include "analysis/quantizer/histogram.h"
#include "models/numeric/format.h"

namespace dcnsim {

/// A format and the tensor's energy and error in it.
struct FormatChoice {
  Format format;
  double signal = 0;  ///< sum x^2
  double noise = 0;   ///< sum (x - q(x))^2
  double step = 1;    ///< where the scale is no power of two: it is that of the format times this

  /// Of its codes.
  double scale() const;
  /// 10 log10(signal / noise); infinite if the format is exact.
  double sqnr_db() const;
  /// noise / signal; 0 if the format is exact.
  double noise_to_signal() const { return noise == 0 ? 0 : noise / signal; }
};

/// "s8.5", or "s8.5 x 1.234" with the step of a free scale.
std::string to_string(const FormatChoice& choice);

/// The best of all n for rounding half to even, on the exact values (finite); the smallest n of
/// equals, n = 0 if all values are zero.
FormatChoice best_format(const std::vector<float>& values, int bits, bool is_signed);

/// The same on a distribution.
FormatChoice best_format(const Histogram& histogram, int bits, bool is_signed);

/// `choice` with the free scale, within an octave of its own on either side, that has the least
/// squared error; one of 32 an octave, which float32 holds.
FormatChoice with_free_scale(const FormatChoice& choice, const std::vector<float>& values);
FormatChoice with_free_scale(const FormatChoice& choice, const Histogram& histogram);

/// Weights as -1 and +1: of powers of two the one nearest to their mean magnitude, which is the
/// scale with the least squared error (that falls and rises like a square around the mean).
FormatChoice sign_format(const std::vector<float>& weights);

/// The values that `format` holds in their place, rounded half to even.
std::vector<float> as_held(const std::vector<float>& values, const Format& format);
/// The same with scales in the place of the format's, one for each of as many equal parts.
std::vector<float> as_held(const std::vector<float>& values, Format format,
                           const std::vector<double>& scales);

/// What `format` makes of exact values, or of a distribution.
FormatChoice format_choice(const std::vector<float>& values, const Format& format);
FormatChoice format_choice(const Histogram& histogram, const Format& format);

}  // namespace dcnsim
