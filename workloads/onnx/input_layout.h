// SPDX-License-Identifier: Apache-2.0
// What the dimensions of a graph's input are: N x C x H x W, or whatever order its first Transpose
// says; pixels x channels; a vector.
#pragma once

#include "workloads/onnx/graph.h"
#include "workloads/onnx/view.h"

namespace dcnsim {

struct InputLayout {
  Shape shape;
  View view;
};

/// Throws std::runtime_error naming the input: an element type that is no number, symbolic or
/// impossible dimensions, more than one image at a time.
InputLayout input_layout(const Graph& graph);

}  // namespace dcnsim
