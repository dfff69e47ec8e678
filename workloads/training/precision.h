// SPDX-License-Identifier: Apache-2.0
// In which numbers a training convolves. Weights, gradients of weights and everything that is not
// a convolution stay in float32 whatever is chosen.
#pragma once

#include <torch/torch.h>

#include <optional>
#include <string>

namespace dcnsim {

enum class Precision { kFloat32, kBFloat16 };

/// "float32", "bfloat16".
const char* to_string(Precision precision);

/// Of the words above; "auto" is bfloat16 where the processor multiplies it itself (AVX512_BF16)
/// and float32 elsewhere, where bfloat16 would be far slower. None for other words.
std::optional<Precision> precision_named(const std::string& word);

/// What the operands of a convolution are rounded to, and its sums.
torch::ScalarType tensor_type(Precision precision);

}  // namespace dcnsim
