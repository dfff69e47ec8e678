// SPDX-License-Identifier: Apache-2.0
#include "workloads/tflite/model.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "models/base/text/printable.h"

namespace dcnsim::tflite {
namespace {

std::string text_of(const FlatTable& table, std::uint16_t field) {
  return std::string(table.bytes(field));
}

/// Of a list that names tensors: all of them are there, or left out.
void check_tensors(const std::vector<std::int32_t>& named, std::size_t tensors, const char* what,
                   const FlatTable& table, std::int32_t least) {
  for (const std::int32_t tensor : named) {
    if (tensor >= least && tensor < static_cast<std::int64_t>(tensors)) continue;
    throw std::runtime_error(table.name() + ": " + what + " " + std::to_string(tensor) +
                             " is no tensor, there are " + std::to_string(tensors));
  }
}

}  // namespace

bool is_tflite(std::string_view head) {
  return head.size() >= 8 && head.substr(4, kIdentifier.size()) == kIdentifier;
}

std::string text(const std::vector<std::int32_t>& dims) {
  std::string result;
  constexpr std::size_t kMostNamed = 6;
  for (std::size_t i = 0; i < dims.size() && i < kMostNamed; ++i) {
    if (i > 0) result += " x ";
    result += std::to_string(dims[i]);
  }
  if (dims.size() > kMostNamed) result += " x ..., " + std::to_string(dims.size()) + " dimensions";
  return result.empty() ? "one number" : result;
}

std::string label(const Model& model, std::size_t operation) {
  const Operation& of = model.operations()[operation];
  const std::string_view name = known_name(of.code);
  std::string result = "operator " + std::to_string(operation) + ", ";
  result += name.empty() ? "number " + std::to_string(of.code) + " of TFLite" : std::string(name);
  if (!of.custom_code.empty()) result += ' ' + printable(of.custom_code);
  if (of.outputs.empty()) return result;
  const Tensor& made = model.tensors()[static_cast<std::size_t>(of.outputs.front())];
  return result + ", which makes '" + printable(made.name) + "'";
}

Model::Model(std::string_view bytes) : flat_(bytes) {
  if (!is_tflite(bytes)) throw std::runtime_error("is no TFLite file: it has no \"TFL3\"");
  const FlatTable root = FlatTable::root(flat_, bytes);
  const std::vector<FlatTable> graphs = root.tables(model::kSubgraphs, "graph");
  if (graphs.size() != 1) {
    throw std::runtime_error("has " + std::to_string(graphs.size()) + " graphs, expected 1");
  }
  const FlatTable& graph = graphs.front();
  name_ = text_of(graph, subgraph::kName);
  read_tensors(graph, root.tables(model::kBuffers, "buffer"));
  read_operations(graph, root.tables(model::kOperatorCodes, "operator code"));
  input_ = only(graph, subgraph::kInputs, "input");
  output_ = only(graph, subgraph::kOutputs, "output");
}

std::int32_t Model::only(const FlatTable& graph, std::uint16_t field, const char* what) const {
  const auto all = graph.numbers<std::int32_t>(field);
  check_tensors(all, tensors_.size(), what, graph, 0);
  if (all.size() == 1) return all.front();
  throw std::runtime_error("has " + std::to_string(all.size()) + ' ' + what + "s, expected 1");
}

void Model::read_tensors(const FlatTable& graph, const std::vector<FlatTable>& buffers) {
  for (const FlatTable& table : graph.tables(subgraph::kTensors, "tensor")) {
    Tensor tensor;
    tensor.name = text_of(table, tensor::kName);
    flat_.take(tensor.name.size());
    tensor.dims = table.numbers<std::int32_t>(tensor::kShape);
    tensor.type = static_cast<Type>(table.number<std::int8_t>(tensor::kType, 0));
    const FlatTable codes = table.table(tensor::kQuantization, table.name() + "'s quantization");
    tensor.scales = codes.numbers<float>(quantization::kScale);
    tensor.zero_points = codes.numbers<std::int64_t>(quantization::kZeroPoint);
    tensor.axis = codes.number<std::int32_t>(quantization::kDimension, 0);
    const auto number = table.number<std::uint32_t>(tensor::kBuffer, 0);
    if (number >= buffers.size() && number != 0) {
      throw std::runtime_error(table.name() + ": buffer " + std::to_string(number) +
                               " is none, there are " + std::to_string(buffers.size()));
    }
    if (number < buffers.size()) {
      const FlatTable& buffer = buffers[number];
      tensor.data = buffer.bytes(buffer::kData);
      if (buffer.number<std::uint64_t>(buffer::kOffset, 0) > 1) {
        throw std::runtime_error(table.name() +
                                 ": its data lie behind the model, as of files beyond 2 GiB");
      }
    }
    tensors_.push_back(std::move(tensor));
  }
}

void Model::read_operations(const FlatTable& graph, const std::vector<FlatTable>& codes) {
  for (const FlatTable& table : graph.tables(subgraph::kOperators, "operator")) {
    Operation made;
    const auto index = table.number<std::uint32_t>(operation::kOpcodeIndex, 0);
    if (index >= codes.size()) {
      throw std::runtime_error(table.name() + ": operator code " + std::to_string(index) +
                               " is none, there are " + std::to_string(codes.size()));
    }
    // Numbers beyond 127 came later and have a field of their own; files have the larger one.
    const FlatTable& code = codes[index];
    made.code = std::max<std::int32_t>(code.number<std::int8_t>(operator_code::kByteCode, 0),
                                       code.number<std::int32_t>(operator_code::kCode, 0));
    made.custom_code = std::string(code.bytes(operator_code::kCustomCode).substr(0, 80));
    made.inputs = table.numbers<std::int32_t>(operation::kInputs);
    made.outputs = table.numbers<std::int32_t>(operation::kOutputs);
    check_tensors(made.inputs, tensors_.size(), "input", table, -1);
    check_tensors(made.outputs, tensors_.size(), "output", table, 0);
    made.options_type =
        static_cast<Options>(table.number<std::uint8_t>(operation::kOptionsType, 0));
    made.options = table.table(operation::kOptions, table.name() + "'s options");
    operations_.push_back(std::move(made));
  }
}

}  // namespace dcnsim::tflite
