// SPDX-License-Identifier: Apache-2.0
// What nodes do to the dimensions of a tensor without touching the order of its elements, and which
// dimensions their axes mean: the same for constants and for feature maps.
#pragma once

#include <optional>

#include "workloads/onnx/attributes.h"
#include "workloads/onnx/view.h"

namespace dcnsim {

/// Negative axes count from the end. Throws std::runtime_error if there is no such axis.
std::size_t axis_of(std::int64_t axis, std::size_t rank);

/// The axes of a node: attribute `axes`, or since some opset an input (null: none was given).
std::vector<std::int64_t> axes_of(Attributes& attributes, const Dims* input);

Dims flattened(const Dims& dims, std::int64_t axis);
/// `target` as Reshape has it: 0 keeps a dimension (unless `allow_zero`), -1 takes what is left.
/// Throws std::runtime_error if the number of elements changes.
Dims reshaped(const Dims& dims, const Dims& target, bool allow_zero);
/// Without `axes`, whose extent must be 1; no axes mean all of extent 1.
Dims squeezed(const Dims& dims, const std::vector<std::int64_t>& axes);
Dims unsqueezed(const Dims& dims, const std::vector<std::int64_t>& axes);

/// What a Shape node delivers: all dimensions, or those from attribute `start` to before `end`.
Dims shape_values(Attributes& attributes, const Dims& dims);

/// Whether the operator does nothing but what the functions above do, or nothing at all.
bool keeps_order(const onnx::NodeProto& node);
/// Whether its second input is dimensions or axes.
bool takes_dims(const onnx::NodeProto& node);
/// The dimensions after such a node. `argument`: what it takes, where that is a constant.
Dims dims_after(const onnx::NodeProto& node, Attributes& attributes, const Dims& dims,
                const Dims* argument);

/// What a Slice node takes; `axes` and `steps` may be fewer.
struct SliceAmounts {
  Dims starts, ends, axes, steps;
};
/// Of one dimension so many elements from `first` on, each `step` behind the one before.
struct AxisSteps {
  std::int64_t first, count, step;
};
/// What a Slice leaves of each dimension.
std::vector<AxisSteps> axis_steps(SliceAmounts amounts, const Dims& dims);

/// The dimension that each dimension of a Transpose's output was.
std::vector<std::size_t> permutation(Attributes& attributes, std::size_t rank);

}  // namespace dcnsim
