// SPDX-License-Identifier: Apache-2.0
// QOperator files: integer operators (QLinearConv, QGemm, ...) said as QDQ says them.
#pragma once

#include <set>
#include <string>

#include "workloads/onnx/proto.h"

namespace dcnsim {

/// Replaces each by DequantizeLinear nodes, the operator on real numbers, which keeps the name, and
/// a QuantizeLinear; a bias by a DequantizeLinear of the operands' scales. `names`: of all nodes,
/// which must have one; those of new nodes are added. Throws std::runtime_error naming the node if
/// operands are missing.
void expand_integer_operators(onnx::GraphProto& graph, std::set<std::string>& names);

}  // namespace dcnsim
