// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/quantize_network.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "models/base/text/printable.h"
#include "models/base/text/suggest.h"

namespace dcnsim {
namespace {

constexpr int kBiasBits = 32;  ///< in the memory of a machine without wide accumulators

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

}  // namespace

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
      const int finest = finest_grid(network_.layers[i].bias) - input.frac;
      Format coarser = formats.weight.format;
      coarser.frac = std::max(std::min(coarser.frac, finest), -kMaxFrac);
      if (coarser != formats.weight.format) {
        formats.weight = format_choice(network_.layers[i].weights, coarser);
      }
    }
    const bool is_max = node.kind == LayerKind::kPool && node.pool.kind == PoolKind::kMax;
    // A maximum is one of its inputs: another format of that width could only add error.
    const bool keeps_input =
        is_max && (!widths[i].output_is_demanded || widths[i].output_bits == input.bits);
    formats.output = keeps_input ? format_choice(calibration_.outputs[i], input)
                                 : output(i, widths[i].output_bits);
    result.push_back(formats);
  }
  return result;
}

NetworkFormats NetworkQuantizer::network_formats(const QuantizeOptions& options,
                                                 const std::vector<LayerFormats>& chosen) {
  NetworkFormats result{input_format(options), {}};
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    result.layers.push_back({chosen[i].weight.format, chosen[i].output.format,
                             non_negative_[i] ? options.rounding : Rounding::kHalfEven});
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
  if (is_new)
    at->second = choose_format(rule_, network_.layers[layer].weights, bits, /*is_signed=*/true);
  return at->second;
}

const FormatChoice& NetworkQuantizer::output(std::size_t layer, int bits) {
  const auto [at, is_new] = outputs_.try_emplace({layer, bits});
  if (is_new)
    at->second = choose_format(rule_, calibration_.outputs[layer], bits, !non_negative_[layer]);
  return at->second;
}

QuantizedNetwork quantize_network(const FloatNetwork& network, const Dataset& calibration,
                                  const QuantizeOptions& options,
                                  const std::function<void(std::size_t)>& progress,
                                  FormatRule rule) {
  resolve_widths(network, options);  // refuses them before the long work
  return NetworkQuantizer(network, calibrate(network, calibration, progress), rule)
      .quantize(options);
}

}  // namespace dcnsim
