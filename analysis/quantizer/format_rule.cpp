// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/format_rule.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "analysis/quantizer/density_fit.h"
#include "analysis/quantizer/quantizer_design.h"

namespace dcnsim {
namespace {

Format closed_form(FormatRule rule, const Histogram& histogram, int bits, bool is_signed) {
  Format format{bits, 0, is_signed, false};
  const double deviation = effective_deviation(histogram);
  if (deviation == 0) return format;
  const Levels levels = is_signed ? Levels::kMidRise : Levels::kUnsigned;
  const double step = design_quantizer(Density::kGaussian, levels, bits).step;
  format.frac = fractional_bits(rule, deviation * step);
  return format;
}

}  // namespace

std::string_view to_string(FormatRule rule) {
  switch (rule) {
    case FormatRule::kMinimumError:
      return "min-error";
    case FormatRule::kPaper:
      return "paper";
    case FormatRule::kNearest:
      return "nearest";
    case FormatRule::kFiner:
      return "finer";
  }
  return "";
}

int fractional_bits(FormatRule rule, double step) {
  assert(rule != FormatRule::kMinimumError && step > 0);
  const double log = std::log2(step);
  const double n = rule == FormatRule::kPaper     ? -std::ceil(log)
                   : rule == FormatRule::kNearest ? std::round(-log)
                                                  : std::ceil(-log);
  return static_cast<int>(std::clamp<double>(n, -kMaxFrac, kMaxFrac));
}

FormatChoice choose_format(FormatRule rule, const std::vector<float>& values, int bits,
                           bool is_signed) {
  if (rule == FormatRule::kMinimumError) return best_format(values, bits, is_signed);
  Histogram histogram;
  histogram.add(values);
  return format_choice(values, closed_form(rule, histogram, bits, is_signed));
}

FormatChoice choose_format(FormatRule rule, const Histogram& histogram, int bits, bool is_signed) {
  if (rule == FormatRule::kMinimumError) return best_format(histogram, bits, is_signed);
  return format_choice(histogram, closed_form(rule, histogram, bits, is_signed));
}

}  // namespace dcnsim
