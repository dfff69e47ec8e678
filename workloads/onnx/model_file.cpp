// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/model_file.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>

#include "models/base/file/compression.h"
#include "workloads/onnx/external_data.h"
#include "workloads/onnx/external_files.h"
#include "workloads/onnx/foreign_file.h"
#include "workloads/onnx/graph.h"

namespace dcnsim {
namespace {

constexpr std::int64_t kOldestOpset = 7;

std::string read_bytes(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_fifo(path, error) || std::filesystem::is_character_file(path, error)) {
    throw std::runtime_error("a pipe or device; a network is read from a file");
  }
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

/// Tensors of the graph and of its Constant nodes.
template <class Visit>
void for_all_tensors(onnx::GraphProto& graph, const Visit& visit) {
  for (onnx::TensorProto& tensor : *graph.mutable_initializer()) visit(tensor);
  for (onnx::NodeProto& node : *graph.mutable_node()) {
    for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
      if (!attribute.has_t()) continue;
      try {
        visit(*attribute.mutable_t());
      } catch (const std::runtime_error& error) {
        throw std::runtime_error(node_label(node) + ": " + error.what());
      }
    }
  }
}

onnx::ModelProto parsed(const std::string& bytes) {
  const std::string foreign = foreign_file(bytes);
  if (!foreign.empty()) throw std::runtime_error(foreign);
  onnx::ModelProto model;
  // A foreign file may well parse, as fields nobody knows; a model always has these.
  if (!model.ParseFromString(bytes) || !model.has_graph() || model.opset_import_size() == 0) {
    throw std::runtime_error("not an ONNX model (truncated or not protobuf)");
  }
  return model;
}

}  // namespace

ModelFile read_model(const std::string& path) {
  const std::string bytes = read_bytes(path);
  ModelFile file;
  file.model = parsed(bytes);
  onnx::ModelProto& model = file.model;
  if (model.graph().node_size() == 0) throw std::runtime_error("its graph has no nodes");
  for (const onnx::OperatorSetIdProto& opset : model.opset_import()) {
    if (is_standard(opset.domain()) && opset.version() < kOldestOpset) {
      throw std::runtime_error("opset " + std::to_string(opset.version()) +
                               " is not supported, expected " + std::to_string(kOldestOpset) +
                               " or later");
    }
  }
  if (model.graph().sparse_initializer_size() > 0) {
    throw std::runtime_error("sparse initializers are not supported");
  }
  ExternalData external(path, kMaxModelBytes - bytes.size());
  for_all_tensors(*model.mutable_graph(),
                  [&](onnx::TensorProto& tensor) { external.load(tensor); });
  file.bytes = bytes.size() + external.bytes_read();
  return file;
}

std::vector<std::string> external_files(const std::string& path) {
  std::set<std::string> files;
  try {
    onnx::ModelProto model = parsed(read_bytes(path));
    for_all_tensors(*model.mutable_graph(), [&](const onnx::TensorProto& tensor) {
      if (is_external(tensor)) files.insert(external_path(path, tensor).string());
    });
  } catch (const std::runtime_error&) {  // its reader complains
    return {};
  }
  return {files.begin(), files.end()};
}

}  // namespace dcnsim
