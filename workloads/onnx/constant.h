// SPDX-License-Identifier: Apache-2.0
// Constant tensors of an ONNX graph, checked and converted from their several encodings.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "workloads/onnx/proto.h"
#include "workloads/onnx/quant_spec.h"

namespace dcnsim {

/// A float tensor, with the Quant node it went through, if any (values are those before it).
struct Constant {
  std::vector<std::int64_t> dims;
  std::vector<float> values;
  std::optional<QuantSpec> quant;
};

/// Throw std::runtime_error: another element type, dimensions that do not match the data, external
/// data, values that are not finite numbers.
Constant float_constant(const onnx::TensorProto& tensor);
std::vector<std::int64_t> integer_constant(const onnx::TensorProto& tensor);

/// The value of a tensor with a single element.
float scalar(const Constant& constant);

/// The codes that the constant's Quant node makes of it. Requires `quant`.
std::vector<std::int64_t> codes(const Constant& constant);

}  // namespace dcnsim
