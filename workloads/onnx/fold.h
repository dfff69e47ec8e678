// SPDX-License-Identifier: Apache-2.0
// Nodes that compute constants from constants: the shape arithmetic and the rearranged weights that
// exporters leave in their graphs.
#pragma once

#include <vector>

#include "workloads/onnx/attributes.h"
#include "workloads/onnx/constant.h"

namespace dcnsim {

/// Whether fold() knows the node's operator.
bool can_fold(const onnx::NodeProto& node);

/// Output of `node`; inputs it does not have are null. Arithmetic is that of doubles, or of
/// integers where the operands are. Throws std::runtime_error: operands that do not fit, and
/// results of more than `limit` elements, before they are made. Takes time for the output's
/// elements only.
Constant fold(const onnx::NodeProto& node, Attributes& attributes,
              const std::vector<const Constant*>& inputs, std::size_t limit);

}  // namespace dcnsim
