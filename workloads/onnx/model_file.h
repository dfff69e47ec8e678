// SPDX-License-Identifier: Apache-2.0
// The bytes of an ONNX file and of the files beside it, as one protobuf message.
#pragma once

#include <string>

#include "workloads/onnx/proto.h"

namespace dcnsim {

/// Larger files are refused before they are read, compressed ones when they inflate to more; so is
/// a model whose external data has more in all.
inline constexpr std::size_t kMaxModelBytes = std::size_t{1} << 30;

struct ModelFile {
  onnx::ModelProto model;  ///< all tensors hold their own data
  std::size_t bytes = 0;   ///< of the file, inflated, and its external data
};

/// Throws std::runtime_error (without the file's name) if the file is no model, is of an opset
/// before 7, or keeps data where it cannot be read: external data must lie in the model's folder.
ModelFile read_model(const std::string& path);

}  // namespace dcnsim
