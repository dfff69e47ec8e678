// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/constant.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "workloads/network.h"

namespace dcnsim {
namespace {

double from_bfloat16(std::uint16_t bits) {
  const std::uint32_t wide = std::uint32_t{bits} << 16;
  float value = 0;
  std::memcpy(&value, &wide, sizeof value);
  return static_cast<double>(value);
}

double from_float16(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  const double sign = bits >> 15 != 0 ? -1.0 : 1.0;
  if (exponent == 31) {
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity()
                         : std::numeric_limits<double>::quiet_NaN();
  }
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(fraction + 1024, exponent - 25);
}

/// Elements from either encoding: little-endian bytes of `Element`, or a list that holds each in a
/// number of its own.
template <class Element, class List>
Numbers elements(onnx::TensorProto& tensor, const List& list, std::size_t count,
                 double (*convert)(Element)) {
  const std::string& raw = tensor.raw_data();
  const std::size_t found =
      raw.empty() ? static_cast<std::size_t>(list.size()) : raw.size() / sizeof(Element);
  if ((!raw.empty() && list.size() > 0) || raw.size() % sizeof(Element) != 0 || found != count) {
    throw std::runtime_error("has " + std::to_string(found) + " values, its dimensions say " +
                             std::to_string(count));
  }
  if (std::is_same_v<Element, float> && !raw.empty()) {
    return Numbers::of_floats(std::move(*tensor.mutable_raw_data()));
  }
  const auto number_at = [&](std::size_t i) {
    Element element{};
    if (raw.empty()) {
      element = static_cast<Element>(list.Get(static_cast<int>(i)));
    } else {
      std::memcpy(&element, raw.data() + i * sizeof(Element), sizeof(Element));
    }
    return convert(element);
  };
  if (is_integer_type(tensor.data_type())) {
    return Numbers::of_integers(count, [&](std::size_t first, std::size_t next, double* to) {
      for (std::size_t i = 0; i < next; ++i) to[i] = number_at(first + i);
    });
  }
  if (std::is_same_v<Element, double>) {
    std::vector<double> values;
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) values.push_back(number_at(i));
    return values;
  }
  // The 16-bit types are parts of float32.
  std::string floats(count * sizeof(float), '\0');
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = static_cast<float>(number_at(i));
    std::memcpy(floats.data() + i * sizeof value, &value, sizeof value);
  }
  return Numbers::of_floats(std::move(floats));
}

template <class Element>
double number(Element element) {
  return static_cast<double>(element);
}

std::string type_name(int type) {
  return onnx::TensorProto::DataType_IsValid(type)
             ? onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(type))
             : std::to_string(type);
}

Numbers values_of(onnx::TensorProto& tensor, std::size_t count) {
  using Type = onnx::TensorProto;
  switch (tensor.data_type()) {
    case Type::FLOAT:
      return elements<float>(tensor, tensor.float_data(), count, number);
    case Type::DOUBLE:
      return elements<double>(tensor, tensor.double_data(), count, number);
    case Type::FLOAT16:
      return elements<std::uint16_t>(tensor, tensor.int32_data(), count, from_float16);
    case Type::BFLOAT16:
      return elements<std::uint16_t>(tensor, tensor.int32_data(), count, from_bfloat16);
    case Type::INT8:
      return elements<std::int8_t>(tensor, tensor.int32_data(), count, number);
    case Type::UINT8:
    case Type::BOOL:
      return elements<std::uint8_t>(tensor, tensor.int32_data(), count, number);
    case Type::INT16:
      return elements<std::int16_t>(tensor, tensor.int32_data(), count, number);
    case Type::UINT16:
      return elements<std::uint16_t>(tensor, tensor.int32_data(), count, number);
    case Type::INT32:
      return elements<std::int32_t>(tensor, tensor.int32_data(), count, number);
    case Type::UINT32:
      return elements<std::uint32_t>(tensor, tensor.uint64_data(), count, number);
    case Type::INT64:
      return elements<std::int64_t>(tensor, tensor.int64_data(), count, number);
    default:
      throw std::runtime_error("has element type " + type_name(tensor.data_type()) +
                               ", which is not supported");
  }
}

}  // namespace

std::size_t element_count(const Dims& dims) {
  if (dims.size() > kMaxRank) {
    throw std::runtime_error("has " + std::to_string(dims.size()) + " dimensions, at most " +
                             std::to_string(kMaxRank) + " are supported");
  }
  std::size_t count = 1;
  bool is_empty = false;
  for (const std::int64_t dim : dims) {
    if (dim < 0 || dim > static_cast<std::int64_t>(kMaxElements)) {
      throw std::runtime_error("has the impossible dimension " + std::to_string(dim));
    }
    is_empty = is_empty || dim == 0;
    count *= static_cast<std::size_t>(std::max<std::int64_t>(dim, 1));
    if (count > kMaxElements) {
      throw std::runtime_error("has more than " + std::to_string(kMaxElements) + " elements");
    }
  }
  return is_empty ? 0 : count;
}

Constant decoded(onnx::TensorProto tensor) {
  if (tensor.has_segment()) throw std::runtime_error("is stored in segments");
  Constant constant;
  constant.dims.assign(tensor.dims().begin(), tensor.dims().end());
  constant.values = values_of(tensor, element_count(constant.dims));
  constant.is_integer = is_integer_type(tensor.data_type());
  constant.type = tensor.data_type();
  return constant;
}

bool is_integer_type(std::int64_t type) {
  return type != onnx::TensorProto::FLOAT && type != onnx::TensorProto::DOUBLE &&
         type != onnx::TensorProto::FLOAT16 && type != onnx::TensorProto::BFLOAT16;
}

void require_real_numbers(const Constant& constant) {
  if (constant.is_integer) throw std::runtime_error("holds integers, expected real numbers");
  constant.values.for_each([](double value) {
    // The conversion of a larger number is undefined.
    if (!(std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max()))) {
      throw std::runtime_error("holds a value that is not a finite number");
    }
  });
}

std::vector<float> real_numbers(const Constant& constant) {
  require_real_numbers(constant);
  std::vector<float> result;
  result.reserve(constant.values.size());
  constant.values.for_each([&](double value) { result.push_back(static_cast<float>(value)); });
  return result;
}

std::vector<std::int64_t> integers(const Constant& constant) {
  if (!constant.is_integer) throw std::runtime_error("holds real numbers, expected integers");
  std::vector<std::int64_t> result;
  constant.values.for_each([&](double value) {
    result.push_back(static_cast<std::int64_t>(std::clamp(value, -0x1p62, 0x1p62)));
  });
  return result;
}

double scalar(const Constant& constant) {
  const Numbers& values = constant.values;
  const double first = values.empty() ? 0 : values[0];
  bool are_equal = !values.empty() && !std::isnan(first);
  // No element is less or greater; ones that are no numbers are not.
  values.for_each(
      [&](double value) { are_equal = are_equal && !(value < first || value > first); });
  if (!are_equal) {
    throw std::runtime_error("has " + std::to_string(values.size()) +
                             " values, expected one for the whole tensor");
  }
  return first;
}

}  // namespace dcnsim
