// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/graph.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>

#include "models/base/file/compression.h"
#include "models/base/text/printable.h"
#include "workloads/network.h"
#include "workloads/onnx/attributes.h"

namespace dcnsim {
namespace {

constexpr char kNotAModel[] = "not an ONNX model (truncated or not protobuf)";
constexpr std::int64_t kOldestOpset = 7;

std::string in_quotes(const std::string& name) { return "'" + printable(name) + "'"; }

bool is_standard(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

bool is_constant_node(const onnx::NodeProto& node) {
  return node.op_type() == "Constant" && is_standard(node.domain());
}

std::string read_bytes(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw std::runtime_error("cannot be read: " + error.message());
  if (size > kMaxModelBytes) {
    throw std::runtime_error("is larger than " + std::to_string(kMaxModelBytes) + " bytes");
  }
  std::string bytes(static_cast<std::size_t>(size), '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
    throw std::runtime_error("cannot be read");
  }
  if (is_gzip(bytes)) return inflated(bytes, kMaxModelBytes);
  return bytes;
}

int extent(const onnx::TensorShapeProto::Dimension& dim, const char* axis) {
  if (!dim.has_dim_value() || dim.dim_value() < 1 || dim.dim_value() > kMaxExtent) {
    throw std::runtime_error("its " + std::string(axis) + " must be a number from 1 to " +
                             std::to_string(kMaxExtent));
  }
  return static_cast<int>(dim.dim_value());
}

/// N x C x H x W with N free or 1.
Shape image_shape(const onnx::TypeProto& type) {
  if (!type.has_tensor_type() || type.tensor_type().elem_type() != onnx::TensorProto::FLOAT) {
    throw std::runtime_error("expected a float tensor");
  }
  const onnx::TensorShapeProto& shape = type.tensor_type().shape();
  if (shape.dim_size() != 4) throw std::runtime_error("expected dimensions N x C x H x W");
  if (shape.dim(0).has_dim_value() && shape.dim(0).dim_value() != 1) {
    throw std::runtime_error("its batch size must be 1 or symbolic");
  }
  return {extent(shape.dim(2), "height"), extent(shape.dim(3), "width"),
          extent(shape.dim(1), "number of channels")};
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

Graph::Graph(const std::string& path) {
  read(path);
  collect_constants();
  check_input();
  check_nodes();
  select_nodes();
}

void Graph::read(const std::string& path) {
  const std::string bytes = read_bytes(path);
  // A foreign file may well parse, as fields nobody knows; a model always has these.
  if (!model_.ParseFromString(bytes) || !model_.has_graph() || model_.opset_import_size() == 0 ||
      model_.graph().node_size() == 0) {
    throw std::runtime_error(kNotAModel);
  }
  for (const onnx::OperatorSetIdProto& opset : model_.opset_import()) {
    if (is_standard(opset.domain()) && opset.version() < kOldestOpset) {
      throw std::runtime_error("opset " + std::to_string(opset.version()) +
                               " is not supported, expected " + std::to_string(kOldestOpset) +
                               " or later");
    }
  }
  if (model_.graph().sparse_initializer_size() > 0) {
    throw std::runtime_error("sparse initializers are not supported");
  }
}

void Graph::collect_constants() {
  const auto add = [this](const std::string& name, const onnx::TensorProto& tensor) {
    if (!constants_.emplace(name, &tensor).second) {
      throw std::runtime_error("tensor " + in_quotes(name) + " is defined twice");
    }
  };
  for (const onnx::TensorProto& tensor : model_.graph().initializer()) add(tensor.name(), tensor);
  for (const onnx::NodeProto& node : model_.graph().node()) {
    if (!is_constant_node(node) || node.output_size() != 1) continue;
    try {
      const onnx::TensorProto* value = Attributes(node).tensor("value");
      if (value != nullptr) add(node.output(0), *value);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(node_label(node) + ": " + error.what());
    }
  }
}

void Graph::check_input() {
  const onnx::ValueInfoProto* image = nullptr;
  for (const onnx::ValueInfoProto& input : model_.graph().input()) {
    // Old files list initializers among the inputs.
    if (constants_.count(input.name()) > 0) continue;
    if (image != nullptr) {
      throw std::runtime_error("has more than one input: " + in_quotes(image->name()) + " and " +
                               in_quotes(input.name()));
    }
    image = &input;
  }
  if (image == nullptr) throw std::runtime_error("has no input");
  input_ = image->name();
  try {
    input_shape_ = image_shape(image->type());
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("input " + in_quotes(input_) + ": " + error.what());
  }
}

void Graph::check_nodes() {
  const auto& nodes = model_.graph().node();
  std::set<std::string> names;
  std::set<std::string> all_outputs;
  for (const onnx::NodeProto& node : nodes) {
    if (!names.insert(name_of(node)).second) {
      throw std::runtime_error(node_label(node) + ": the name is used twice");
    }
    if (node.output_size() == 0 || node.output(0).empty()) {
      throw std::runtime_error(node_label(node) + ": has no output");
    }
    for (const std::string& output : node.output()) {
      if (output.empty()) continue;
      const bool is_taken =
          output == input_ || (constants_.count(output) > 0 && !is_constant_node(node));
      if (is_taken || !all_outputs.insert(output).second) {
        throw std::runtime_error(node_label(node) + ": tensor " + in_quotes(output) +
                                 " is defined twice");
      }
    }
  }
  std::set<std::string> known{input_};
  for (const onnx::NodeProto& node : nodes) {
    for (const std::string& input : node.input()) {
      if (input.empty() || known.count(input) > 0 || constants_.count(input) > 0) continue;
      const bool is_later = all_outputs.count(input) > 0;
      throw std::runtime_error(node_label(node) + ": reads " + in_quotes(input) +
                               (is_later ? " before it is computed (a cycle, or nodes out of order)"
                                         : ", which nothing provides"));
    }
    known.insert(node.output().begin(), node.output().end());
  }
  if (model_.graph().output_size() != 1) {
    throw std::runtime_error("has " + std::to_string(model_.graph().output_size()) +
                             " outputs, expected one");
  }
  if (all_outputs.count(output()) == 0) {
    throw std::runtime_error("output " + in_quotes(output()) + " is not computed by any node");
  }
}

void Graph::select_nodes() {
  consumers_[output()] = 1;
  const auto& nodes = model_.graph().node();
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    const auto is_read = [this](const std::string& tensor) { return consumers(tensor) > 0; };
    if (!std::any_of(node->output().begin(), node->output().end(), is_read)) continue;
    if (is_constant_node(*node) && constants_.count(node->output(0)) > 0) continue;
    nodes_.push_back(&*node);
    for (const std::string& input : node->input()) {
      if (!input.empty()) ++consumers_[input];
    }
  }
  std::reverse(nodes_.begin(), nodes_.end());
}

int Graph::consumers(const std::string& tensor) const {
  const auto found = consumers_.find(tensor);
  return found == consumers_.end() ? 0 : found->second;
}

const onnx::TensorProto* Graph::constant(const std::string& tensor) const {
  const auto found = constants_.find(tensor);
  return found == constants_.end() ? nullptr : found->second;
}

}  // namespace dcnsim
