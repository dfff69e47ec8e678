// SPDX-License-Identifier: Apache-2.0
// Networks from and to ONNX files. Float networks are plain ONNX; fixed-point networks carry QONNX
// Quant nodes on the input, on every weight and bias, and after every layer.
#pragma once

#include <string>
#include <variant>

#include "workloads/network.h"

namespace dcnsim {

/// Reads a network: FixedNetwork if it has Quant nodes, else FloatNetwork. Operators: Conv,
/// BatchNormalization (folded), Relu, MaxPool, AveragePool, GlobalAveragePool, GlobalMaxPool, Gemm,
/// MatMul + Add, Flatten, Reshape (flattening), Add (residual), Identity/Dropout (ignored), Quant.
/// Anything else throws std::runtime_error: file, node name, operator. So do malformed files,
/// shapes and initializers. What the output does not depend on is left out.
///
/// In fixed-point networks the image, every weight, bias and layer output goes through a Quant node
/// of power-of-two scale and zero point 0; a max pool without one keeps its input's format. A bias
/// on a coarser grid than the accumulator's is brought to it; a finer one is an error. Rounding
/// modes: ROUND is half to even, HALF_UP half away from zero (which is half up where nothing is
/// negative), DOWN towards zero, FLOOR down.
///
/// The file may be gzip-compressed, whatever its name; it has at most kMaxModelBytes (graph.h), as
/// it is and inflated.
std::variant<FloatNetwork, FixedNetwork> load_network(const std::string& path);

/// The same where only a float network will do; throws std::runtime_error for one in fixed point.
FloatNetwork load_float_network(const std::string& path);

/// Writes plain ONNX (opset 13). Reading it back gives an equal network, every number bit for bit,
/// if its max pools are fused where load_network fuses them. The file appears whole or not at all;
/// it is gzip-compressed if its name ends in .gz. Equal networks give equal bytes (with one version
/// of zlib). Throws std::runtime_error if the network is not valid, a number not finite, or the
/// file cannot be written.
void save_network(const FloatNetwork& network, const std::string& path);

/// The same in QONNX (and domain qonnx.custom_op.general). Also throws for what ONNX cannot say:
/// half-up rounding of a signed output without ReLU, a bias code that is not a float32 number.
void save_network(const FixedNetwork& network, const std::string& path);

}  // namespace dcnsim
