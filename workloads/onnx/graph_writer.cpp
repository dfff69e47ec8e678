// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/graph_writer.h"

#include <cmath>

#include "workloads/onnx/graph.h"

namespace dcnsim {
namespace {

constexpr char kQuantDomain[] = "qonnx.custom_op.general";

void describe_value(onnx::ValueInfoProto& value, const std::string& name,
                    const std::vector<int>& dims) {
  value.set_name(name);
  onnx::TypeProto::Tensor& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  for (const int dim : dims) type.mutable_shape()->add_dim()->set_dim_value(dim);
}

onnx::AttributeProto& new_attribute(onnx::NodeProto& node, const char* name,
                                    onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

/// `spec` in the integers that hold its codes: of 8, 16 or 32 bits.
QuantSpec held_by_type(QuantSpec spec) {
  spec.bits = spec.bits <= 8 ? 8 : spec.bits <= 16 ? 16 : 32;
  spec.narrow = false;
  return spec;
}

int type_of(const QuantSpec& held) {
  if (held.bits == 32) return onnx::TensorProto::INT32;
  if (held.bits == 16) return held.is_signed ? onnx::TensorProto::INT16 : onnx::TensorProto::UINT16;
  return held.is_signed ? onnx::TensorProto::INT8 : onnx::TensorProto::UINT8;
}

}  // namespace

GraphWriter::GraphWriter(const std::string& name) : graph_(*model_.mutable_graph()) {
  model_.set_ir_version(7);
  model_.set_producer_name("dcnsim");
  graph_.set_name(name);
  add_opset("", 13);
}

std::string GraphWriter::fresh(const std::string& name) {
  std::string unused = name;
  while (!used_.insert(unused).second) unused += "_";
  return unused;
}

void GraphWriter::add_metadata(const std::string& key, const std::string& value) {
  onnx::StringStringEntryProto& entry = *model_.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

void GraphWriter::set_input(const std::string& tensor, const Shape& shape) {
  describe_value(*graph_.add_input(), tensor, {1, shape.channels, shape.height, shape.width});
}

void GraphWriter::set_output(const std::string& tensor, const Shape& shape, Rank rank) {
  std::vector<int> dims{1, shape.channels};
  if (rank == Rank::kMap) dims.insert(dims.end(), {shape.height, shape.width});
  describe_value(*graph_.add_output(), tensor, dims);
}

onnx::NodeProto& GraphWriter::add_node(const std::string& name, const char* op,
                                       const std::vector<std::string>& inputs,
                                       const std::string& output) {
  onnx::NodeProto& node = *graph_.add_node();
  node.set_name(name);
  node.set_op_type(op);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(output);
  return node;
}

std::string GraphWriter::add_initializer(const std::string& name, const std::vector<int>& dims,
                                         const std::vector<float>& values) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(fresh(name));
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (const int dim : dims) tensor.add_dims(dim);
  tensor.set_raw_data(values.data(), values.size() * sizeof(float));
  return tensor.name();
}

std::string GraphWriter::add_integers(const std::string& name,
                                      const std::vector<std::int64_t>& values) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(fresh(name));
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  tensor.set_raw_data(values.data(), values.size() * sizeof(std::int64_t));
  return tensor.name();
}

void GraphWriter::add_multi_threshold(const std::string& name,
                                      const std::vector<std::string>& inputs,
                                      const std::string& output, double scale, double least) {
  add_opset(kQuantDomain, 1);
  onnx::NodeProto& node = add_node(name, "MultiThreshold", inputs, output);
  node.set_domain(kQuantDomain);
  add_real_attribute(node, "out_scale", static_cast<float>(scale));
  add_real_attribute(node, "out_bias", static_cast<float>(least));
}

std::string GraphWriter::add_quant(const std::string& input, const std::string& stem,
                                   const QuantSpec& spec, const std::vector<float>& scales,
                                   std::size_t rank) {
  add_opset(kQuantDomain, 1);
  const auto one = static_cast<float>(spec.scale());
  std::string scale;
  if (!scales.empty()) {
    std::vector<int> dims(rank, 1);
    dims.front() = static_cast<int>(scales.size());
    scale = add_initializer(stem + ".scale", dims, scales);
  } else if (spec.step != 1) {
    scale = add_initializer(stem + ".scale", {}, {one});
  } else {
    scale = scalar("scale.2^" + std::to_string(-spec.frac), one);
  }
  if (spec.is_sign()) {
    const std::string output = fresh(stem + ".quantized");
    add_node(fresh(stem + ".quant"), "BipolarQuant", {input, scale}, output)
        .set_domain(kQuantDomain);
    return output;
  }
  const bool raised = spec.is_signed_bit();
  const std::string zero = raised ? scalar("zero_point.1", 1.0F) : scalar("zero_point", 0.0F);
  const std::string bits =
      scalar("bits." + std::to_string(spec.bits), static_cast<float>(spec.bits));
  const std::string output = fresh(stem + ".quantized");
  onnx::NodeProto& node =
      add_node(fresh(stem + ".quant"), "Quant", {input, scale, zero, bits}, output);
  node.set_domain(kQuantDomain);
  add_attribute(node, "signed", std::int64_t{spec.is_signed && !raised});
  add_attribute(node, "narrow", std::int64_t{spec.narrow});
  add_attribute(node, "rounding_mode", raised ? mode_one_higher(spec.mode) : spec.mode);
  return output;
}

onnx::NodeProto& GraphWriter::add_linear(const std::string& name, const char* op,
                                         const std::vector<std::string>& inputs,
                                         const std::string& output, const QuantSpec& spec) {
  onnx::NodeProto& node = add_node(fresh(name), op, inputs, output);
  if (spec.bits > 8 && spec.bits <= 16) {
    add_opset(kMicrosoftDomain, 1);
    node.set_domain(kMicrosoftDomain);
  }
  return node;
}

std::string GraphWriter::add_pair(const std::string& input, const std::string& stem,
                                  const QuantSpec& spec) {
  const QuantSpec held = held_by_type(spec);
  std::string tensor = input;
  if (spec.min_code() != held.min_code() || spec.max_code() != held.max_code()) {
    const auto bound = [&](const char* name, std::int64_t code) {
      const double value = static_cast<double>(code - spec.zero_point) * spec.scale();
      return add_initializer(stem + name, {}, {static_cast<float>(value)});
    };
    tensor = fresh(stem + ".held");
    add_node(fresh(stem + ".hold"), "Clip",
             {input, bound(".least", spec.min_code()), bound(".greatest", spec.max_code())},
             tensor);
  }
  const std::string scale =
      add_initializer(stem + ".scale", {}, {static_cast<float>(spec.scale())});
  onnx::TensorProto& zero = add_tensor(stem + ".zero_point", type_of(held));
  zero.add_int32_data(spec.zero_point);
  const std::string codes = fresh(stem + ".codes"), output = fresh(stem + ".quantized");
  add_linear(stem + ".quantize", "QuantizeLinear", {tensor, scale, zero.name()}, codes, held);
  add_linear(stem + ".dequantize", "DequantizeLinear", {codes, scale, zero.name()}, output, held);
  return output;
}

std::string GraphWriter::add_codes(const std::string& stem, const std::vector<int>& dims,
                                   const QuantSpec& spec, const std::vector<std::int64_t>& codes,
                                   const std::vector<float>& scales) {
  const QuantSpec held = held_by_type(spec);
  onnx::TensorProto& tensor = add_tensor(stem, type_of(held));
  for (const int dim : dims) tensor.add_dims(dim);
  const auto unit = static_cast<std::size_t>(held.bits / 8);
  for (const std::int64_t code : codes) {
    for (std::size_t byte = 0; byte < unit; ++byte) {
      tensor.mutable_raw_data()->push_back(static_cast<char>(code >> (8 * byte)));
    }
  }
  const std::vector<int> count{static_cast<int>(scales.size())};
  const std::string scale =
      add_initializer(stem + ".scale", scales.size() > 1 ? count : std::vector<int>{}, scales);
  const std::string output = fresh(stem + ".dequantized");
  add_attribute(
      add_linear(stem + ".dequantize", "DequantizeLinear", {tensor.name(), scale}, output, held),
      "axis", std::int64_t{0});
  return output;
}

onnx::TensorProto& GraphWriter::add_tensor(const std::string& name, int type) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(fresh(name));
  tensor.set_data_type(type);
  return tensor;
}

std::string GraphWriter::bytes() const { return model_.SerializeAsString(); }

void GraphWriter::add_opset(const char* domain, int version) {
  for (const onnx::OperatorSetIdProto& known : model_.opset_import()) {
    if (known.domain() == domain) return;
  }
  onnx::OperatorSetIdProto& opset = *model_.add_opset_import();
  opset.set_domain(domain);
  opset.set_version(version);
}

void GraphWriter::require_opset(int version) {
  onnx::OperatorSetIdProto& standard = *model_.mutable_opset_import(0);
  standard.set_version(std::max<std::int64_t>(standard.version(), version));
}

std::string GraphWriter::scalar(const std::string& name, float value) {
  const auto known = scalars_.find(name);
  if (known != scalars_.end()) return known->second;
  return scalars_[name] = add_initializer(name, {}, {value});
}

void add_attribute(onnx::NodeProto& node, const char* name, std::int64_t value) {
  new_attribute(node, name, onnx::AttributeProto::INT).set_i(value);
}

void add_attribute(onnx::NodeProto& node, const char* name, std::initializer_list<int> values) {
  onnx::AttributeProto& attribute = new_attribute(node, name, onnx::AttributeProto::INTS);
  for (const int value : values) attribute.add_ints(value);
}

void add_attribute(onnx::NodeProto& node, const char* name, const std::string& value) {
  new_attribute(node, name, onnx::AttributeProto::STRING).set_s(value);
}

void add_real_attribute(onnx::NodeProto& node, const char* name, float value) {
  new_attribute(node, name, onnx::AttributeProto::FLOAT).set_f(value);
}

}  // namespace dcnsim
