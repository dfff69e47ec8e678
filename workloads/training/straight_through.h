// SPDX-License-Identifier: Apache-2.0
// Fixed-point values under a gradient: rounded and clamped forward, as models/numeric does, passed
// straight through backward.
#pragma once

#include <torch/torch.h>

#include "models/numeric/format.h"
#include "models/numeric/post.h"
#include "models/numeric/rounding.h"

namespace dcnsim {

/// clamp(round(x * 2^frac)) * 2^-frac, elementwise, with the output, rounding, ReLU and bounds of
/// `requant`. Gradients pass where x lies between the smallest and the largest value, and are 0
/// beyond, as a clamp's (Bengio et al. 2013, Lin et al. 2016 section 5). Equal to quantize() and
/// requantize() wherever x * 2^frac + 1/2 is exact in x's floating point.
torch::Tensor quantized(const torch::Tensor& x, const Requant& requant);
torch::Tensor quantized(const torch::Tensor& x, const Format& format, Rounding rounding);
/// The same with free scales in the place of 2^-frac: one, or some that broadcast.
torch::Tensor quantized(const torch::Tensor& x, const Requant& requant, const torch::Tensor& scale);

/// A scale for quantized() and on_grid().
torch::Tensor scale_of(const Format& format);

/// round-half-even(x / scale) * scale; all gradients pass.
torch::Tensor on_grid(const torch::Tensor& x, const torch::Tensor& scale);

}  // namespace dcnsim
