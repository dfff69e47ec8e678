// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/input_layout.h"

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "models/base/text/printable.h"
#include "workloads/network.h"
#include "workloads/onnx/attributes.h"
#include "workloads/onnx/constant.h"
#include "workloads/onnx/dims.h"

namespace dcnsim {
namespace {

using Axes = std::vector<MapAxis>;

const Axes kStandard{MapAxis::kChannel, MapAxis::kRow, MapAxis::kColumn};
const Axes kChannelsLast{MapAxis::kRow, MapAxis::kColumn, MapAxis::kChannel};

using Order = std::vector<std::size_t>;

std::vector<std::string> names(const Order& order) {
  std::vector<std::string> result;
  for (const std::size_t dimension : order) result.push_back(std::to_string(dimension));
  return result;
}

/// Leaves the dimensions of a map as they are.
bool keeps_layout(const onnx::NodeProto& node) {
  static const std::set<std::string> ops{
      "Add", "Cast", "Clip",  "DequantizeLinear", "Div",  "Dropout", "Identity", "Mul", "IntQuant",
      "Neg", "Pad",  "Quant", "QuantizeLinear",   "Relu", "Sub"};
  return ops.count(node.op_type()) > 0;
}

/// Takes N x C x H x W and nothing else.
bool takes_map(const onnx::NodeProto& node) {
  static const std::set<std::string> ops{"AveragePool",       "BatchNormalization", "Conv",
                                         "GlobalAveragePool", "GlobalMaxPool",      "MaxPool"};
  return ops.count(node.op_type()) > 0;
}

/// The axes of a four-dimensional input, after its batch, of which `order` makes N x C x H x W.
Axes axes_in(const Order& order) {
  Axes axes(3);
  for (std::size_t i = 1; i < 4; ++i) {
    if (order[i] == 0) return kStandard;
    axes[order[i] - 1] = kStandard[i - 1];
  }
  return axes;
}

/// Without those of extent 1, a part of channels, rows, columns or of rows, columns, channels: an
/// image has no other order.
bool is_of_an_image(const Axes& axes, const onnx::TensorShapeProto& dims) {
  Axes longer;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (dims.dim(static_cast<int>(i) + 1).dim_value() != 1) longer.push_back(axes[i]);
  }
  const auto place = [](const Axes& order, MapAxis axis) {
    return std::find(order.begin(), order.end(), axis) - order.begin();
  };
  const auto is_part_of = [&](const Axes& order) {
    return std::is_sorted(longer.begin(), longer.end(),
                          [&](MapAxis a, MapAxis b) { return place(order, a) < place(order, b); });
  };
  return is_part_of(kStandard) || is_part_of(kChannelsLast);
}

/// Of an image that a layer reads which takes nothing but N x C x H x W.
Axes axes_before_layer(const Order& order, const onnx::TensorShapeProto& dims) {
  const Axes axes = axes_in(order);
  if (is_of_an_image(axes, dims)) return axes;
  throw std::runtime_error(
      "up to the first layer its dimensions are put in the order [" + listed(names(order)) +
      "]: only [0, 3, 1, 2] is supported, which makes N x C x H x W of N x H x W x C");
}

/// Of an image that is read in any order.
Axes axes_after(const Order& order) {
  return axes_in(order) == kChannelsLast ? kChannelsLast : kStandard;
}

/// What the Transposes of the image leave as N x C x H x W: all of them where a layer follows that
/// takes nothing else, or the first if it can be that of N x H x W x C.
Axes axes_of_map(const Graph& graph) {
  const onnx::TensorShapeProto& dims = graph.input_type().tensor_type().shape();
  std::string image = graph.input();
  Order order{0, 1, 2, 3};
  std::optional<Order> first;
  for (const onnx::NodeProto* node : graph.nodes()) {
    if (std::find(node->input().begin(), node->input().end(), image) == node->input().end() ||
        node->op_type() == "Shape") {
      continue;
    }
    if (node->op_type() == "Transpose") {
      Attributes attributes(*node);
      Order turned;
      for (const std::size_t from : permutation(attributes, 4)) turned.push_back(order[from]);
      order = std::move(turned);
      if (!first) first = order;
    } else if (!keeps_layout(*node)) {
      // Exporters turn the Transpose of a single channel into a Reshape.
      const bool is_grey = dims.dim(3).dim_value() == 1;
      if (!first && is_grey && node->op_type() == "Reshape") {
        return kChannelsLast;
      }
      return takes_map(*node) ? axes_before_layer(order, dims) : axes_after(first.value_or(order));
    }
    image = node->output(0);
  }
  return axes_after(first.value_or(order));
}

Axes axes_of_input(const Graph& graph, std::size_t dimensions) {
  switch (dimensions) {
    case 1:
      return {MapAxis::kChannel};
    case 2:
      return {MapAxis::kRow, MapAxis::kChannel};
    case 3:
      return axes_of_map(graph);
    default:
      throw std::runtime_error("expected dimensions N x C x H x W, pixels x channels, or a vector");
  }
}

InputLayout checked_layout(const Graph& graph) {
  const onnx::TypeProto& type = graph.input_type();
  const int element = type.tensor_type().elem_type();
  if (!type.has_tensor_type() ||
      (is_integer_type(element) && element != onnx::TensorProto::UINT8)) {
    throw std::runtime_error("expected a float or uint8 tensor");
  }
  const onnx::TensorShapeProto& dims = type.tensor_type().shape();
  const auto is_one = [&](int i) { return dims.dim(i).dim_value() == 1; };
  const bool has_batch =
      dims.dim_size() > 0 && (!dims.dim(0).has_dim_value() || is_one(0) || dims.dim_size() != 2);
  const int first = has_batch ? 1 : 0;
  const Axes axes = axes_of_input(graph, static_cast<std::size_t>(dims.dim_size() - first));
  if (has_batch && dims.dim(0).has_dim_value() && !is_one(0)) {
    throw std::runtime_error("its batch size must be 1 or symbolic");
  }
  InputLayout layout;
  if (has_batch) layout.view.emplace_back();
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const bool is_channel = axes[i] == MapAxis::kChannel, is_row = axes[i] == MapAxis::kRow;
    const std::string field = is_channel ? "number of channels" : (is_row ? "height" : "width");
    const auto& dim = dims.dim(static_cast<int>(i) + first);
    if (!dim.has_dim_value() || dim.dim_value() < 1 || dim.dim_value() > kMaxExtent) {
      throw std::runtime_error("its " + field + " must be a number from 1 to " +
                               std::to_string(kMaxExtent));
    }
    const int value = static_cast<int>(dim.dim_value());
    (is_channel ? layout.shape.channels
     : is_row   ? layout.shape.height
                : layout.shape.width) = value;
    layout.view.push_back(value > 1 ? Axes{axes[i]} : Axes{});
  }
  return layout;
}

}  // namespace

InputLayout input_layout(const Graph& graph) {
  try {
    return checked_layout(graph);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("input '" + printable(graph.input()) + "': " + error.what());
  }
}

}  // namespace dcnsim
