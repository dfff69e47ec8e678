// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/constant_store.h"

#include <stdexcept>
#include <utility>

#include "models/base/text/printable.h"
#include "workloads/onnx/integer_annotation.h"

namespace dcnsim {
namespace {

constexpr std::size_t kLeastRoom = std::size_t{1} << 22;

}  // namespace

ConstantStore::ConstantStore(const Graph& graph)
    : graph_(graph), room_(kLeastRoom + 2 * graph.file_bytes()) {}

bool ConstantStore::has(const std::string& tensor) const {
  return known_.count(tensor) > 0 || graph_.initializer(tensor) != nullptr;
}

const Constant& ConstantStore::get(const std::string& tensor) {
  const auto known = known_.find(tensor);
  if (known != known_.end()) return known->second;
  onnx::TensorProto* proto = graph_.initializer(tensor);
  if (proto == nullptr) {
    throw std::runtime_error("'" + printable(tensor) + "' is not a constant, as it must be");
  }
  try {
    Constant& constant = known_[tensor] = decoded(std::move(*proto));
    const std::string* const datatype = graph_.annotation(tensor, kIntegerAnnotation);
    if (believes_annotations_ && datatype != nullptr && !constant.is_integer) {
      if (const auto integers = integers_of_annotation(*datatype)) {
        hold_integers(constant, *integers);
      }
    }
    return constant;
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("tensor '" + printable(tensor) + "' " + error.what());
  }
}

Constant ConstantStore::take(const std::string& tensor) {
  get(tensor);
  Constant& constant = known_.at(tensor);
  if (graph_.readers(tensor) > 1) {
    charge(constant.values.size());
    return constant;
  }
  // A Shape node may still ask for the dimensions.
  return {constant.dims,  std::move(constant.values), constant.is_integer,
          constant.quant, std::move(constant.scales), constant.type};
}

void ConstantStore::charge(std::size_t elements) {
  if (elements > room_) {
    throw std::runtime_error("copies or computes more constants than this file's share of memory");
  }
  room_ -= elements;
}

void ConstantStore::put(const std::string& tensor, Constant constant) {
  charge(constant.values.size());
  known_[tensor] = std::move(constant);
}

}  // namespace dcnsim
