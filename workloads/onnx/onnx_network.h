// SPDX-License-Identifier: Apache-2.0
// Networks from and to ONNX files. Float networks are plain ONNX; fixed-point networks carry QONNX
// Quant nodes on the input, on every weight and bias, and after every layer.
#pragma once

#include <string>
#include <variant>

#include "workloads/network.h"

namespace dcnsim {

/// Reads a network: FixedNetwork if it has Quant nodes, else FloatNetwork. Operators: Conv,
/// BatchNormalization (folded), Relu, MaxPool, AveragePool, GlobalAveragePool, Gemm, MatMul + Add,
/// Flatten, Reshape, Add (residual), Identity/Dropout (ignored), Quant. Anything else throws
/// std::runtime_error: file, node name, operator. So do malformed files, shapes and initializers.
std::variant<FloatNetwork, FixedNetwork> load_network(const std::string& path);

/// Writes QONNX (opset 13 + domain qonnx.custom_op.general). Reading it back gives an equal
/// network. The file appears whole or not at all. Throws std::runtime_error if it cannot be written.
void save_network(const FixedNetwork& network, const std::string& path);

}  // namespace dcnsim
