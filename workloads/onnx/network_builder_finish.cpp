// SPDX-License-Identifier: Apache-2.0
// How NetworkBuilder makes the network of its layers.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

#include "models/base/text/printable.h"
#include "workloads/fixed_point.h"
#include "workloads/onnx/clean_names.h"
#include "workloads/onnx/network_builder.h"
#include "workloads/onnx/qonnx_network.h"

namespace dcnsim {
namespace {

/// Of the scores where the file has no Quant node for them, as the quantizer gives them.
constexpr int kLogitBits = 16;

/// A product of a longer odd factor and a sum lies half-way between two codes only where the sum is
/// a multiple of a power of two that few sums are.
constexpr std::uint32_t kShortMultiplier = 1U << 12;

/// Scales of biases are products of two others, rounded to float32.
constexpr double kBiasTolerance = 0x1p-22;

/// The finest format of kLogitBits that holds every sum of `layer`, not finer than the sums.
/// `scales`: of the sums, one an output channel.
QuantSpec spec_of_sums(const FixedLayer& layer, const Format& input,
                       const std::vector<double>& scales) {
  const double largest_input = std::max(std::abs(input.min_code()), input.max_code());
  const std::size_t reduction = layer.weights.size() / layer.bias.size();
  double largest = 0;
  for (std::size_t o = 0; o < layer.bias.size(); ++o) {
    double sum = std::abs(static_cast<double>(layer.bias[o]));
    for (std::size_t k = 0; k < reduction; ++k) {
      sum += std::abs(static_cast<double>(layer.weights[o * reduction + k])) * largest_input;
    }
    largest = std::max(largest, sum * scales[o]);
  }
  const double limit = std::ldexp(1.0, kLogitBits - 1) - 1;
  // Sums on one grid of a power of two stay on it.
  int frac = common_frac(scales).value_or(kMaxFrac);
  while (frac > -kMaxFrac && std::ldexp(largest, frac) > limit) --frac;
  return {kLogitBits, std::min(frac, kMaxFrac), true, false, "ROUND"};
}

/// Whether a product of the multiplier and a sum may well lie half-way between two codes.
bool meets_halves(Scale scale) {
  while (scale.shift > 0 && scale.multiplier % 2 == 0) {
    scale.multiplier /= 2;
    --scale.shift;
  }
  return scale.shift > 0 && scale.multiplier < kShortMultiplier;
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

void NetworkBuilder::read_weights(const Layer& layer, std::size_t channel,
                                  std::vector<double>& to) {
  const auto channels = static_cast<std::size_t>(layer.node.conv.out_channels);
  to.resize(layer.weights.size() / channels);
  layer.weights.read(channel * to.size(), to.size(), to.data());
  for (double& weight : to) weight = double{static_cast<float>(weight)};
}

std::vector<float> NetworkBuilder::finished_weights(Layer& layer) {
  std::vector<float> weights;
  weights.reserve(layer.weights.size());
  layer.weights.for_each([&](double weight) { weights.push_back(static_cast<float>(weight)); });
  layer.weights = Numbers();
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
  network.input_step = input_quant_->step;
  network.input_rounding = input_quant_->rounding(false);
  network.input_is_assumed = input_is_assumed_;
  for (Layer& layer : layers_) {
    try {
      network.layers.push_back(fixed_layer(network, layer));
      layer.weights = Numbers();
    } catch (const std::exception& error) {
      throw std::runtime_error(node_label(*layer.origin) + ": " + error.what());
    }
  }
  complete(network);
  return network;
}

/// Nothing is multiplied, shifted or rounded.
void NetworkBuilder::let_count(const Layer& layer, FixedLayer& result) {
  result.requant.counts = true;
  result.requant.rounding = Rounding::kHalfEven;
  set_bounds(result.requant, result.node, result.step);
  result.thresholds = layer.thresholds;
  if (const auto frac = common_frac(result.weight_steps)) {
    result.weight.frac = *frac;
    result.weight_steps.clear();
  }
}

FixedLayer NetworkBuilder::fixed_layer(const FixedNetwork& network, Layer& layer) {
  FixedLayer result;
  result.node = layer.node;
  if (layer.node.kind == LayerKind::kConv) {
    fix_weights(layer, result);
    fix_bias(network, layer, result);
    if (layer.output_is_open) {
      const int in = layer.node.input;
      std::vector<double> scales = result.weight_steps;
      for (std::size_t c = 0; c < scales.size(); ++c) {
        const bool is_steep = !layer.node.slopes.empty() && layer.node.slope(c) > 1;
        scales[c] *= network.scale_of(in) * (is_steep ? double{layer.node.slope(c)} : 1.0);
      }
      layer.output = spec_of_sums(result, network.format_of(in), scales);
      assumptions_.push_back("output '" + printable(graph_.output()) +
                             "' has no Quant node: given " + layer.output->text());
    }
  }
  result.requant.out = layer.output->format();
  result.step = layer.output->step;
  if (!layer.thresholds.empty()) {
    let_count(layer, result);
    return result;
  }
  result.requant.rounding = layer.output->rounding(layer.node.is_non_negative());
  set_bounds(result.requant, layer.node, result.step);
  set_requantizer(network, result, layer.factor);
  check_halves(layer, result);
  const bool non_negative = layer.node.is_non_negative() || layer.output->is_non_negative();
  if (!result.requant.multiplies && result.requant.rounding == Rounding::kHalfEven &&
      non_negative && !may_tie(result)) {
    result.requant.rounding = Rounding::kHalfUp;  // the hardware's default
  }
  return result;
}

/// Codes, and in `weight_steps` the scale of each channel's, with which they are multiplied later
/// included.
void NetworkBuilder::fix_weights(const Layer& layer, FixedLayer& result) {
  if (!layer.weight_quant) {
    throw std::runtime_error("its weights have no Quant or DequantizeLinear node");
  }
  const auto channels = static_cast<std::size_t>(layer.node.conv.out_channels);
  QuantSpec spec = *layer.weight_quant;
  std::int64_t least = 0, greatest = 0;
  const Rounding rounding = spec.code_rounding();
  result.weights.reserve(layer.weights.size());
  std::vector<double> codes;
  for (std::size_t c = 0; c < channels; ++c) {
    if (!layer.weight_scales.empty()) spec.set_scale(layer.weight_scales[c]);
    const double factor = layer.scale.empty() ? 1.0 : layer.scale[c];
    const int sign = factor < 0 ? -1 : factor > 0 ? 1 : 0;
    if (sign == 0 && spec.is_sign()) {
      throw std::runtime_error("a factor behind weights of -1 and +1 is 0, which none of them is");
    }
    read_weights(layer, c, codes);
    spec.put_codes(codes.data(), codes.size(), rounding);
    for (const double plain : codes) {
      const std::int64_t code = sign * static_cast<std::int64_t>(plain);
      least = std::min(least, code);
      greatest = std::max(greatest, code);
      result.weights.push_back(static_cast<std::int32_t>(code));
    }
    result.weight_steps.push_back(spec.scale() * (sign == 0 ? 1.0 : std::abs(factor)));
  }
  const int bits = spec.bits;
  spec.hold(static_cast<double>(least), static_cast<double>(greatest));
  if (spec.bits > bits) {
    assumptions_.push_back("weights of '" + printable(layer.node.name) + "' take " +
                           std::to_string(spec.bits) +
                           " bits: a negative factor behind them turns their lowest code");
  }
  const std::optional<int> frac = common_frac(result.weight_steps);
  spec.frac = frac.value_or(0);
  result.weight = spec.format();
}

/// Bias codes on the accumulator's grid, with the input's zero point in them.
void NetworkBuilder::fix_bias(const FixedNetwork& network, const Layer& layer, FixedLayer& result) {
  const std::size_t channels = result.weight_steps.size();
  const int in = layer.node.input;
  std::vector<double> bias = layer.bias;
  bias.resize(channels);
  const std::optional<int> weight_frac = common_frac(result.weight_steps);
  const std::string grid_text =
      weight_frac && network.step_of(in) == 1
          ? "2^" + std::to_string(-*weight_frac - network.format_of(in).frac)
          : "grid";
  bool is_rounded = !layer.bias.empty() && !layer.bias_quant;
  const std::size_t reduction = result.weights.size() / channels;
  for (std::size_t c = 0; c < channels; ++c) {
    const double exact = bias[c] / (result.weight_steps[c] * network.scale_of(in));
    const double code = round_to_integer(exact, Rounding::kHalfEven);
    if (std::abs(exact - code) > kBiasTolerance * std::abs(exact) && !is_rounded) {
      if (grid_text != "grid") {
        throw std::runtime_error("its bias has scale 2^" + std::to_string(-layer.bias_quant->frac) +
                                 ", finer than the accumulator's " + grid_text +
                                 ": without its Quant it is rounded to that");
      }
      is_rounded = true;
    }
    if (!(std::abs(code) <= static_cast<double>(kMaxBiasCode))) {
      throw std::runtime_error("its bias exceeds 2^62 on the accumulator's grid");
    }
    std::int64_t weights = 0;
    for (std::size_t k = c * reduction; k < (c + 1) * reduction; ++k) weights += result.weights[k];
    result.bias.push_back(static_cast<std::int64_t>(code) -
                          network.format_of(in).zero_point * weights);
  }
  if (is_rounded) {
    assumptions_.push_back("bias of '" + printable(layer.node.name) + "' " +
                           (layer.bias_quant ? "is on a grid of its own" : "has no Quant node") +
                           ": rounded to the accumulator's " + grid_text);
  }
}

/// Where halves are likely, QONNX's own way of rounding them must be one that there is.
void NetworkBuilder::check_halves(const Layer& layer, const FixedLayer& result) {
  if (!layer.output->rounds_halves_to_odd()) return;
  const LayerNode& node = layer.node;
  const Requant& requant = result.requant;
  std::vector<Scale> scales = result.scales;
  if (node.kind != LayerKind::kConv) {
    const bool divides = node.kind == LayerKind::kPool && node.pool.kind == PoolKind::kAverage;
    scales.push_back({requant.multiplier, requant.shift + (divides ? 1 : 0)});
    if (node.kind == LayerKind::kAdd && !multiplies(node.pair)) {
      scales.push_back({requant.multiplier2, requant.shift});
    }
  }
  if (std::any_of(scales.begin(), scales.end(), meets_halves)) {
    throw std::runtime_error(
        "its quantizer rounds halves to odd codes, by ROUND with the zero point " +
        std::to_string(layer.output->zero_point) + ": HALF_UP would do, or an even zero point");
  }
}

}  // namespace dcnsim
