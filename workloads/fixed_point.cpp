// SPDX-License-Identifier: Apache-2.0
#include "workloads/fixed_point.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "models/numeric/rounding.h"

namespace dcnsim {
namespace {

/// `scales`: of the sums, one a channel.
std::vector<std::int64_t> bias_codes(const FloatLayer& layer, const std::vector<double>& scales) {
  std::vector<std::int64_t> codes;
  for (std::size_t c = 0; c < layer.bias.size(); ++c) {
    const double code = round_to_integer(double{layer.bias[c]} / scales[c], Rounding::kHalfEven);
    if (std::abs(code) > static_cast<double>(kMaxBiasCode)) {
      throw std::invalid_argument("layer '" + layer.node.name +
                                  "': a bias is too large for the accumulator's grid");
    }
    codes.push_back(static_cast<std::int64_t>(code));
  }
  return codes;
}

/// The node's function of the number that each code stands for, in its bounds.
std::vector<std::int32_t> table_for(const FixedNetwork& network, const FixedLayer& layer) {
  const LayerNode& node = layer.node;
  const Format& in = network.format_of(node.input);
  if (in.bits > kMaxTableBits) {
    throw std::invalid_argument("layer '" + node.name + "': " + why_no_table(in.bits));
  }
  const Requant& requant = layer.requant;
  const std::int32_t least = in.is_signed ? -(1 << (in.bits - 1)) : 0;
  std::vector<std::int32_t> table;
  for (int i = 0; i < table_entries(in); ++i) {
    const double value = node.curve(network.number(node.input, least + i));
    table.push_back(std::clamp(quantize(value / layer.step, requant.out, requant.rounding),
                               requant.min_code(), requant.max_code()));
  }
  return table;
}

/// Of negative sums, which a slope of 0 makes 0.
Scale scaled_by_slope(double ratio, double slope) {
  if (slope == 0) return {0, 0};
  return nearest_scale(ratio * slope, kMultiplierBits);
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
        instead("pair", std::string(to_string(node.pair)), std::string(to_string(other.pair))),
        instead("function", to_string(node.curve), to_string(other.curve)),
        instead("bounds", to_string(node.bounds), to_string(other.bounds)),
        instead("output", extent(node.output_shape()), extent(other.output_shape()))}) {
    if (!difference.empty()) return difference;
  }
  return node.slopes == other.slopes ? "" : "slopes: others, expected those of the float network";
}

}  // namespace

double TensorFormats::output_scale() const { return std::ldexp(output_step, -output.frac); }

std::vector<double> TensorFormats::scales_of_weights() const {
  return weight_scales.empty() ? std::vector<double>{std::ldexp(1.0, -weight.frac)} : weight_scales;
}

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
      fixed.weight_steps = tensors.weight_scales;
      if (fixed.weight_steps.empty()) {
        fixed.weight_steps.assign(layer.bias.size(), std::ldexp(1.0, -fixed.weight.frac));
      }
      const std::size_t reduction = layer.weights.size() / layer.bias.size();
      Format codes = fixed.weight;
      codes.frac = 0;
      fixed.weights.reserve(layer.weights.size());
      for (std::size_t k = 0; k < layer.weights.size(); ++k) {
        const double scale = fixed.weight_steps[k / reduction];
        fixed.weights.push_back(quantize(double{layer.weights[k]} / scale, codes));
      }
      std::vector<double> scales = fixed.weight_steps;
      for (double& scale : scales) scale *= result.scale_of(layer.node.input);
      fixed.bias = bias_codes(layer, scales);
    }
    fixed.requant.out = tensors.output;
    fixed.step = tensors.output_step;
    fixed.requant.rounding = tensors.rounding;
    set_bounds(fixed.requant, layer.node, fixed.step);
    set_requantizer(result, fixed);
    result.layers.push_back(std::move(fixed));
  }
  validate(result);
  return result;
}

std::optional<int> common_frac(const std::vector<double>& scales) {
  int exponent = 0;
  if (std::frexp(scales.front(), &exponent) != 0.5) return std::nullopt;
  for (const double scale : scales) {
    if (scale != scales.front()) return std::nullopt;
  }
  return 1 - exponent;
}

void set_requantizer(const FixedNetwork& network, FixedLayer& layer, double factor) {
  Requant& requant = layer.requant;
  const LayerNode& node = layer.node;
  const bool is_conv = node.kind == LayerKind::kConv, is_add = node.kind == LayerKind::kAdd;
  if (node.curve.any()) {
    layer.table = table_for(network, layer);
    return;
  }
  const auto is_plain = [](const Format& format, double step) {
    return format.zero_point == 0 && step == 1;
  };
  const auto reads_plain = [&](int producer) {
    return is_plain(network.format_of(producer), network.step_of(producer));
  };
  if (is_plain(requant.out, layer.step) && reads_plain(node.input) &&
      (!is_add || reads_plain(node.input2)) && factor == 1 && node.slopes.empty() &&
      (!is_conv || common_frac(layer.weight_steps))) {
    if (is_conv) layer.weight.frac = *common_frac(layer.weight_steps);
    layer.weight_steps.clear();
    requant.shift = required_shift(network, layer);
    return;
  }
  requant.multiplies = true;
  const double in = network.scale_of(node.input);
  const double out = std::ldexp(layer.step, -requant.out.frac);
  if (is_conv) {
    layer.weight.frac = 0;
    requant.leaky = !node.slopes.empty();
    for (std::size_t c = 0; c < layer.weight_steps.size(); ++c) {
      const double ratio = layer.weight_steps[c] * in / out;
      layer.scales.push_back(nearest_scale(ratio, kMultiplierBits));
      if (requant.leaky) layer.scales.push_back(scaled_by_slope(ratio, node.slope(c)));
    }
    return;
  }
  const double in2 = is_add ? network.scale_of(node.input2) : 0;
  const bool is_product = multiplies(node.pair);
  const double first = in * factor * (is_product ? in2 : 1) / out;
  const double second = is_product ? 0 : in2 / out;
  requant.shift = nearest_scale(std::max(first, second), kMultiplierBits).shift;
  const auto multiplier = [&](double ratio) {
    return static_cast<std::uint32_t>(
        round_to_integer(std::ldexp(ratio, requant.shift), Rounding::kHalfEven));
  };
  requant.multiplier = multiplier(first);
  requant.multiplier2 = multiplier(second);
}

NetworkFormats formats_of(const FixedNetwork& network) {
  if (network.input_format.zero_point != 0 || network.input_step != 1) {
    throw std::invalid_argument("the input has a zero point or a free scale, expected neither");
  }
  NetworkFormats formats{network.input_format, {}};
  for (const FixedLayer& layer : network.layers) {
    if (layer.requant.counts) {
      throw std::invalid_argument("layer '" + layer.node.name +
                                  "': counts thresholds, which formats do not say");
    }
    if (layer.requant.out.zero_point != 0) {
      throw std::invalid_argument("layer '" + layer.node.name +
                                  "': has a zero point, expected none");
    }
    formats.layers.push_back(
        {layer.weight, layer.requant.out, layer.requant.rounding, layer.weight_steps, layer.step});
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
