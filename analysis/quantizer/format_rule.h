// SPDX-License-Identifier: Apache-2.0
// Rules for the number of fractional bits n of a tensor at a width.
#pragma once

#include <string_view>

#include "analysis/quantizer/format_search.h"

namespace dcnsim {

/// The closed forms take s = xi * step(bits): the tensor's effective standard deviation times the
/// optimal step for a Gaussian (Lin, Talathi and Annapureddy 2016, section 3; of |x| for one-sided
/// tensors). Published forms of the paper's rule differ in how log2 s becomes an integer.
enum class FormatRule {
  kMinimumError,  ///< the least squared error over the tensor's own values
  kPaper,         ///< n = -ceil(log2 s)
  kNearest,       ///< n = round(-log2 s)
  kFiner          ///< n = ceil(-log2 s)
};

/// "min-error", "paper", "nearest", "finer".
std::string_view to_string(FormatRule rule);

/// n of a closed form for a step s > 0, clamped to +-kMaxFrac; not for kMinimumError.
int fractional_bits(FormatRule rule, double step);

/// The format by the rule and its error on the values, which must be finite; n = 0 if all are zero.
FormatChoice choose_format(FormatRule rule, const std::vector<float>& values, int bits,
                           bool is_signed);
FormatChoice choose_format(FormatRule rule, const Histogram& histogram, int bits, bool is_signed);

}  // namespace dcnsim
