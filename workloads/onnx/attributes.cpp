// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/attributes.h"

#include <stdexcept>

#include "models/base/text/printable.h"

namespace dcnsim {

Attributes::Attributes(const onnx::NodeProto& node) {
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (!attributes_.emplace(attribute.name(), &attribute).second) {
      throw std::runtime_error("attribute " + printable(attribute.name()) + " is given twice");
    }
  }
}

const onnx::AttributeProto* Attributes::find(const std::string& name,
                                             onnx::AttributeProto::AttributeType type) {
  asked_.insert(name);
  const auto found = attributes_.find(name);
  if (found == attributes_.end()) return nullptr;
  if (found->second->type() != type) {
    throw std::runtime_error("attribute " + name + " is not of type " +
                             onnx::AttributeProto::AttributeType_Name(type));
  }
  return found->second;
}

std::int64_t Attributes::integer(const std::string& name, std::int64_t fallback) {
  const auto* attribute = find(name, onnx::AttributeProto::INT);
  return attribute == nullptr ? fallback : attribute->i();
}

double Attributes::real(const std::string& name, double fallback) {
  const auto* attribute = find(name, onnx::AttributeProto::FLOAT);
  return attribute == nullptr ? fallback : static_cast<double>(attribute->f());
}

std::string Attributes::text(const std::string& name, const std::string& fallback) {
  const auto* attribute = find(name, onnx::AttributeProto::STRING);
  return attribute == nullptr ? fallback : attribute->s();
}

std::vector<std::int64_t> Attributes::integers(const std::string& name) {
  const auto* attribute = find(name, onnx::AttributeProto::INTS);
  if (attribute == nullptr) return {};
  return {attribute->ints().begin(), attribute->ints().end()};
}

const onnx::TensorProto* Attributes::tensor(const std::string& name) {
  const auto* attribute = find(name, onnx::AttributeProto::TENSOR);
  return attribute == nullptr ? nullptr : &attribute->t();
}

void Attributes::finish() const {
  for (const auto& [name, attribute] : attributes_) {
    if (asked_.count(name) == 0) {
      throw std::runtime_error("attribute " + printable(name) + " is not supported");
    }
  }
}

}  // namespace dcnsim
