// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/integer_operators.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "workloads/onnx/graph.h"

namespace dcnsim {
namespace {

constexpr int kNone = -1;

/// Where an integer operator's inputs stand. An operand is three: codes, scale, zero point.
struct IntegerOperator {
  const char* name;
  const char* on_numbers;
  int operands;        ///< from the first input on
  int output;          ///< the output's scale, then its zero point
  int bias = kNone;    ///< codes alone
  int weight = kNone;  ///< the operand whose scale may be one a channel
};
constexpr IntegerOperator kOperators[]{{"QGemm", "Gemm", 2, 7, 6, 1},
                                       {"QLinearAdd", "Add", 2, 6},
                                       {"QLinearAveragePool", "AveragePool", 1, 3},
                                       {"QLinearConcat", "Concat", 0, 0},
                                       {"QLinearConv", "Conv", 2, 6, 8, 1},
                                       {"QLinearGlobalAveragePool", "GlobalAveragePool", 1, 3},
                                       {"QLinearLeakyRelu", "LeakyRelu", 1, 3},
                                       {"QLinearMatMul", "MatMul", 2, 6, kNone, 1},
                                       {"QLinearMul", "Mul", 2, 6},
                                       {"QLinearSigmoid", "Sigmoid", 1, 3},
                                       {"QLinearSoftmax", "Softmax", 1, 3}};

const IntegerOperator* find(const onnx::NodeProto& node) {
  if (!is_standard(node) && node.domain() != kMicrosoftDomain) return nullptr;
  const auto* const found =
      std::find_if(std::begin(kOperators), std::end(kOperators),
                   [&](const IntegerOperator& op) { return node.op_type() == op.name; });
  return found == std::end(kOperators) ? nullptr : found;
}

void set_attribute(onnx::NodeProto& node, const char* name, std::int64_t value) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

std::int64_t integer(const onnx::NodeProto& node, const char* name) {
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.name() == name) return attribute.i();
  }
  return 0;
}

class Expansion {
 public:
  Expansion(onnx::GraphProto& graph, std::set<std::string>& names) : names_(names) {
    for (const onnx::TensorProto& tensor : graph.initializer()) tensors_.insert(tensor.name());
    for (const onnx::NodeProto& node : graph.node()) {
      tensors_.insert(node.input().begin(), node.input().end());
      tensors_.insert(node.output().begin(), node.output().end());
    }
    for (onnx::NodeProto& node : *graph.mutable_node()) {
      if (const IntegerOperator* op = find(node)) {
        expand(std::move(node), *op);
      } else {
        *nodes_.Add() = std::move(node);
      }
    }
    graph.mutable_node()->Swap(&nodes_);
  }

 private:
  static std::string fresh(std::set<std::string>& taken, std::string name) {
    while (!taken.insert(name).second) name += '_';
    return name;
  }

  /// A node named after `node_`; the tensor it delivers.
  std::string add(const char* op, const std::string& what, const std::vector<std::string>& inputs) {
    onnx::NodeProto& made = *nodes_.Add();
    made.set_op_type(op);
    made.set_name(fresh(names_, node_.name() + '.' + what));
    for (const std::string& input : inputs) made.add_input(input);
    made.add_output(fresh(tensors_, node_.name() + '.' + what));
    return made.output(0);
  }

  std::string input(int index) const {
    return index >= 0 && index < node_.input_size() ? node_.input(index) : std::string();
  }

  /// What the operand whose codes are input `first` stands for.
  std::string operand(int first, std::int64_t axis) {
    for (const int needed : {first, first + 1}) {
      if (!input(needed).empty()) continue;
      throw std::runtime_error(node_label(node_) + ": has no input " + std::to_string(needed));
    }
    const std::string what = "operand" + std::to_string(first);
    const std::string result =
        add("DequantizeLinear", what, {input(first), input(first + 1), input(first + 2)});
    set_attribute(*nodes_.rbegin(), "axis", axis);
    return result;
  }

  std::string bias(const IntegerOperator& op) {
    std::string scale = add("Mul", "bias_scale", {input(1), input(4)});
    for (const onnx::AttributeProto& attribute : node_.attribute()) {
      if (attribute.name() != "alpha") continue;
      const std::string alpha = add("Constant", "alpha", {});
      onnx::AttributeProto& value = *nodes_.rbegin()->add_attribute();
      value = attribute;
      value.set_name("value_float");
      scale = add("Mul", "scaled_bias_scale", {scale, alpha});
    }
    const std::string result = add("DequantizeLinear", "bias", {input(op.bias), scale});
    set_attribute(*nodes_.rbegin(), "axis", 0);
    return result;
  }

  void expand(onnx::NodeProto&& node, const IntegerOperator& op) {
    node_ = std::move(node);
    const bool is_concat = op.operands == 0;
    const int first = is_concat ? 2 : 0;
    const int operands = is_concat ? (node_.input_size() - first) / 3 : op.operands;
    // Convolutions have their output channels first in their weights, matrices at the end.
    const bool is_last = node_.op_type() == std::string("QLinearMatMul") ||
                         (op.on_numbers == std::string("Gemm") && integer(node_, "transB") == 0);
    std::vector<std::string> inputs;
    for (int i = 0; i < operands; ++i) {
      const std::int64_t axis = i == op.weight ? (is_last ? 1 : 0) : 1;
      inputs.push_back(operand(first + 3 * i, axis));
    }
    if (!input(op.bias).empty()) inputs.push_back(bias(op));
    onnx::NodeProto& on_numbers = *nodes_.Add();
    on_numbers.set_name(node_.name());
    on_numbers.set_op_type(op.on_numbers);
    for (const std::string& tensor : inputs) on_numbers.add_input(tensor);
    for (onnx::AttributeProto& attribute : *node_.mutable_attribute()) {
      const bool says_nothing = attribute.name() == "channels_last" && attribute.i() == 0;
      if (!says_nothing) *on_numbers.add_attribute() = std::move(attribute);
    }
    if (input(op.output).empty()) {
      on_numbers.add_output(node_.output(0));
      return;
    }
    const std::string result = fresh(tensors_, node_.name() + ".result");
    on_numbers.add_output(result);
    add("QuantizeLinear", "codes", {result, input(op.output), input(op.output + 1)});
    nodes_.rbegin()->set_output(0, node_.output(0));
  }

  std::set<std::string>& names_;
  std::set<std::string> tensors_;
  onnx::NodeProto node_;  ///< being replaced
  google::protobuf::RepeatedPtrField<onnx::NodeProto> nodes_;
};

}  // namespace

void expand_integer_operators(onnx::GraphProto& graph, std::set<std::string>& names) {
  if (std::any_of(graph.node().begin(), graph.node().end(),
                  [](const onnx::NodeProto& node) { return find(node) != nullptr; })) {
    Expansion(graph, names);
  }
}

}  // namespace dcnsim
