// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/fold_elements.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "workloads/onnx/dims.h"

namespace dcnsim {
namespace {

constexpr std::size_t kMaxTerms = 16;

std::size_t size(std::int64_t extent) { return static_cast<std::size_t>(extent); }

/// Elements from one to the next along each dimension.
std::vector<std::size_t> strides(const Dims& dims) {
  std::vector<std::size_t> result(dims.size());
  std::size_t stride = 1;
  for (std::size_t i = dims.size(); i-- > 0;) {
    result[i] = stride;
    stride *= size(dims[i]);
  }
  return result;
}

/// The dimensions that tensors of `a` and `b` have together, as numpy broadcasts them.
Dims broadcast(const Dims& a, const Dims& b) {
  Dims result(std::max(a.size(), b.size()), 1);
  for (const Dims* dims : {&a, &b}) {
    const std::size_t first = result.size() - dims->size();
    for (std::size_t i = 0; i < dims->size(); ++i) {
      const std::int64_t dim = (*dims)[i];
      if (result[first + i] == 1) {
        result[first + i] = dim;
      } else if (dim != 1 && dim != result[first + i]) {
        throw std::runtime_error("constants of " + text(a) + " and " + text(b) +
                                 " do not fit each other");
      }
    }
  }
  return result;
}

/// Where each element of a tensor of `dims` lies in one that moves by `steps` along them.
std::vector<std::size_t> gathered(const Dims& dims, const std::vector<std::ptrdiff_t>& steps,
                                  std::size_t start = 0) {
  std::vector<std::size_t> result;
  const std::size_t count = element_count(dims);
  result.reserve(count);
  std::vector<std::int64_t> index(dims.size());
  auto at = static_cast<std::ptrdiff_t>(start);
  while (result.size() < count) {
    result.push_back(static_cast<std::size_t>(at));
    for (std::size_t i = dims.size(); i-- > 0;) {
      at += steps[i];
      if (++index[i] < dims[i]) break;
      at -= steps[i] * static_cast<std::ptrdiff_t>(dims[i]);
      index[i] = 0;
    }
  }
  return result;
}

std::vector<std::size_t> broadcast_positions(const Dims& from, const Dims& to) {
  const std::vector<std::size_t> step = strides(from);
  std::vector<std::ptrdiff_t> steps(to.size());
  const std::size_t first = to.size() - from.size();
  for (std::size_t i = 0; i < from.size(); ++i) {
    steps[first + i] = from[i] == 1 ? 0 : static_cast<std::ptrdiff_t>(step[i]);
  }
  return gathered(to, steps);
}

double combine(const std::string& op, double a, double b, bool is_integer) {
  if (op == "Add" || op == "Sum") return a + b;
  if (op == "Sub") return a - b;
  if (op == "Mul") return a * b;
  if (op == "Max") return std::max(a, b);
  if (op == "Min") return std::min(a, b);
  if (op == "Pow") return is_integer ? std::trunc(std::pow(a, b)) : std::pow(a, b);
  if (op == "Equal") return a == b ? 1.0 : 0.0;
  if (is_integer && b == 0.0) throw std::runtime_error("divides an integer by 0");
  return is_integer ? std::trunc(a / b) : a / b;
}

/// `from`'s elements at `positions`.
Constant picked(const Constant& from, Dims dims, const std::vector<std::size_t>& positions) {
  const auto at_positions = [&](const auto& numbers) {
    std::vector<double> picks;
    picks.reserve(positions.size());
    for (const std::size_t position : positions) picks.push_back(numbers[position]);
    return picks;
  };
  Constant result{std::move(dims), at_positions(from.values), from.is_integer, from.quant, {},
                  from.type};
  if (!from.scales.empty()) result.scales.numbers = at_positions(from.scales);
  return result;
}

}  // namespace

Broadcast broadcast_values(const Constant& constant, const Dims& dims) {
  if (broadcast(constant.dims, dims) != dims) {
    throw std::runtime_error("a constant of " + text(constant.dims) + " does not fit one of " +
                             text(dims));
  }
  const std::size_t missing = dims.size() - constant.dims.size();
  std::size_t first = 0, end = constant.dims.size();
  while (first < end && constant.dims[first] == 1) ++first;
  while (end > first && constant.dims[end - 1] == 1) --end;
  Broadcast result{constant.values.to_vector()};
  // Its other dimensions are whole: its elements follow each other.
  for (std::size_t i = first; i < end; ++i) {
    if (constant.dims[i] == dims[missing + i]) continue;
    result.numbers.clear();
    for (const std::size_t position : broadcast_positions(constant.dims, dims)) {
      result.numbers.push_back(constant.values[position]);
    }
    return result;
  }
  for (std::size_t i = missing + end; i < dims.size(); ++i) result.run *= size(dims[i]);
  return result;
}

Constant fold_arithmetic(const FoldedNode& node) {
  Constant result = node.operand(0);
  const std::string& op = node.proto.op_type();
  if (node.inputs.size() > kMaxTerms) throw std::runtime_error("has too many inputs");
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    const Constant& other = node.operand(i);
    Dims dims = broadcast(result.dims, other.dims);
    node.bounded(element_count(dims));
    const std::vector<std::size_t> a = broadcast_positions(result.dims, dims);
    const std::vector<std::size_t> b = broadcast_positions(other.dims, dims);
    Constant combined{std::move(dims), {}, op == "Equal" || result.is_integer, {}};
    std::vector<double> values;
    values.reserve(a.size());
    for (std::size_t k = 0; k < a.size(); ++k) {
      values.push_back(combine(op, result.values[a[k]], other.values[b[k]], result.is_integer));
    }
    combined.values = std::move(values);
    result = std::move(combined);
  }
  return result;
}

Constant fold_function(const FoldedNode& node) {
  node.bounded(node.operand(0).values.size());
  Constant result = node.operand(0);
  const std::string& op = node.proto.op_type();
  std::vector<double> values = result.values.to_vector();
  for (double& x : values) {
    if (op == "Neg") x = -x;
    if (op == "Sqrt") x = std::sqrt(x);
    if (op == "Floor") x = std::floor(x);
    if (op == "Ceil") x = std::ceil(x);
    if (op == "Reciprocal") x = 1 / x;
  }
  result.values = std::move(values);
  return result;
}

Constant fold_where(const FoldedNode& node) {
  const Constant &condition = node.operand(0), &yes = node.operand(1), &no = node.operand(2);
  Dims dims = broadcast(broadcast(condition.dims, yes.dims), no.dims);
  node.bounded(element_count(dims));
  const std::vector<std::size_t> which = broadcast_positions(condition.dims, dims);
  const std::vector<std::size_t> from_yes = broadcast_positions(yes.dims, dims);
  const std::vector<std::size_t> from_no = broadcast_positions(no.dims, dims);
  Constant result{std::move(dims), {}, yes.is_integer, {}};
  std::vector<double> values;
  for (std::size_t i = 0; i < which.size(); ++i) {
    values.push_back(condition.values[which[i]] != 0 ? yes.values[from_yes[i]]
                                                     : no.values[from_no[i]]);
  }
  result.values = std::move(values);
  return result;
}

Constant fold_expand(const FoldedNode& node) {
  Dims dims = broadcast(node.operand(0).dims, integers(node.operand(1)));
  node.bounded(element_count(dims));
  const std::vector<std::size_t> positions = broadcast_positions(node.operand(0).dims, dims);
  return picked(node.operand(0), std::move(dims), positions);
}

Constant fold_concat(const FoldedNode& node) {
  const Constant& first = node.operand(0);
  const std::size_t axis = axis_of(node.attributes.integer("axis", 0), first.dims.size());
  Constant result{first.dims, {}, first.is_integer, {}};
  result.dims[axis] = 0;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    Dims dims = node.operand(i).dims;
    if (dims.size() != first.dims.size()) throw std::runtime_error("joins tensors of unlike ranks");
    result.dims[axis] += dims[axis];
    dims[axis] = first.dims[axis];
    if (dims != first.dims) throw std::runtime_error("joins tensors that do not fit");
  }
  std::vector<double> values(node.bounded(element_count(result.dims)));
  const std::vector<std::size_t> step = strides(result.dims);
  const std::vector<std::ptrdiff_t> steps(step.begin(), step.end());
  std::size_t start = 0;
  for (const Constant* part : node.inputs) {
    const std::vector<std::size_t> places = gathered(part->dims, steps, start);
    for (std::size_t i = 0; i < places.size(); ++i) values[places[i]] = part->values[i];
    start += size(part->dims[axis]) * step[axis];
  }
  result.values = std::move(values);
  return result;
}

Constant fold_gather(const FoldedNode& node) {
  const Constant &data = node.operand(0), &indices = node.operand(1);
  const std::size_t axis = axis_of(node.attributes.integer("axis", 0), data.dims.size());
  const auto middle = data.dims.begin() + static_cast<std::ptrdiff_t>(axis);
  const Dims outer(data.dims.begin(), middle), inner(middle + 1, data.dims.end());
  Dims dims = outer;
  dims.insert(dims.end(), indices.dims.begin(), indices.dims.end());
  dims.insert(dims.end(), inner.begin(), inner.end());
  const std::size_t count = node.bounded(element_count(dims));
  const std::size_t run = element_count(inner);
  const std::vector<std::int64_t> picks = integers(indices);
  std::vector<std::size_t> positions;
  for (std::size_t block = 0; positions.size() < count; ++block) {
    for (const std::int64_t index : picks) {
      const std::size_t at = axis_of(index, size(data.dims[axis]));
      for (std::size_t i = 0; i < run; ++i) {
        positions.push_back((block * size(data.dims[axis]) + at) * run + i);
      }
    }
  }
  return picked(data, std::move(dims), positions);
}

Constant fold_slice(const FoldedNode& node) {
  const Constant& data = node.operand(0);
  const auto given = [&](std::size_t input, const char* attribute) {
    const std::vector<std::int64_t> values = node.attributes.integers(attribute);
    return node.has(input) ? integers(node.operand(input)) : values;
  };
  const SliceAmounts amounts{given(1, "starts"), given(2, "ends"), given(3, "axes"),
                             given(4, "steps")};
  Dims dims;
  const std::vector<std::size_t> step = strides(data.dims);
  std::vector<std::ptrdiff_t> moves;
  std::size_t start = 0;
  for (const AxisSteps& cut : axis_steps(amounts, data.dims)) {
    const std::size_t axis = dims.size();
    dims.push_back(cut.count);
    start += size(cut.first) * step[axis];
    moves.push_back(static_cast<std::ptrdiff_t>(step[axis]) *
                    static_cast<std::ptrdiff_t>(cut.step));
  }
  node.bounded(element_count(dims));
  const std::vector<std::size_t> positions = gathered(dims, moves, start);
  return picked(data, std::move(dims), positions);
}

Constant fold_transpose(const FoldedNode& node) {
  const Constant& data = node.operand(0);
  const std::vector<std::size_t> step = strides(data.dims);
  Dims dims;
  std::vector<std::ptrdiff_t> steps;
  for (const std::size_t axis : permutation(node.attributes, data.dims.size())) {
    dims.push_back(data.dims[axis]);
    steps.push_back(static_cast<std::ptrdiff_t>(step[axis]));
  }
  const std::vector<std::size_t> positions = gathered(dims, steps);
  return picked(data, std::move(dims), positions);
}

Constant fold_product(const FoldedNode& node) {
  const Constant& data = node.operand(0);
  const std::vector<std::int64_t> axes = axes_of(node.attributes, nullptr);
  const bool keeps = node.attributes.integer("keepdims", 1) != 0;
  const bool is_shape = data.dims.size() == 1 && data.values.size() <= kMaxRank &&
                        (axes.empty() || axes == Dims{0}) && !node.has(1);
  if (!is_shape) throw std::runtime_error("is supported for shapes of tensors only");
  double product = 1;
  data.values.for_each([&](double value) { product *= value; });
  return {keeps ? Dims{1} : Dims{}, {product}, data.is_integer, {}};
}

}  // namespace dcnsim
