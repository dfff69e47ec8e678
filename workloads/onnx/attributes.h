// SPDX-License-Identifier: Apache-2.0
// Attributes of an ONNX node, each asked for by name and type. What nobody asked for is an error:
// an attribute that is not understood may change what the operator computes.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "workloads/onnx/proto.h"

namespace dcnsim {

class Attributes {
 public:
  /// Throws std::runtime_error if an attribute is given twice. `node` must outlive this.
  explicit Attributes(const onnx::NodeProto& node);

  /// The attribute's value, `fallback` if the node has none; throws if it has another type.
  std::int64_t integer(const std::string& name, std::int64_t fallback);
  double real(const std::string& name, double fallback);
  std::string text(const std::string& name, const std::string& fallback);
  /// Empty if the node has none.
  std::vector<std::int64_t> integers(const std::string& name);
  /// Null if the node has none.
  const onnx::TensorProto* tensor(const std::string& name);
  /// Attributes that change nothing at inference.
  void ignore(const std::string& name) { asked_.insert(name); }

  /// Throws std::runtime_error naming an attribute that was not asked for.
  void finish() const;

 private:
  const onnx::AttributeProto* find(const std::string& name,
                                   onnx::AttributeProto::AttributeType type);

  std::map<std::string, const onnx::AttributeProto*> attributes_;
  std::set<std::string> asked_;
};

}  // namespace dcnsim
