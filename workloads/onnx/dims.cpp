// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/dims.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "workloads/onnx/constant.h"

namespace dcnsim {
namespace {

/// Which of `rank` dimensions `axes` name.
std::vector<bool> named(const std::vector<std::int64_t>& axes, std::size_t rank) {
  std::vector<bool> result(rank);
  for (const std::int64_t axis : axes) {
    std::vector<bool>::reference is_named = result[axis_of(axis, rank)];
    if (is_named) throw std::runtime_error("names axis " + std::to_string(axis) + " twice");
    is_named = true;
  }
  return result;
}

}  // namespace

std::size_t axis_of(std::int64_t axis, std::size_t rank) {
  const auto size = static_cast<std::int64_t>(rank);
  if (axis < -size || axis >= size) {
    throw std::runtime_error("axis " + std::to_string(axis) + " is not one of " +
                             std::to_string(rank) + " dimensions");
  }
  return static_cast<std::size_t>(axis < 0 ? axis + size : axis);
}

std::vector<std::int64_t> axes_of(Attributes& attributes, const Dims* input) {
  const std::vector<std::int64_t> given = attributes.integers("axes");
  return input != nullptr ? *input : given;
}

Dims flattened(const Dims& dims, std::int64_t axis) {
  const std::size_t split =
      axis == static_cast<std::int64_t>(dims.size()) ? dims.size() : axis_of(axis, dims.size());
  const auto middle = dims.begin() + static_cast<std::ptrdiff_t>(split);
  const auto product = [](auto begin, auto end) {
    return std::accumulate(begin, end, std::int64_t{1}, std::multiplies<>());
  };
  return {product(dims.begin(), middle), product(middle, dims.end())};
}

Dims reshaped(const Dims& dims, const Dims& target, bool allow_zero) {
  if (target.size() > kMaxRank) throw std::runtime_error("adds too many dimensions");
  Dims result = target;
  auto open = result.end();
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == 0 && !allow_zero && i < dims.size()) result[i] = dims[i];
    if (target[i] != -1) continue;
    if (open != result.end()) throw std::runtime_error("to " + text(target) + ": -1 stands twice");
    open = result.begin() + static_cast<std::ptrdiff_t>(i);
    *open = 1;
  }
  const std::size_t given = element_count(dims), kept = element_count(result);
  if (open != result.end() && kept > 0) *open = static_cast<std::int64_t>(given / kept);
  if (element_count(result) != given) {
    throw std::runtime_error("to " + text(target) + ": does not hold the " + std::to_string(given) +
                             " elements of " + text(dims));
  }
  return result;
}

Dims squeezed(const Dims& dims, const std::vector<std::int64_t>& axes) {
  const std::vector<bool> dropped = named(axes, dims.size());
  Dims result;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dropped[i] && dims[i] != 1) {
      throw std::runtime_error("squeezes dimension " + std::to_string(i) + " of " + text(dims));
    }
    if (!dropped[i] && !(axes.empty() && dims[i] == 1)) result.push_back(dims[i]);
  }
  return result;
}

Dims unsqueezed(const Dims& dims, const std::vector<std::int64_t>& axes) {
  if (dims.size() + axes.size() > kMaxRank) throw std::runtime_error("adds too many dimensions");
  const std::vector<bool> added = named(axes, dims.size() + axes.size());
  Dims result;
  auto next = dims.begin();
  for (const bool is_new : added) result.push_back(is_new ? 1 : *next++);
  return result;
}

Dims shape_values(Attributes& attributes, const Dims& dims) {
  const auto rank = static_cast<std::int64_t>(dims.size());
  const auto bound = [&](const char* name, std::int64_t fallback) {
    const std::int64_t given = attributes.integer(name, fallback);
    return std::clamp<std::int64_t>(given < 0 ? given + rank : given, 0, rank);
  };
  const std::int64_t start = bound("start", 0), end = bound("end", rank);
  return {dims.begin() + start, dims.begin() + std::max(start, end)};
}

bool keeps_order(const onnx::NodeProto& node) {
  for (const char* op : {"Dropout", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze"}) {
    if (node.op_type() == op) return true;
  }
  return false;
}

bool takes_dims(const onnx::NodeProto& node) {
  return node.op_type() == "Reshape" || node.op_type() == "Squeeze" ||
         node.op_type() == "Unsqueeze";
}

Dims dims_after(const onnx::NodeProto& node, Attributes& attributes, const Dims& dims,
                const Dims* argument) {
  const std::string& op = node.op_type();
  if (op == "Flatten") return flattened(dims, attributes.integer("axis", 1));
  if (op == "Reshape") {
    if (argument == nullptr) throw std::runtime_error("its shape is not a constant");
    return reshaped(dims, *argument, attributes.integer("allowzero", 0) != 0);
  }
  if (op == "Squeeze") return squeezed(dims, axes_of(attributes, argument));
  if (op == "Unsqueeze") return unsqueezed(dims, axes_of(attributes, argument));
  attributes.ignore("ratio");
  attributes.ignore("seed");
  return dims;
}

std::vector<AxisSteps> axis_steps(SliceAmounts amounts, const Dims& dims) {
  auto& [starts, ends, axes, steps] = amounts;
  for (std::size_t i = axes.size(); i < starts.size(); ++i) {
    axes.push_back(static_cast<std::int64_t>(i));
  }
  steps.resize(std::max(steps.size(), starts.size()), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size()) {
    throw std::runtime_error("has starts, ends and axes of unlike number");
  }
  std::vector<AxisSteps> result;
  for (const std::int64_t extent : dims) result.push_back({0, extent, 1});
  std::vector<char> is_cut(dims.size());
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t axis = axis_of(axes[i], dims.size());
    const std::int64_t extent = dims[axis];
    const std::int64_t by = std::clamp(steps[i], -extent - 1, extent + 1);
    if (by == 0) throw std::runtime_error("has a step of 0");
    if (std::exchange(is_cut[axis], 1) != 0) throw std::runtime_error("names an axis twice");
    const std::int64_t lowest = by > 0 ? 0 : -1, highest = by > 0 ? extent : extent - 1;
    const auto clamped = [&](std::int64_t at) {
      return std::clamp(at < 0 ? at + extent : at, lowest, highest);
    };
    const std::int64_t from = std::max<std::int64_t>(clamped(starts[i]), 0);
    const std::int64_t to = clamped(ends[i]);
    const std::int64_t count = (to - from + (by > 0 ? by - 1 : by + 1)) / by;
    result[axis] = {from, std::max<std::int64_t>(0, count), by};
  }
  return result;
}

std::vector<std::size_t> permutation(Attributes& attributes, std::size_t rank) {
  const std::vector<std::int64_t> given = attributes.integers("perm");
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < rank; ++i) result.push_back(rank - 1 - i);
  if (given.empty()) return result;
  if (given.size() != rank) {
    throw std::runtime_error("attribute perm has " + std::to_string(given.size()) + " values for " +
                             std::to_string(rank) + " dimensions");
  }
  named(given, rank);
  for (std::size_t i = 0; i < rank; ++i) result[i] = axis_of(given[i], rank);
  return result;
}

}  // namespace dcnsim
