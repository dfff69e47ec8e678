// SPDX-License-Identifier: Apache-2.0
// Formats as integers, for checkpoints and digests.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "workloads/fixed_point.h"

namespace dcnsim {

/// Of the input, then of each layer's weight and output: bits, frac, is_signed, narrow; after each
/// layer its rounding. If any scale is free, behind these of each layer the output's step, the
/// count of the weights' scales and these, numbers as their bits.
std::vector<std::int64_t> packed(const NetworkFormats& formats);

/// The inverse. Throws c10::Error if the numbers are not those of `layers` layers.
NetworkFormats unpacked(const torch::Tensor& numbers, std::size_t layers);

}  // namespace dcnsim
