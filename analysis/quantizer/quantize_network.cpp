// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/quantize_network.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "models/base/text/printable.h"
#include "models/base/text/suggest.h"
#include "workloads/map_parts.h"

namespace dcnsim {
namespace {

constexpr int kBiasBits = 32;  ///< in the memory of a machine without wide accumulators
/// Fractional bits that an operand of an addition may have more than the other: the sum of codes of
/// 16 bits, on the finer grid, then has 48.
constexpr int kMostFiner = 31;
/// Bits by which a free scale of weights or inputs may be finer than that of its format.
constexpr int kFreeBits = 2;

void check_width(const std::string& field, int bits) {
  if (bits < kMinBits || bits > kMaxBits) {
    throw std::invalid_argument(field + ": " + std::to_string(bits) + " is not a width from " +
                                std::to_string(kMinBits) + " to " + std::to_string(kMaxBits));
  }
}

/// Widths of every layer with the defaults filled in.
struct Widths {
  int weight_bits;
  int output_bits;
  bool output_is_demanded;  ///< asked for by name, or as the last layer's
};

/// Outputs that lie in one map have one width: the largest that was asked for, if any was.
void share_in_joined_maps(const FloatNetwork& network, std::vector<Widths>& widths) {
  const auto of = [&](const MapPart& part) -> Widths& {
    return widths[static_cast<std::size_t>(part.producer)];
  };
  const MapParts<FloatNetwork> maps(network);
  for (const auto& [map, parts] : maps.joined()) {
    Widths shared = of(parts.front());
    for (const MapPart& part : parts) {
      const Widths& own = of(part);
      const bool counts_more = own.output_is_demanded && !shared.output_is_demanded;
      if (counts_more || (own.output_is_demanded == shared.output_is_demanded &&
                          own.output_bits > shared.output_bits)) {
        shared = own;
      }
    }
    for (const MapPart& part : parts) {
      of(part).output_bits = shared.output_bits;
      of(part).output_is_demanded = shared.output_is_demanded;
    }
  }
}

std::vector<Widths> resolve_widths(const FloatNetwork& network, const QuantizeOptions& options) {
  check_width("weights", options.weight_bits);
  check_width("activations", options.activation_bits);
  check_width("logits", options.logit_bits);
  check_width("input", options.input_bits);
  std::vector<Widths> widths(network.layers.size(),
                             {options.weight_bits, options.activation_bits, false});
  widths.back().output_bits = options.logit_bits;
  widths.back().output_is_demanded = true;

  std::vector<std::string> names;
  for (const FloatLayer& layer : network.layers) names.push_back(layer.node.name);
  std::set<std::string> seen;
  for (const LayerWidths& wanted : options.layers) {
    const std::string field = wanted.place + "layers." + printable(wanted.layer, kMaxNameLength);
    const auto found = std::find(names.begin(), names.end(), wanted.layer);
    if (found == names.end()) {
      throw std::invalid_argument(field + ": the network has no such layer" +
                                  suggestion(wanted.layer, names));
    }
    if (!seen.insert(wanted.layer).second) throw std::invalid_argument(field + ": given twice");
    const auto index = static_cast<std::size_t>(found - names.begin());
    if (wanted.weight_bits != 0) {
      check_width(field + ".weights", wanted.weight_bits);
      if (network.layers[index].node.kind != LayerKind::kConv) {
        throw std::invalid_argument(field + ".weights: the layer has no weights");
      }
      widths[index].weight_bits = wanted.weight_bits;
    }
    if (wanted.output_bits != 0) {
      check_width(field + ".output", wanted.output_bits);
      widths[index].output_bits = wanted.output_bits;
      widths[index].output_is_demanded = true;
    }
  }
  share_in_joined_maps(network, widths);
  return widths;
}

/// The most fractional bits with which every bias fits kBiasBits.
int finest_grid(const std::vector<float>& bias) {
  int exponent = -kMaxFrac;  // of the power of two above the largest
  for (const float value : bias) {
    if (value != 0.0F) exponent = std::max(exponent, std::ilogb(value) + 1);
  }
  return kBiasBits - 1 - exponent;
}

/// The same of weights with inputs on the grid `input_frac`.
int finest_weights(const FloatLayer& layer, int input_frac) {
  const int finest = finest_grid(layer.bias) - input_frac;
  if (finest >= -kMaxFrac) return finest;
  throw std::invalid_argument("layer " + printable(layer.node.name) +
                              ": its biases do not fit 32 bits beside inputs with " +
                              std::to_string(input_frac) + " fractional bits");
}

/// The most fractional bits that the output of `layer` may have beside what is added to it;
/// `frac_of` says how many that has.
template <class FracOf>
int finest_operand(const FloatNetwork& network, int layer, const FracOf& frac_of) {
  int finest = kMaxFrac;
  const int join = network.layers[static_cast<std::size_t>(layer)].node.join.map;
  const auto is_in_its_map = [&](int producer) {
    return producer == layer ||
           (join >= 0 && producer >= 0 &&
            network.layers[static_cast<std::size_t>(producer)].node.join.map == join);
  };
  for (const FloatLayer& sum : network.layers) {
    const LayerNode& node = sum.node;
    if (node.kind != LayerKind::kAdd || multiplies(node.pair)) continue;
    if (is_in_its_map(node.input)) finest = std::min(finest, frac_of(node.input2) + kMostFiner);
    if (is_in_its_map(node.input2)) finest = std::min(finest, frac_of(node.input) + kMostFiner);
  }
  return finest;
}

/// `choice`, or what it is with so many fractional bits, if it has more.
template <class Values>
FormatChoice coarsened(const FormatChoice& choice, int finest, const Values& values) {
  if (choice.format.frac <= finest) return choice;
  Format coarser = choice.format;
  coarser.frac = finest;
  return format_choice(values, coarser);
}

/// `choice` with another step.
FormatChoice with_step(FormatChoice choice, double step, const Histogram& values) {
  choice.step = step;
  choice.noise = values.noise(choice.format, step);
  return choice;
}

}  // namespace

std::optional<Scales> scales_named(const std::string& name) {
  const auto* const found = std::find(kScalesNames.begin(), kScalesNames.end(), name);
  if (found == kScalesNames.end()) return {};
  return static_cast<Scales>(found - kScalesNames.begin());
}

NetworkQuantizer::NetworkQuantizer(const FloatNetwork& network, Calibration calibration,
                                   FormatRule rule)
    : network_(network), calibration_(std::move(calibration)), rule_(rule) {
  validate(network);
  non_negative_ = non_negative_outputs(network, !calibration_.input.has_negative());
}

Format NetworkQuantizer::input_format(const QuantizeOptions& options) {
  const int bits = options.input_bits;
  if (calibration_.has_raw_pixels) return {bits, bits - 8, false, false};
  const auto [at, is_new] = inputs_.try_emplace(bits);
  if (is_new) {
    const Histogram& values = calibration_.input;
    at->second = choose_format(rule_, values, bits, values.has_negative()).format;
  }
  return at->second;
}

std::vector<LayerFormats> NetworkQuantizer::formats(const QuantizeOptions& options) {
  const std::vector<Widths> widths = resolve_widths(network_, options);
  const Format image = input_format(options);
  const auto frac_of = [&](int layer) {
    if (layer == kNetworkInput) return image.frac;
    const auto at = static_cast<std::size_t>(layer);
    return output(at, widths[at].output_bits).format.frac;
  };
  std::vector<LayerFormats> result;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const LayerNode& node = network_.layers[i].node;
    LayerFormats formats;
    if (node.kind == LayerKind::kConv) formats.weight = weight(i, widths[i].weight_bits);
    const Format input = node.input == kNetworkInput
                             ? image
                             : result[static_cast<std::size_t>(node.input)].output.format;
    if (node.kind == LayerKind::kConv) {
      // Beside such biases the products hardly count, least of all their last bits.
      const FloatLayer& layer = network_.layers[i];
      const int spare = options.scales == Scales::kPowerOfTwo ? 0 : kFreeBits;
      formats.weight =
          coarsened(formats.weight, finest_weights(layer, input.frac) - spare, layer.weights);
    }
    const bool is_max = node.kind == LayerKind::kPool && node.pool.kind == PoolKind::kMax &&
                        !node.relu && !node.bounds.any();
    // A maximum is one of its inputs: another format of that width could only add error.
    const bool keeps_input = is_max && !node.join.any() &&
                             (!widths[i].output_is_demanded || widths[i].output_bits == input.bits);
    formats.output = keeps_input ? format_choice(calibration_.outputs[i], input)
                                 : output(i, widths[i].output_bits);
    formats.output =
        coarsened(formats.output, finest_operand(network_, static_cast<int>(i), frac_of),
                  calibration_.outputs[i]);
    if (options.scales != Scales::kPowerOfTwo) {
      if (node.kind == LayerKind::kConv) free_weights(i, options.scales, input.frac, formats);
      formats.output =
          keeps_input && node.input != kNetworkInput
              ? with_step(formats.output, result[static_cast<std::size_t>(node.input)].output.step,
                          calibration_.outputs[i])
          : keeps_input ? formats.output
                        : free_output(i, formats.output);
    }
    result.push_back(std::move(formats));
  }
  return result;
}

NetworkFormats NetworkQuantizer::network_formats(const QuantizeOptions& options,
                                                 const std::vector<LayerFormats>& chosen) {
  NetworkFormats result{input_format(options), {}};
  for (const LayerFormats& layer : chosen) {
    const Format& output = layer.output.format;
    result.layers.push_back({layer.weight.format, output,
                             output.is_signed ? Rounding::kHalfEven : options.rounding,
                             layer.weight_scales, layer.output.step});
  }
  return result;
}

NetworkFormats NetworkQuantizer::network_formats(const QuantizeOptions& options) {
  return network_formats(options, formats(options));
}

QuantizedNetwork NetworkQuantizer::quantize(const QuantizeOptions& options) {
  std::vector<LayerFormats> chosen = formats(options);
  FixedNetwork fixed = in_fixed_point(network_, network_formats(options, chosen));
  return {std::move(fixed), std::move(chosen), calibration_.top1};
}

const FormatChoice& NetworkQuantizer::weight(std::size_t layer, int bits) {
  const auto [at, is_new] = weights_.try_emplace({layer, bits});
  if (is_new) {
    const std::vector<float>& weights = network_.layers[layer].weights;
    at->second =
        bits == 1 ? sign_format(weights) : choose_format(rule_, weights, bits, /*is_signed=*/true);
  }
  return at->second;
}

const FormatChoice& NetworkQuantizer::output(std::size_t layer, int bits) {
  const auto [at, is_new] = outputs_.try_emplace({layer, bits});
  if (!is_new) return at->second;
  const Histogram& own = calibration_.outputs[layer];
  if (!network_.layers[layer].node.join.any()) {
    return at->second = choose_format(rule_, own, bits, !non_negative_[layer]);
  }
  bool non_negative = true;
  for (const MapPart& part : MapParts<FloatNetwork>(network_).of(static_cast<int>(layer))) {
    non_negative = non_negative && non_negative_[static_cast<std::size_t>(part.producer)];
  }
  const FormatChoice shared = choose_format(rule_, written_with(layer), bits, !non_negative);
  return at->second = format_choice(own, shared.format);
}

const LayerFormats& NetworkQuantizer::weight(std::size_t layer, int bits, Scales scales) {
  const auto [at, is_new] = weights_alone_.try_emplace({layer, bits, scales});
  if (is_new) {
    at->second.weight = weight(layer, bits);
    if (scales != Scales::kPowerOfTwo) free_weights(layer, scales, {}, at->second);
  }
  return at->second;
}

const LayerFormats& NetworkQuantizer::output(std::size_t layer, int bits, Scales scales) {
  const auto [at, is_new] = outputs_alone_.try_emplace({layer, bits, scales});
  if (is_new) {
    const FormatChoice& own = output(layer, bits);
    at->second.output = scales == Scales::kPowerOfTwo ? own : free_output(layer, own);
  }
  return at->second;
}

/// Of all that is written to the map in which the layer's output lies.
Histogram NetworkQuantizer::written_with(std::size_t layer) const {
  Histogram all;
  for (const MapPart& part : MapParts<FloatNetwork>(network_).of(static_cast<int>(layer))) {
    all.add(calibration_.outputs[static_cast<std::size_t>(part.producer)]);
  }
  return all;
}

FormatChoice NetworkQuantizer::free_output(std::size_t layer, const FormatChoice& choice) const {
  const Histogram& own = calibration_.outputs[layer];
  if (!network_.layers[layer].node.join.any()) return with_free_scale(choice, own);
  const Histogram all = written_with(layer);
  return with_step(choice, with_free_scale(format_choice(all, choice.format), all).step, own);
}

void NetworkQuantizer::free_weights(std::size_t layer, Scales scales, std::optional<int> input_frac,
                                    LayerFormats& formats) const {
  const std::vector<float>& weights = network_.layers[layer].weights;
  const std::vector<float>& bias = network_.layers[layer].bias;
  const std::size_t channels = bias.size();
  FormatChoice& choice = formats.weight;
  if (scales == Scales::kPerTensor) {
    choice = with_free_scale(choice, weights);
    formats.weight_scales.assign(channels, choice.scale());
    return;
  }
  const auto reduction = static_cast<std::ptrdiff_t>(weights.size() / channels);
  choice.noise = 0;
  for (auto first = weights.begin(); first != weights.end(); first += reduction) {
    const std::vector<float> channel(first, first + reduction);
    const int bits = choice.format.bits;
    const FormatChoice own = with_free_scale(
        bits == 1 ? sign_format(channel) : best_format(channel, bits, /*is_signed=*/true), channel);
    const int finest =
        input_frac ? finest_grid({bias[formats.weight_scales.size()]}) - *input_frac - kFreeBits
                   : kMaxFrac;
    const FormatChoice held = coarsened(own, finest, channel);
    choice.noise += held.noise;
    formats.weight_scales.push_back(held.scale());
  }
}

NetworkQuantizer calibrated_quantizer(const FloatNetwork& network, const Dataset& calibration,
                                      const QuantizeOptions& options,
                                      const std::function<void(std::size_t)>& progress,
                                      FormatRule rule, const CachePlace& kept) {
  resolve_widths(network, options);
  return {network, kept_calibration(kept, network, calibration, progress), rule};
}

QuantizedNetwork quantize_network(const FloatNetwork& network, const Dataset& calibration,
                                  const QuantizeOptions& options,
                                  const std::function<void(std::size_t)>& progress, FormatRule rule,
                                  const CachePlace& kept) {
  return calibrated_quantizer(network, calibration, options, progress, rule, kept)
      .quantize(options);
}

}  // namespace dcnsim
