// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/quantize_network.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "models/arch/suggest.h"

namespace dcnsim {
namespace {

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
    const std::string field = "layers." + wanted.layer;
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

/// round-half-even(b * 2^frac), on the accumulator's grid.
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

/// One pass over the layers for one allocation.
class Builder {
 public:
  Builder(NetworkQuantizer& quantizer, const QuantizeOptions& options)
      : quantizer_(quantizer),
        options_(options),
        widths_(resolve_widths(quantizer.network(), options)),
        non_negative_(non_negative_outputs(quantizer.network())) {
    const FloatNetwork& network = quantizer.network();
    FixedNetwork& fixed = result_.network;
    fixed.name = network.name;
    fixed.input_name = network.input_name;
    fixed.input = network.input;
    fixed.input_format = {options.input_bits, options.input_bits - 8, false, false};
  }

  QuantizedNetwork run() {
    for (std::size_t i = 0; i < widths_.size(); ++i) add_layer(i);
    validate(result_.network);
    return std::move(result_);
  }

 private:
  void add_layer(std::size_t index) {
    const FloatLayer& layer = quantizer_.network().layers[index];
    const Format& input = result_.network.format_of(layer.node.input);
    FixedLayer fixed;
    fixed.node = layer.node;
    if (layer.node.kind == LayerKind::kConv) {
      const FormatChoice& choice = quantizer_.weight(index, widths_[index].weight_bits);
      report(layer.node.name + ".weight", choice);
      fixed.weight = choice.format;
      for (const float weight : layer.weights) {
        fixed.weights.push_back(quantize(double{weight}, fixed.weight));
      }
      fixed.bias = bias_codes(layer, fixed.weight.frac + input.frac);
    }
    const FormatChoice output = output_format(index, input);
    report(layer.node.name + ".output", output);
    fixed.requant.out = output.format;
    fixed.requant.relu = layer.node.relu;
    fixed.requant.rounding = non_negative_[index] ? options_.rounding : Rounding::kHalfEven;
    fixed.requant.shift = required_shift(result_.network, fixed);
    result_.network.layers.push_back(std::move(fixed));
  }

  FormatChoice output_format(std::size_t index, const Format& input) const {
    const LayerNode& node = quantizer_.network().layers[index].node;
    const Widths& widths = widths_[index];
    const bool is_max = node.kind == LayerKind::kPool && node.pool.kind == PoolKind::kMax;
    // A maximum is one of its inputs: another format of that width could only add error.
    if (is_max && (!widths.output_is_demanded || widths.output_bits == input.bits)) {
      return evaluate(quantizer_.calibration().outputs[index], input);
    }
    return quantizer_.output(index, widths.output_bits);
  }

  void report(const std::string& tensor, const FormatChoice& choice) {
    result_.tensors.push_back({tensor, choice.format, choice.sqnr_db()});
  }

  NetworkQuantizer& quantizer_;
  const QuantizeOptions& options_;
  std::vector<Widths> widths_;
  std::vector<bool> non_negative_;
  QuantizedNetwork result_;
};

}  // namespace

NetworkQuantizer::NetworkQuantizer(const FloatNetwork& network, Calibration calibration)
    : network_(network), calibration_(std::move(calibration)) {
  validate(network);
  non_negative_ = non_negative_outputs(network);
}

QuantizedNetwork NetworkQuantizer::quantize(const QuantizeOptions& options) {
  return Builder(*this, options).run();
}

const FormatChoice& NetworkQuantizer::weight(std::size_t layer, int bits) {
  const auto [at, is_new] = weights_.try_emplace({layer, bits});
  if (is_new) at->second = best_format(network_.layers[layer].weights, bits, /*is_signed=*/true);
  return at->second;
}

const FormatChoice& NetworkQuantizer::output(std::size_t layer, int bits) {
  const auto [at, is_new] = outputs_.try_emplace({layer, bits});
  if (is_new) at->second = best_format(calibration_.outputs[layer], bits, !non_negative_[layer]);
  return at->second;
}

QuantizedNetwork quantize_network(const FloatNetwork& network, const Dataset& calibration,
                                  const QuantizeOptions& options,
                                  const std::function<void(std::size_t)>& progress) {
  resolve_widths(network, options);  // refuses them before the long work
  return NetworkQuantizer(network, calibrate(network, calibration, progress)).quantize(options);
}

}  // namespace dcnsim
