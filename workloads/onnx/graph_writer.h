// SPDX-License-Identifier: Apache-2.0
// An ONNX file being written, node by node.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/numeric/tensor.h"
#include "workloads/onnx/proto.h"
#include "workloads/onnx/quant_spec.h"

namespace dcnsim {

enum class Rank { kVector, kMap };  ///< 1 x C and 1 x C x H x W

class GraphWriter {
 public:
  explicit GraphWriter(const std::string& name);

  /// Keeps fresh() from giving this name.
  void reserve(const std::string& name) { used_.insert(name); }
  /// `name`, with underscores if it is taken.
  std::string fresh(const std::string& name);

  void add_metadata(const std::string& key, const std::string& value);
  void set_input(const std::string& tensor, const Shape& shape);
  void set_output(const std::string& tensor, const Shape& shape, Rank rank);
  /// At least this version of the standard operators.
  void require_opset(int version);
  onnx::NodeProto& add_node(const std::string& name, const char* op,
                            const std::vector<std::string>& inputs, const std::string& output);
  /// Returns the tensor's name.
  std::string add_initializer(const std::string& name, const std::vector<int>& dims,
                              const std::vector<float>& values);
  std::string add_integers(const std::string& name, const std::vector<std::int64_t>& values);
  /// Of sums and of thresholds, one row a channel: `least` and `scale` more for each that is
  /// reached.
  void add_multi_threshold(const std::string& name, const std::vector<std::string>& inputs,
                           const std::string& output, double scale, double least);
  /// A QONNX Quant node; returns the quantized tensor's name. `scales`: one an element of the first
  /// of `rank` dimensions, or none, where that of `spec` is for all.
  std::string add_quant(const std::string& input, const std::string& stem, const QuantSpec& spec,
                        const std::vector<float>& scales = {}, std::size_t rank = 0);
  /// QuantizeLinear and DequantizeLinear, behind a Clip to the codes of `spec` where their type has
  /// more; returns what they deliver.
  std::string add_pair(const std::string& input, const std::string& stem, const QuantSpec& spec);
  /// Codes of `spec` as an initializer, and their DequantizeLinear; likewise. `scales`: one, or one
  /// an element of the first dimension.
  std::string add_codes(const std::string& stem, const std::vector<int>& dims,
                        const QuantSpec& spec, const std::vector<std::int64_t>& codes,
                        const std::vector<float>& scales);

  std::string bytes() const;

 private:
  void add_opset(const char* domain, int version);
  std::string scalar(const std::string& name, float value);
  onnx::TensorProto& add_tensor(const std::string& name, int type);
  onnx::NodeProto& add_linear(const std::string& name, const char* op,
                              const std::vector<std::string>& inputs, const std::string& output,
                              const QuantSpec& spec);

  onnx::ModelProto model_;
  onnx::GraphProto& graph_;
  std::set<std::string> used_;
  std::map<std::string, std::string> scalars_;  ///< of Quant nodes, each value once
};

void add_attribute(onnx::NodeProto& node, const char* name, std::int64_t value);
void add_attribute(onnx::NodeProto& node, const char* name, std::initializer_list<int> values);
void add_attribute(onnx::NodeProto& node, const char* name, const std::string& value);
void add_real_attribute(onnx::NodeProto& node, const char* name, float value);

}  // namespace dcnsim
