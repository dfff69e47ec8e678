// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/fold.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "models/base/text/printable.h"
#include "workloads/onnx/dims.h"
#include "workloads/onnx/fold_elements.h"
#include "workloads/onnx/graph.h"

namespace dcnsim {
namespace {

/// The constant that a Constant node holds in one of its attributes.
Constant literal(const FoldedNode& node) {
  if (const onnx::TensorProto* value = node.attributes.tensor("value")) return decoded(*value);
  Constant result;
  for (const onnx::AttributeProto& attribute : node.proto.attribute()) {
    node.attributes.ignore(attribute.name());
    const std::string& name = attribute.name();
    if (name == "value_float") {
      result.values = {static_cast<double>(attribute.f())};
    } else if (name == "value_floats") {
      result.values = std::vector<double>(attribute.floats().begin(), attribute.floats().end());
    } else if (name == "value_int" || name == "value_ints") {
      result.is_integer = true;
      if (name == "value_int") {
        result.values = {static_cast<double>(attribute.i())};
      } else {
        result.values = std::vector<double>(attribute.ints().begin(), attribute.ints().end());
      }
    } else {
      throw std::runtime_error("attribute " + printable(name) + " is not supported");
    }
    if (name.back() == 's') result.dims = {static_cast<std::int64_t>(result.values.size())};
    return result;
  }
  throw std::runtime_error("has no value");
}

Constant constant_of_shape(const FoldedNode& node) {
  Constant value{{}, {0.0}, false, {}};
  if (const onnx::TensorProto* given = node.attributes.tensor("value")) value = decoded(*given);
  Constant result;
  result.dims = integers(node.operand(0));
  result.is_integer = value.is_integer;
  result.values = std::vector<double>(node.bounded(element_count(result.dims)), scalar(value));
  return result;
}

Constant range(const FoldedNode& node) {
  const double start = scalar(node.operand(0)), step = scalar(node.operand(2));
  const double count = std::ceil((scalar(node.operand(1)) - start) / step);
  if (!(std::abs(count) < 0x1p40)) throw std::runtime_error("has no end");
  Constant result;
  result.is_integer = node.operand(0).is_integer;
  std::vector<double> values(node.bounded(static_cast<std::size_t>(std::max(count, 0.0))));
  result.dims = {static_cast<std::int64_t>(values.size())};
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = start + static_cast<double>(i) * step;
  }
  result.values = std::move(values);
  return result;
}

Constant shape(const FoldedNode& node) {
  const Dims dims = shape_values(node.attributes, node.operand(0).dims);
  return {{static_cast<std::int64_t>(dims.size())},
          std::vector<double>(dims.begin(), dims.end()),
          true,
          {}};
}

Constant cast(const FoldedNode& node) {
  node.attributes.ignore("saturate");
  Constant result = node.operand(0);
  const bool was_integer = result.is_integer;
  result.type = 0;
  result.is_integer = is_integer_type(node.attributes.integer("to", 0));
  if (result.is_integer && !was_integer) {
    std::vector<double> values = result.values.to_vector();
    for (double& value : values) value = std::trunc(value);
    result.values = std::move(values);
  }
  return result;
}

/// Reshape, Squeeze, Identity, ...
Constant same_elements(const FoldedNode& node) {
  Constant result = node.operand(0);
  std::optional<Dims> argument;
  if (takes_dims(node.proto) && node.has(1)) argument = integers(node.operand(1));
  result.dims =
      dims_after(node.proto, node.attributes, result.dims, argument ? &*argument : nullptr);
  return result;
}

using Fold = Constant (*)(const FoldedNode&);

const std::map<std::string_view, Fold>& folds() {
  static const std::map<std::string_view, Fold> table{{"Add", fold_arithmetic},
                                                      {"Cast", cast},
                                                      {"Ceil", fold_function},
                                                      {"Concat", fold_concat},
                                                      {"Constant", literal},
                                                      {"ConstantOfShape", constant_of_shape},
                                                      {"Div", fold_arithmetic},
                                                      {"Equal", fold_arithmetic},
                                                      {"Expand", fold_expand},
                                                      {"Floor", fold_function},
                                                      {"Gather", fold_gather},
                                                      {"Max", fold_arithmetic},
                                                      {"Min", fold_arithmetic},
                                                      {"Mul", fold_arithmetic},
                                                      {"Neg", fold_function},
                                                      {"Pow", fold_arithmetic},
                                                      {"Range", range},
                                                      {"Reciprocal", fold_function},
                                                      {"ReduceProd", fold_product},
                                                      {"Shape", shape},
                                                      {"Slice", fold_slice},
                                                      {"Sqrt", fold_function},
                                                      {"Sub", fold_arithmetic},
                                                      {"Sum", fold_arithmetic},
                                                      {"Transpose", fold_transpose},
                                                      {"Where", fold_where}};
  return table;
}

}  // namespace

bool can_fold(const onnx::NodeProto& node) {
  return is_standard(node) && (keeps_order(node) || folds().count(node.op_type()) > 0);
}

Constant fold(const onnx::NodeProto& node, Attributes& attributes,
              const std::vector<const Constant*>& inputs, std::size_t limit) {
  const FoldedNode folded{node, attributes, inputs, limit};
  const bool moves_only = keeps_order(node) || node.op_type() == "Transpose";
  for (const Constant* input : inputs) {
    if (input != nullptr && input->quant && !moves_only) {
      throw std::runtime_error("computes with a constant that is quantized already");
    }
  }
  if (moves_only || node.op_type() == "Cast") folded.bounded(folded.operand(0).values.size());
  return keeps_order(node) ? same_elements(folded) : folds().at(node.op_type())(folded);
}

}  // namespace dcnsim
