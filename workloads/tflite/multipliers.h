// SPDX-License-Identifier: Apache-2.0
// The integers that TFLite makes of a file's scales, by the rules of its reference kernels: they
// are part of what a quantized network computes.
#pragma once

#include <cstdint>

#include "models/numeric/post.h"

namespace dcnsim::tflite {

/// The multiplier of 31 bits, rounded half up, and shift of a ratio of scales; 0 of one that is
/// less than 2^-32. Throws std::runtime_error if it is not positive or 2^31 and more.
Scale multiplier_of(double ratio);

/// The same of a sum over `count` codes of which a mean is made: `ratio` is that of the scales, and
/// the multiplier is divided by the count, towards zero.
Scale mean_multiplier(double ratio, std::int64_t count);

/// Of an addition: into `requant` the multipliers and shifts of both operands and their sum.
/// Throws std::runtime_error if the output's scale is out of range of them.
void set_add_multipliers(double scale, double scale2, double out_scale, Requant& requant);

/// The code that a bound of an activation becomes: divided and rounded half away from zero in
/// single precision, not clamped to the codes.
std::int64_t bound_code(float bound, float scale, std::int32_t zero_point);

}  // namespace dcnsim::tflite
