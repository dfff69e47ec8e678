// SPDX-License-Identifier: Apache-2.0
// How NetworkBuilder makes the network of its layers.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

#include "models/base/text/printable.h"
#include "workloads/onnx/clean_names.h"
#include "workloads/onnx/network_builder.h"
#include "workloads/onnx/qonnx_network.h"

namespace dcnsim {
namespace {

/// Of the scores where the file has no Quant node for them, as the quantizer gives them.
constexpr int kLogitBits = 16;

/// The finest format of kLogitBits that holds every sum of `layer`, not finer than the sums.
QuantSpec spec_of_sums(const FixedLayer& layer, const Format& input) {
  const double largest_input = std::max(std::abs(input.min_code()), input.max_code());
  const std::size_t reduction = layer.weights.size() / layer.bias.size();
  double largest = 0;
  for (std::size_t o = 0; o < layer.bias.size(); ++o) {
    double sum = std::abs(static_cast<double>(layer.bias[o]));
    for (std::size_t k = 0; k < reduction; ++k) {
      sum += std::abs(static_cast<double>(layer.weights[o * reduction + k])) * largest_input;
    }
    largest = std::max(largest, sum);
  }
  const int sum_frac = layer.weight.frac + input.frac;
  const double limit = std::ldexp(1.0, kLogitBits - 1) - 1;
  int dropped = 0;
  while (std::ldexp(largest, -dropped) > limit) ++dropped;
  return {kLogitBits, std::min(sum_frac - dropped, kMaxFrac), true, false, "ROUND"};
}

}  // namespace

std::variant<FloatNetwork, FixedNetwork> NetworkBuilder::take() {
  finish_output();
  place_maps();
  if (fixed_) return fixed_network();
  return float_network();
}

/// The output has a format, or is a convolution that can be given one.
void NetworkBuilder::finish_output() {
  Activation scores = seen(graph_.output());
  if (scores.groups != 0) {
    throw std::runtime_error("output '" + printable(graph_.output()) +
                             "': has its channels in groups");
  }
  if (scores.pads.any()) {
    throw std::runtime_error(node_label(*scores.padded_by) + ": nothing reads its result");
  }
  if (is_derived(scores.producer)) {
    require_format(scores);
    scores.producer = copy_map(scores.producer);
  }
  // The last layer makes the output; those behind made what a Slice has left out again.
  const auto output = static_cast<std::size_t>(scores.producer + 1);
  if (output > 0) {
    layers_.erase(layers_.begin() + static_cast<std::ptrdiff_t>(output), layers_.end());
  }
  const View map = map_view(shape_of(scores.producer));
  if (axes_in_order(scores.view) != axes_in_order(map)) {
    throw std::runtime_error("output '" + printable(graph_.output()) + "': is " +
                             text(scores.view) + ", results here are in the order " + text(map) +
                             ": a Transpose more or less at the end would do");
  }
  const bool is_conv =
      scores.producer != kNetworkInput &&
      layers_[static_cast<std::size_t>(scores.producer)].node.kind == LayerKind::kConv;
  if (!is_conv) return require_format(scores);
  Layer& layer = layers_[static_cast<std::size_t>(scores.producer)];
  if (fixed_ && !layer.output) layer.output_is_open = true;
}

std::vector<float> NetworkBuilder::finished_weights(Layer& layer) {
  std::vector<float> weights = std::move(layer.weights);
  const std::size_t reduction = layer.scale.empty() ? 0 : weights.size() / layer.scale.size();
  for (std::size_t c = 0; c < layer.scale.size(); ++c) {
    for (std::size_t k = c * reduction; k < (c + 1) * reduction; ++k) {
      weights[k] = static_cast<float>(double{weights[k]} * layer.scale[c]);
    }
  }
  return weights;
}

std::vector<float> NetworkBuilder::finished_bias(const Layer& layer) {
  std::vector<float> bias;
  for (const double value : layer.bias) bias.push_back(static_cast<float>(value));
  if (layer.node.kind == LayerKind::kConv) {
    bias.resize(static_cast<std::size_t>(layer.node.conv.out_channels));
  }
  return bias;
}

template <class Network>
Network NetworkBuilder::without_layers() const {
  Network network;
  network.name = graph_.name();
  network.input_name = graph_.input();
  network.input = input_layout_.shape;
  network.convention.chain = input_chain_;
  return network;
}

template <class Network>
void NetworkBuilder::complete(Network& network) const {
  network.assumptions = assumptions_;
  clean_names(network);
  validate(network);
}

FloatNetwork NetworkBuilder::float_network() {
  auto network = without_layers<FloatNetwork>();
  for (Layer& layer : layers_) {
    network.layers.push_back({layer.node, finished_weights(layer), finished_bias(layer)});
  }
  complete(network);
  return network;
}

FixedNetwork NetworkBuilder::fixed_network() {
  auto network = without_layers<FixedNetwork>();
  network.input_format = input_quant_.value().format();
  network.input_rounding = input_quant_->rounding(false);
  network.input_is_assumed = input_is_assumed_;
  for (Layer& layer : layers_) {
    try {
      network.layers.push_back(fixed_layer(network, layer));
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(node_label(*layer.origin) + ": " + error.what());
    }
  }
  complete(network);
  return network;
}

FixedLayer NetworkBuilder::fixed_layer(const FixedNetwork& network, Layer& layer) {
  FixedLayer result;
  result.node = layer.node;
  if (layer.node.kind == LayerKind::kConv) {
    if (!layer.weight_quant) throw std::runtime_error("its weights have no Quant node");
    result.weight = layer.weight_quant->format();
    const std::vector<std::int64_t> weights = layer.weight_quant->codes(layer.weights);
    result.weights.assign(weights.begin(), weights.end());
    fix_bias(network, layer, result);
    if (layer.output_is_open) {
      layer.output = spec_of_sums(result, network.format_of(layer.node.input));
      assumptions_.push_back("output '" + printable(graph_.output()) +
                             "' has no Quant node: given " + layer.output->text());
    }
  }
  result.requant.out = layer.output->format();
  result.requant.rounding = layer.output->rounding(layer.node.is_non_negative());
  result.requant.shift = required_shift(network, result);
  set_bounds(result.requant, layer.node);
  const bool non_negative = layer.node.is_non_negative() || !result.requant.out.is_signed;
  if (result.requant.rounding == Rounding::kHalfEven && non_negative && !may_tie(result)) {
    result.requant.rounding = Rounding::kHalfUp;  // the hardware's default
  }
  return result;
}

/// Bias codes on the accumulator's grid.
void NetworkBuilder::fix_bias(const FixedNetwork& network, const Layer& layer, FixedLayer& result) {
  result.bias.resize(static_cast<std::size_t>(layer.node.conv.out_channels));
  if (layer.bias.empty()) return;
  const int grid = result.weight.frac + network.format_of(layer.node.input).frac;
  QuantSpec spec{kMaxQuantBits, grid, true, false, "ROUND"};
  if (layer.bias_quant) {
    spec = *layer.bias_quant;
  } else {
    assumptions_.push_back("bias of '" + printable(layer.node.name) +
                           "' has no Quant node: rounded to the accumulator's 2^" +
                           std::to_string(-grid));
  }
  const int finer = grid - spec.frac;
  if (finer < 0) {
    throw std::runtime_error("its bias has scale 2^" + std::to_string(-spec.frac) +
                             ", finer than the accumulator's 2^" + std::to_string(-grid) +
                             ": without its Quant it is rounded to that");
  }
  result.bias = spec.codes(finished_bias(layer));
  for (std::int64_t& code : result.bias) {
    if (code != 0 && (finer > 62 || std::abs(code) > kMaxBiasCode >> finer)) {
      throw std::runtime_error("its bias exceeds 2^62 on the accumulator's grid");
    }
    code *= std::int64_t{1} << std::min(finer, 62);
  }
}

}  // namespace dcnsim
