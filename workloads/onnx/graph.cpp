// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/graph.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "models/base/text/printable.h"
#include "workloads/onnx/integer_operators.h"

namespace dcnsim {
namespace {

std::string in_quotes(const std::string& name) { return "'" + printable(name) + "'"; }

/// Of the file, without folder, .gz and .onnx.
std::string stem(const std::filesystem::path& path) {
  return (path.extension() == ".gz" ? path.stem() : path).stem().string();
}

/// What exporters call every graph.
bool is_exporters(const std::string& name) {
  static const std::set<std::string> names{"", "main_graph", "tf2onnx", "torch-jit-export",
                                           "torch_jit"};
  return names.count(name) > 0;
}

}  // namespace

const std::string& name_of(const onnx::NodeProto& node) {
  static const std::string unnamed = "unnamed";
  if (!node.name().empty()) return node.name();
  return node.output_size() > 0 ? node.output(0) : unnamed;
}

std::string node_label(const onnx::NodeProto& node) {
  return "node " + in_quotes(name_of(node)) + " (" + printable(node.op_type()) + ")";
}

bool is_standard(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

bool is_standard(const onnx::NodeProto& node) { return is_standard(node.domain()); }

Graph::Graph(const std::string& path)
    : file_(read_model(path)), name_(is_exporters(proto().name()) ? stem(path) : proto().name()) {
  for (onnx::TensorProto& tensor : *file_.model.mutable_graph()->mutable_initializer()) {
    if (!initializers_.emplace(tensor.name(), &tensor).second) {
      throw std::runtime_error("tensor " + in_quotes(tensor.name()) + " is defined twice");
    }
  }
  for (const onnx::TensorAnnotation& annotation : proto().quantization_annotation()) {
    annotations_.emplace(annotation.tensor_name(), &annotation);
  }
  check_input();
  check_nodes();
  expand_integer_operators(*file_.model.mutable_graph(), names_);
  select_nodes();
}

void Graph::check_input() {
  for (const onnx::ValueInfoProto& input : proto().input()) {
    // Old files list initializers among the inputs.
    if (initializers_.count(input.name()) > 0) continue;
    if (input_ != nullptr) {
      throw std::runtime_error("has more than one input: " + in_quotes(input_->name()) + " and " +
                               in_quotes(input.name()));
    }
    input_ = &input;
  }
  if (input_ == nullptr) throw std::runtime_error("has no input");
}

void Graph::check_nodes() {
  const auto& nodes = proto().node();
  std::set<std::string> all_outputs;
  for (const onnx::NodeProto& node : nodes) {
    if (!node.name().empty() && !names_.insert(node.name()).second) {
      throw std::runtime_error(node_label(node) +
                               ": the name is used twice; another would do, or none");
    }
    if (node.output_size() == 0 || node.output(0).empty()) {
      throw std::runtime_error(node_label(node) + ": has no output");
    }
    for (const std::string& output : node.output()) {
      if (output.empty()) continue;
      const bool is_taken = output == input() || initializers_.count(output) > 0;
      if (is_taken || !all_outputs.insert(output).second) {
        throw std::runtime_error(node_label(node) + ": tensor " + in_quotes(output) +
                                 " is defined twice");
      }
    }
  }
  name_nodes();
  std::set<std::string> known{input()};
  for (const onnx::NodeProto& node : nodes) {
    for (const std::string& read : node.input()) {
      if (read.empty() || known.count(read) > 0 || initializers_.count(read) > 0) continue;
      const bool is_later = all_outputs.count(read) > 0;
      throw std::runtime_error(node_label(node) + ": reads " + in_quotes(read) +
                               (is_later ? " before it is computed (a cycle, or nodes out of order)"
                                         : ", which nothing provides"));
    }
    known.insert(node.output().begin(), node.output().end());
  }
  if (proto().output_size() == 0) throw std::runtime_error("has no output");
  if (all_outputs.count(output()) == 0) {
    throw std::runtime_error("output " + in_quotes(output()) + " is not computed by any node");
  }
}

/// Those without a name get that of their first output, which a node may have as its name.
void Graph::name_nodes() {
  for (onnx::NodeProto& node : *file_.model.mutable_graph()->mutable_node()) {
    if (!node.name().empty()) continue;
    std::string name = node.output(0);
    for (int i = 2; !names_.insert(name).second; ++i) {
      name = node.output(0) + '_' + std::to_string(i);
    }
    node.set_name(name);
  }
}

void Graph::select_nodes() {
  std::set<std::string> needed{output()};
  readers_[output()] = 1;
  const auto& nodes = proto().node();
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    const auto is_needed = [&](const std::string& tensor) { return needed.count(tensor) > 0; };
    if (!std::any_of(node->output().begin(), node->output().end(), is_needed)) continue;
    nodes_.push_back(&*node);
    const bool reads_values = !(is_standard(*node) && node->op_type() == "Shape");
    for (const std::string& read : node->input()) {
      if (read.empty()) continue;
      needed.insert(read);
      readers_[read] += reads_values ? 1 : 0;
    }
  }
  std::reverse(nodes_.begin(), nodes_.end());
}

std::int64_t Graph::opset() const {
  for (const onnx::OperatorSetIdProto& opset : file_.model.opset_import()) {
    if (is_standard(opset.domain())) return opset.version();
  }
  return 13;  // custom operators alone: whatever their tools are at
}

const std::string* Graph::annotation(const std::string& tensor, const std::string& key) const {
  const auto found = annotations_.find(tensor);
  if (found == annotations_.end()) return nullptr;
  for (const onnx::StringStringEntryProto& entry : found->second->quant_parameter_tensor_names()) {
    if (entry.key() == key) return &entry.value();
  }
  return nullptr;
}

std::optional<std::string> Graph::metadata(const std::string& key) const {
  for (const onnx::StringStringEntryProto& entry : file_.model.metadata_props()) {
    if (entry.key() == key) return entry.value();
  }
  return std::nullopt;
}

int Graph::readers(const std::string& tensor) const {
  const auto found = readers_.find(tensor);
  return found == readers_.end() ? 0 : found->second;
}

onnx::TensorProto* Graph::initializer(const std::string& tensor) const {
  const auto found = initializers_.find(tensor);
  return found == initializers_.end() ? nullptr : found->second;
}

}  // namespace dcnsim
