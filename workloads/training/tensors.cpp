// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/tensors.h"

namespace dcnsim {

std::vector<float> to_floats(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.to(torch::kCPU, torch::kFloat).contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

torch::Tensor read_tensor(torch::serialize::InputArchive& archive, const std::string& name) {
  torch::Tensor tensor;
  archive.read(name, tensor);
  return tensor.to(torch::kCPU);
}

}  // namespace dcnsim
