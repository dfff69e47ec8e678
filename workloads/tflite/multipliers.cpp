// SPDX-License-Identifier: Apache-2.0
#include "workloads/tflite/multipliers.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace dcnsim::tflite {
namespace {

constexpr int kBits = 31;

}  // namespace

Scale multiplier_of(double ratio) {
  if (!(ratio > 0) || ratio >= std::ldexp(1.0, kBits)) {
    throw std::runtime_error("its scales have a ratio of " + std::to_string(ratio) +
                             ", expected more than 0 and less than 2^31");
  }
  int exponent = 0;
  const double fraction = std::frexp(ratio, &exponent);  // ratio = fraction * 2^exponent
  auto multiplier = static_cast<std::int64_t>(std::round(std::ldexp(fraction, kBits)));
  if (multiplier >> kBits != 0) {
    multiplier /= 2;
    ++exponent;
  }
  if (exponent < -kBits) return {0, kBits};
  return {static_cast<std::uint32_t>(multiplier), kBits - exponent};
}

Scale mean_multiplier(double ratio, std::int64_t count) {
  const Scale whole = multiplier_of(ratio);
  int room = 0;
  while (count >> (room + 1) > 0) ++room;
  // Not so far that the shift would leave the range of those of other multipliers.
  room = std::min({room, 32, 2 * kBits - whole.shift});
  const std::int64_t multiplier = (std::int64_t{whole.multiplier} << room) / count;
  return {static_cast<std::uint32_t>(multiplier), whole.shift + room};
}

void set_add_multipliers(double scale, double scale2, double out_scale, Requant& requant) {
  const double common = 2 * std::max(scale, scale2);
  const Scale first = multiplier_of(scale / common), second = multiplier_of(scale2 / common);
  const double ratio = common / ((1 << kAddLeftShift) * out_scale);
  if (!(ratio < 1)) {
    throw std::runtime_error("its output's scale is too fine for TFLite's addition");
  }
  const Scale sum = multiplier_of(ratio);
  if (sum.multiplier == 0) throw std::runtime_error("its output's scale leaves nothing of a sum");
  requant.multiplier = first.multiplier;
  requant.operand_shift = first.shift;
  requant.multiplier2 = second.multiplier;
  requant.operand2_shift = second.shift;
  requant.sum_multiplier = sum.multiplier;
  requant.shift = sum.shift;
}

std::int64_t bound_code(float bound, float scale, std::int32_t zero_point) {
  const float steps = std::round(bound / scale);
  constexpr float kFar = 1 << 20;  // beyond all codes
  return zero_point + static_cast<std::int64_t>(std::clamp(steps, -kFar, kFar));
}

}  // namespace dcnsim::tflite
