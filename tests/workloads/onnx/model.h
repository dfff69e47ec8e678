// SPDX-License-Identifier: Apache-2.0
// Small ONNX models for the reader's tests.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "models/numeric/tensor.h"
#include "workloads/onnx/onnx_network.h"
#include "workloads/onnx/proto.h"

namespace dcnsim::test {

using Dims = std::vector<int>;

/// A name in the test's temporary folder that no other test uses; the file is removed at the end.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& extension = ".onnx") {
    const testing::TestInfo& info = *testing::UnitTest::GetInstance()->current_test_info();
    static int count = 0;
    path_ = testing::TempDir() + "dcnsim_" + std::to_string(::getpid()) + "_" +
            std::to_string(count++) + "_" + std::to_string(info.line()) + extension;
  }
  ~TemporaryFile() { ::unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }
  void write(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }
  std::string read() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::string path_;
};

/// What load_network says about the file, without its name; "" if it loads.
inline std::string error_of(const std::string& path) {
  try {
    load_network(path);
  } catch (const std::runtime_error& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.rfind(path + ": ", 0), 0U) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos);
    return text.size() > path.size() + 2 ? text.substr(path.size() + 2) : text;
  }
  return "";
}

class Node {
 public:
  explicit Node(onnx::NodeProto& proto) : proto_(proto) {}

  Node& named(const std::string& name) {
    proto_.set_name(name);
    return *this;
  }
  Node& set(const std::string& name, int value) {
    add(name, onnx::AttributeProto::INT).set_i(value);
    return *this;
  }
  Node& set(const std::string& name, float value) {
    add(name, onnx::AttributeProto::FLOAT).set_f(value);
    return *this;
  }
  Node& set(const std::string& name, const char* value) {
    add(name, onnx::AttributeProto::STRING).set_s(value);
    return *this;
  }
  Node& set(const std::string& name, const std::vector<int>& values) {
    onnx::AttributeProto& attribute = add(name, onnx::AttributeProto::INTS);
    for (const int value : values) attribute.add_ints(value);
    return *this;
  }
  onnx::NodeProto& proto() { return proto_; }

 private:
  onnx::AttributeProto& add(const std::string& name, onnx::AttributeProto::AttributeType type) {
    onnx::AttributeProto& attribute = *proto_.add_attribute();
    attribute.set_name(name);
    attribute.set_type(type);
    return attribute;
  }

  onnx::NodeProto& proto_;
};

class Model {
 public:
  /// Input `x` of that shape, output `y`.
  explicit Model(const Shape& input) {
    proto.set_ir_version(7);
    proto.add_opset_import()->set_version(13);
    graph().set_name("test");
    onnx::ValueInfoProto& x = *graph().add_input();
    x.set_name("x");
    onnx::TypeProto::Tensor& type = *x.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    type.mutable_shape()->add_dim()->set_dim_param("N");
    for (const int dim : {input.channels, input.height, input.width}) {
      type.mutable_shape()->add_dim()->set_dim_value(dim);
    }
    graph().add_output()->set_name("y");
  }

  onnx::GraphProto& graph() { return *proto.mutable_graph(); }

  onnx::TensorProto& constant(const std::string& name, const Dims& dims,
                              const std::vector<float>& values) {
    onnx::TensorProto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (const int dim : dims) tensor.add_dims(dim);
    tensor.set_raw_data(values.data(), values.size() * sizeof(float));
    return tensor;
  }

  /// Codes of an element type, at most 32 bits.
  void codes(const std::string& name, onnx::TensorProto::DataType type, const Dims& dims,
             const std::vector<int>& values) {
    onnx::TensorProto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (const int dim : dims) tensor.add_dims(dim);
    for (const int value : values) tensor.add_int32_data(value);
  }

  void shape_constant(const std::string& name, const std::vector<std::int64_t>& values) {
    onnx::TensorProto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(static_cast<std::int64_t>(values.size()));
    for (const std::int64_t value : values) tensor.add_int64_data(value);
  }

  Node node(const std::string& op, const std::vector<std::string>& inputs,
            const std::string& output) {
    onnx::NodeProto& proto_node = *graph().add_node();
    proto_node.set_op_type(op);
    proto_node.set_name(op + "_" + output);
    for (const std::string& input : inputs) proto_node.add_input(input);
    proto_node.add_output(output);
    return Node(proto_node);
  }

  /// A QONNX Quant node with scale 2^-frac.
  Node quant(const std::string& input, const std::string& output, float scale, int bits,
             bool is_signed, const char* rounding = "ROUND") {
    constant(output + ".scale", {}, {scale});
    constant(output + ".zero", {}, {0.0F});
    constant(output + ".bits", {}, {static_cast<float>(bits)});
    Node quant =
        node("Quant", {input, output + ".scale", output + ".zero", output + ".bits"}, output);
    quant.set("signed", is_signed ? 1 : 0).set("narrow", 0).set("rounding_mode", rounding);
    quant.proto().set_domain("qonnx.custom_op.general");
    return quant;
  }

  std::variant<FloatNetwork, FixedNetwork> load() const {
    TemporaryFile file;
    file.write(proto.SerializeAsString());
    return load_network(file.path());
  }
  FloatNetwork load_float() const { return std::get<FloatNetwork>(load()); }
  FixedNetwork load_fixed() const { return std::get<FixedNetwork>(load()); }

  std::string error() const {
    TemporaryFile file;
    file.write(proto.SerializeAsString());
    return error_of(file.path());
  }

  onnx::ModelProto proto;
};

}  // namespace dcnsim::test
