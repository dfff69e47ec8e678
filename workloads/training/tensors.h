// SPDX-License-Identifier: Apache-2.0
// Out of tensors and checkpoints.
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

namespace dcnsim {

/// The elements in order.
std::vector<float> to_floats(const torch::Tensor& tensor);

/// A tensor of a checkpoint, on the CPU. Throws c10::Error if there is none of that name.
torch::Tensor read_tensor(torch::serialize::InputArchive& archive, const std::string& name);

}  // namespace dcnsim
