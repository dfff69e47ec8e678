// SPDX-License-Identifier: Apache-2.0
// FINN's networks have plain numbers where QONNX has Quant nodes; annotations of tensors
// ("finn_datatype": github.com/Xilinx/qonnx, core/datatype.py) say which integers they are.
#pragma once

#include <optional>
#include <string>

#include "workloads/onnx/constant.h"
#include "workloads/onnx/quant_spec.h"

namespace dcnsim {

/// Under which FINN annotates.
inline constexpr char kIntegerAnnotation[] = "finn_datatype";

/// Of BIPOLAR, BINARY, TERNARY, INT<n> and UINT<n>; nothing of FLOAT<n>. Throws std::runtime_error:
/// another name, or more bits than a bias may have.
std::optional<QuantSpec> integers_of_annotation(const std::string& datatype);

/// Makes the constant one of these integers, as a Quant node of scale 1 would. Throws
/// std::runtime_error if it holds another number.
void hold_integers(Constant& constant, const QuantSpec& integers);

}  // namespace dcnsim
