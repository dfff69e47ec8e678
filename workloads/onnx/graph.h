// SPDX-License-Identifier: Apache-2.0
// An ONNX file as a checked graph: every node has a name of its own, every tensor is provided
// before it is read, one image goes in; the first of its outputs is the result. Integer operators
// are said as QDQ (integer_operators.h).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "workloads/onnx/model_file.h"
#include "workloads/onnx/proto.h"

namespace dcnsim {

class Graph {
 public:
  /// Throws std::runtime_error (without the file's name) if the file is no such graph.
  explicit Graph(const std::string& path);

  /// The graph's, or the file's where that is only its exporter's.
  const std::string& name() const { return name_; }
  const std::string& input() const { return input_->name(); }
  const onnx::TypeProto& input_type() const { return input_->type(); }
  const std::string& output() const { return proto().output(0).name(); }
  int outputs() const { return proto().output_size(); }
  /// Version of ONNX's own operators.
  std::int64_t opset() const;
  std::size_t file_bytes() const { return file_.bytes; }

  /// Nodes the output depends on, in order.
  const std::vector<const onnx::NodeProto*>& nodes() const { return nodes_; }
  /// How often a tensor's values are read by these nodes or delivered as the graph's output.
  int readers(const std::string& tensor) const;
  /// The initializer of that name, or null. Who decodes it may take it.
  onnx::TensorProto* initializer(const std::string& tensor) const;
  /// What a tensor is annotated with under `key` (quantization_annotation), or null.
  const std::string* annotation(const std::string& tensor, const std::string& key) const;
  /// What the file's metadata say under `key`; nothing if they do not.
  std::optional<std::string> metadata(const std::string& key) const;
  /// Whether a node has this name.
  bool has_node(const std::string& name) const { return names_.count(name) > 0; }

 private:
  const onnx::GraphProto& proto() const { return file_.model.graph(); }
  void check_input();
  void check_nodes();
  void name_nodes();
  void select_nodes();

  ModelFile file_;
  std::string name_;
  const onnx::ValueInfoProto* input_ = nullptr;
  std::set<std::string> names_;  ///< of all nodes
  std::vector<const onnx::NodeProto*> nodes_;
  std::map<std::string, int> readers_;
  std::map<std::string, onnx::TensorProto*> initializers_;
  std::map<std::string, const onnx::TensorAnnotation*> annotations_;  ///< the first of each tensor
};

/// Of onnxruntime's own operators.
inline constexpr char kMicrosoftDomain[] = "com.microsoft";

/// Whether it is ONNX's own domain; whether the node's operator is one of ONNX's own.
bool is_standard(const std::string& domain);
bool is_standard(const onnx::NodeProto& node);

/// The node's name, or its first output's where it has none.
const std::string& name_of(const onnx::NodeProto& node);

/// "node 'conv0' (Conv)".
std::string node_label(const onnx::NodeProto& node);

}  // namespace dcnsim
