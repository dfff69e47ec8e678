// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/model_file.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <stdexcept>

#include "workloads/onnx/external_data.h"
#include "workloads/onnx/external_files.h"
#include "workloads/onnx/foreign_file.h"
#include "workloads/onnx/graph.h"
#include "workloads/onnx/model_bytes.h"

namespace dcnsim {
namespace {

constexpr std::int64_t kOldestOpset = 7;

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

onnx::ModelProto parsed(ModelBytes& bytes) {
  const std::string foreign = foreign_file(bytes.head());
  if (!foreign.empty()) throw std::runtime_error(foreign);
  onnx::ModelProto model;
  const bool is_whole =
      bytes.size() ? model.ParseFromBoundedZeroCopyStream(&bytes, static_cast<int>(*bytes.size()))
                   : model.ParseFromZeroCopyStream(&bytes);
  bytes.finish();
  // A foreign file may well parse, as fields nobody knows; a model always has these.
  if (!is_whole || !model.has_graph() || model.opset_import_size() == 0) {
    throw std::runtime_error("not an ONNX model (truncated or not protobuf)");
  }
  return model;
}

/// Messages in which tensors are found, and the fields that lead there (onnx.proto).
enum class Message { kModel, kGraph, kNode, kAttribute, kTensor };
struct Way {
  Message message;
  std::uint32_t field;
  Message inside;
};
constexpr Way kWays[] = {{Message::kModel, 7, Message::kGraph},
                         {Message::kGraph, 5, Message::kTensor},
                         {Message::kGraph, 1, Message::kNode},
                         {Message::kNode, 5, Message::kAttribute},
                         {Message::kAttribute, 5, Message::kTensor}};

/// Calls visit(tensor) for all tensors, of which only what says where their data is was read. False
/// if that is no message.
template <class Visit>
bool for_all_places(google::protobuf::io::CodedInputStream& in, Message message,
                    const Visit& visit) {
  onnx::TensorProto tensor;
  while (const std::uint32_t tag = in.ReadTag()) {
    const std::uint32_t field = tag >> 3U;
    std::uint64_t number = 0;
    int size = 0;
    switch (tag & 7U) {
      case 0:
        if (!in.ReadVarint64(&number)) return false;
        if (message == Message::kTensor && field == onnx::TensorProto::kDataLocationFieldNumber) {
          tensor.set_data_location(number == onnx::TensorProto::EXTERNAL
                                       ? onnx::TensorProto::EXTERNAL
                                       : onnx::TensorProto::DEFAULT);
        }
        continue;
      case 1:
        size = 8;
        break;
      case 2:
        if (!in.ReadVarintSizeAsInt(&size)) return false;
        break;
      case 5:
        size = 4;
        break;
      default:
        return false;
    }
    const Way* const way = std::find_if(std::begin(kWays), std::end(kWays), [&](const Way& w) {
      return (tag & 7U) == 2 && w.message == message && w.field == field;
    });
    if (way != std::end(kWays)) {
      const auto outer = in.PushLimit(size);
      if (!for_all_places(in, way->inside, visit) || in.BytesUntilLimit() != 0) return false;
      in.PopLimit(outer);
    } else if (message == Message::kTensor &&
               field == onnx::TensorProto::kExternalDataFieldNumber) {
      std::string entry;
      if (!in.ReadString(&entry, size)) return false;
      if (!tensor.add_external_data()->ParseFromString(entry)) return false;
    } else if (!in.Skip(size)) {
      return false;
    }
  }
  if (message == Message::kTensor) visit(tensor);
  return true;
}

template <class Visit>
bool for_all_places(ModelBytes& bytes, const Visit& visit) {
  google::protobuf::io::CodedInputStream in(&bytes);
  return for_all_places(in, Message::kModel, visit);
}

}  // namespace

ModelFile read_model(const std::string& path) {
  ModelBytes bytes(path, kMaxModelBytes);
  ModelFile file;
  file.model = parsed(bytes);
  const auto size = static_cast<std::size_t>(bytes.ByteCount());
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
  ExternalData external(path, kMaxModelBytes - size);
  for_all_tensors(*model.mutable_graph(),
                  [&](onnx::TensorProto& tensor) { external.load(tensor); });
  file.bytes = size + external.bytes_read();
  return file;
}

std::vector<std::string> external_files(const std::string& path) {
  std::set<std::string> files;
  try {
    ModelBytes bytes(path, kMaxModelBytes);
    if (!foreign_file(bytes.head()).empty()) return {};
    const auto keep = [&](const onnx::TensorProto& tensor) {
      if (is_external(tensor)) files.insert(external_path(path, tensor).string());
    };
    const bool is_whole = for_all_places(bytes, keep);
    bytes.finish();
    if (!is_whole) return {};
  } catch (const std::runtime_error&) {  // its reader complains
    return {};
  }
  return {files.begin(), files.end()};
}

}  // namespace dcnsim
