// SPDX-License-Identifier: Apache-2.0
// An ONNX file as a checked graph: names are unique, every tensor is provided before it is read,
// one image goes in, one result comes out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/numeric/tensor.h"
#include "workloads/onnx/proto.h"

namespace dcnsim {

/// Larger files are refused before they are read, compressed ones when they inflate to more.
inline constexpr std::size_t kMaxModelBytes = std::size_t{1} << 30;

class Graph {
 public:
  /// Throws std::runtime_error (without the file's name) if the file is no such graph.
  explicit Graph(const std::string& path);

  const std::string& name() const { return model_.graph().name(); }
  const std::string& input() const { return input_; }
  const Shape& input_shape() const { return input_shape_; }
  const std::string& output() const { return model_.graph().output(0).name(); }

  /// Nodes the output depends on, in order, without Constant nodes.
  const std::vector<const onnx::NodeProto*>& nodes() const { return nodes_; }
  /// How often a tensor is read by these nodes or delivered as the graph's output.
  int consumers(const std::string& tensor) const;
  /// The initializer or Constant node of that name, or null.
  const onnx::TensorProto* constant(const std::string& tensor) const;

 private:
  void read(const std::string& path);
  void collect_constants();
  void check_input();
  void check_nodes();
  void select_nodes();

  onnx::ModelProto model_;
  std::string input_;
  Shape input_shape_;
  std::vector<const onnx::NodeProto*> nodes_;
  std::map<std::string, int> consumers_;
  std::map<std::string, const onnx::TensorProto*> constants_;
};

/// The node's name, or its first output's where it has none.
const std::string& name_of(const onnx::NodeProto& node);

/// "node 'conv0' (Conv)".
std::string node_label(const onnx::NodeProto& node);

}  // namespace dcnsim
