// SPDX-License-Identifier: Apache-2.0
#include "workloads/fixed_point.h"

#include <cmath>
#include <stdexcept>
#include <utility>

#include "models/numeric/rounding.h"

namespace dcnsim {
namespace {

std::vector<std::int64_t> bias_codes(const FloatLayer& layer, int frac) {
  std::vector<std::int64_t> codes;
  for (const float bias : layer.bias) {
    const double code = round_to_integer(std::ldexp(double{bias}, frac), Rounding::kHalfEven);
    if (std::abs(code) > static_cast<double>(kMaxBiasCode)) {
      throw std::invalid_argument("layer '" + layer.node.name +
                                  "': a bias is too large for the accumulator's grid");
    }
    codes.push_back(static_cast<std::int64_t>(code));
  }
  return codes;
}

std::string extent(const Shape& shape) {
  return std::to_string(shape.height) + " x " + std::to_string(shape.width) + " x " +
         std::to_string(shape.channels);
}

std::string kernel(const LayerNode& node) {
  const int height = node.kind == LayerKind::kPool ? node.pool.kernel_h : node.conv.kernel_h;
  const int width = node.kind == LayerKind::kPool ? node.pool.kernel_w : node.conv.kernel_w;
  return std::to_string(height) + " x " + std::to_string(width);
}

std::string producers(const LayerNode& node) {
  return std::to_string(node.input) +
         (node.kind == LayerKind::kAdd ? " and " + std::to_string(node.input2) : "");
}

/// "" or what `other` has instead.
std::string difference_between(const LayerNode& node, const LayerNode& other) {
  const auto instead = [](const std::string& field, const std::string& wanted,
                          const std::string& found) {
    return wanted == found ? "" : field + ": " + found + ", expected " + wanted;
  };
  for (const std::string& difference :
       {instead("name", node.name, other.name),
        instead("kind", std::string(to_string(node.kind)), std::string(to_string(other.kind))),
        instead("producer", producers(node), producers(other)),
        instead("kernel", kernel(node), kernel(other)),
        instead("max pool", std::to_string(node.fused_pool), std::to_string(other.fused_pool)),
        instead("ReLU", std::to_string(node.relu), std::to_string(other.relu)),
        instead("bounds", to_string(node.bounds), to_string(other.bounds)),
        instead("output", extent(node.output_shape()), extent(other.output_shape()))}) {
    if (!difference.empty()) return difference;
  }
  return "";
}

}  // namespace

FixedNetwork in_fixed_point(const FloatNetwork& network, const NetworkFormats& formats) {
  FixedNetwork result;
  result.name = network.name;
  result.input_name = network.input_name;
  result.input = network.input;
  result.input_format = formats.input;
  result.convention = network.convention;
  result.assumptions = network.assumptions;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const FloatLayer& layer = network.layers[i];
    const TensorFormats& tensors = formats.layers.at(i);
    FixedLayer fixed;
    fixed.node = layer.node;
    if (layer.node.kind == LayerKind::kConv) {
      fixed.weight = tensors.weight;
      for (const float weight : layer.weights) {
        fixed.weights.push_back(quantize(double{weight}, fixed.weight));
      }
      fixed.bias = bias_codes(layer, fixed.weight.frac + formats.of(layer.node.input).frac);
    }
    fixed.requant.out = tensors.output;
    fixed.requant.rounding = tensors.rounding;
    set_bounds(fixed.requant, layer.node);
    fixed.requant.shift = required_shift(result, fixed);
    result.layers.push_back(std::move(fixed));
  }
  validate(result);
  return result;
}

NetworkFormats formats_of(const FixedNetwork& network) {
  NetworkFormats formats{network.input_format, {}};
  for (const FixedLayer& layer : network.layers) {
    if (layer.requant.multiplies) {
      throw std::invalid_argument("layer '" + layer.node.name +
                                  "': has free scales or zero points, expected powers of two");
    }
    formats.layers.push_back({layer.weight, layer.requant.out, layer.requant.rounding});
  }
  return formats;
}

std::string difference_between(const FloatNetwork& network, const FixedNetwork& fixed) {
  if (fixed.layers.size() != network.layers.size()) {
    return std::to_string(fixed.layers.size()) + " layers, expected " +
           std::to_string(network.layers.size());
  }
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const LayerNode& node = network.layers[i].node;
    const std::string difference = difference_between(node, fixed.layers[i].node);
    if (!difference.empty()) return "layer '" + node.name + "': " + difference;
  }
  return "";
}

}  // namespace dcnsim
