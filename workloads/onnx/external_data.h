// SPDX-License-Identifier: Apache-2.0
// Tensors whose data lies in files beside the model, as PyTorch's exporter writes large ones.
#pragma once

#include <filesystem>
#include <string>

#include "workloads/onnx/proto.h"

namespace dcnsim {

bool is_external(const onnx::TensorProto& tensor);

/// Where such a tensor of the model at `model_path` says that its data is; not trusted.
std::filesystem::path external_path(const std::string& model_path, const onnx::TensorProto& tensor);

/// Reads such data into the tensors themselves. A model is not trusted: it reaches only regular
/// files in its own folder and below, and `limit` bytes in all.
class ExternalData {
 public:
  ExternalData(const std::string& model_path, std::size_t limit);

  /// Does nothing for a tensor that holds its data itself. Throws std::runtime_error naming the
  /// tensor and the file.
  void load(onnx::TensorProto& tensor);

  std::size_t bytes_read() const { return bytes_read_; }

 private:
  std::filesystem::path resolved(const std::string& location) const;

  std::filesystem::path folder_;
  std::size_t limit_;
  std::size_t bytes_read_ = 0;
};

}  // namespace dcnsim
