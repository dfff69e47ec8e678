// SPDX-License-Identifier: Apache-2.0
#include "workloads/pixel_table.h"

#include <algorithm>
#include <cstddef>

#include "models/numeric/rounding.h"

namespace dcnsim {
namespace {

double squared_error(const std::vector<double>& numbers, const Format& format) {
  double sum = 0;
  for (const double number : numbers) {
    const double error = number - dequantize(quantize(number, format), format);
    sum += error * error;
  }
  return sum;
}

}  // namespace

std::vector<double> pixel_table(const InputConvention& convention, int channels) {
  const PixelConvention pixels = convention.pixels.value_or(PixelConvention{});
  pixels.require_channels(channels);
  std::vector<double> table;
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    for (int pixel = 0; pixel < kPixelValues; ++pixel) {
      table.push_back(apply(convention.chain, pixels.value(c, pixel), c));
    }
  }
  return table;
}

Format format_of_pixels(const std::vector<double>& table, int bits) {
  const bool is_signed = std::any_of(table.begin(), table.end(), [](double x) { return x < 0; });
  Format best{bits, 0, is_signed, false};
  double least = squared_error(table, best);
  for (int frac = -kMaxFrac; frac <= kMaxFrac; ++frac) {
    const Format format{bits, frac, is_signed, false};
    const double error = squared_error(table, format);
    if (error >= least) continue;
    least = error;
    best = format;
  }
  return best;
}

}  // namespace dcnsim
