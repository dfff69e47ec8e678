// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/constant.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string>

#include "workloads/network.h"

namespace dcnsim {
namespace {

std::size_t element_count(const onnx::TensorProto& tensor) {
  std::size_t count = 1;
  for (const std::int64_t dim : tensor.dims()) {
    if (dim < 1 || dim > static_cast<std::int64_t>(kMaxElements)) {
      throw std::runtime_error("has the impossible dimension " + std::to_string(dim));
    }
    count *= static_cast<std::size_t>(dim);
    if (count > kMaxElements) {
      throw std::runtime_error("has more than " + std::to_string(kMaxElements) + " elements");
    }
  }
  return count;
}

/// Elements from either encoding: little-endian bytes or a list.
template <class Element, class List>
std::vector<Element> elements(const onnx::TensorProto& tensor, const List& list) {
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0) {
    throw std::runtime_error("has its data in another file, which is not supported");
  }
  if (tensor.has_segment()) throw std::runtime_error("is stored in segments");
  const std::size_t count = element_count(tensor);
  const std::string& raw = tensor.raw_data();
  const std::size_t found =
      raw.empty() ? static_cast<std::size_t>(list.size()) : raw.size() / sizeof(Element);
  if ((!raw.empty() && list.size() > 0) || raw.size() % sizeof(Element) != 0 || found != count) {
    throw std::runtime_error("has " + std::to_string(found) + " values, its dimensions say " +
                             std::to_string(count));
  }
  if (raw.empty()) return {list.begin(), list.end()};
  std::vector<Element> values(count);
  std::memcpy(values.data(), raw.data(), raw.size());
  return values;
}

std::string type_name(int type) {
  return onnx::TensorProto::DataType_IsValid(type)
             ? onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(type))
             : std::to_string(type);
}

void require_type(const onnx::TensorProto& tensor, onnx::TensorProto::DataType type) {
  if (tensor.data_type() != type) {
    throw std::runtime_error("has element type " + type_name(tensor.data_type()) + ", expected " +
                             type_name(type));
  }
}

}  // namespace

Constant float_constant(const onnx::TensorProto& tensor) {
  require_type(tensor, onnx::TensorProto::FLOAT);
  Constant constant;
  constant.values = elements<float>(tensor, tensor.float_data());
  constant.dims.assign(tensor.dims().begin(), tensor.dims().end());
  const auto finite = [](float value) { return std::isfinite(value); };
  if (!std::all_of(constant.values.begin(), constant.values.end(), finite)) {
    throw std::runtime_error("holds a value that is not a finite number");
  }
  return constant;
}

std::vector<std::int64_t> integer_constant(const onnx::TensorProto& tensor) {
  require_type(tensor, onnx::TensorProto::INT64);
  return elements<std::int64_t>(tensor, tensor.int64_data());
}

float scalar(const Constant& constant) {
  if (constant.values.size() != 1) {
    throw std::runtime_error("has " + std::to_string(constant.values.size()) +
                             " values, expected one for the whole tensor");
  }
  return constant.values.front();
}

std::vector<std::int64_t> codes(const Constant& constant) {
  const QuantSpec& quant = constant.quant.value();
  std::vector<std::int64_t> result;
  result.reserve(constant.values.size());
  for (const float value : constant.values) result.push_back(quant.code(double{value}));
  return result;
}

}  // namespace dcnsim
