// SPDX-License-Identifier: Apache-2.0
// The folds (fold.h) that compute or pick elements.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "workloads/onnx/attributes.h"
#include "workloads/onnx/constant.h"

namespace dcnsim {

/// A node all of whose inputs are constants.
struct FoldedNode {
  const onnx::NodeProto& proto;
  Attributes& attributes;
  const std::vector<const Constant*>& inputs;
  std::size_t limit;

  bool has(std::size_t index) const { return index < inputs.size() && inputs[index] != nullptr; }
  const Constant& operand(std::size_t index) const {
    if (!has(index)) throw std::runtime_error("has no input " + std::to_string(index));
    return *inputs[index];
  }
  /// `count`, if so many elements may be made.
  std::size_t bounded(std::size_t count) const {
    if (count > limit) {
      throw std::runtime_error("computes a constant of " + std::to_string(count) +
                               " elements, more than this file's share of memory");
    }
    return count;
  }
};

/// The elements as numpy broadcasts them to `dims`. Throws std::runtime_error if they do not fit.
Broadcast broadcast_values(const Constant& constant, const Dims& dims);

Constant fold_arithmetic(const FoldedNode& node);  ///< Add, Sub, ..., with broadcasting
Constant fold_function(const FoldedNode& node);    ///< of single elements: Neg, Sqrt, ...
Constant fold_where(const FoldedNode& node);
Constant fold_expand(const FoldedNode& node);
Constant fold_concat(const FoldedNode& node);
Constant fold_gather(const FoldedNode& node);
Constant fold_slice(const FoldedNode& node);
Constant fold_transpose(const FoldedNode& node);
Constant fold_product(const FoldedNode& node);  ///< ReduceProd over all elements

}  // namespace dcnsim
