// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/quantize_network.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "analysis/quantizer/format_search.h"
#include "analysis/quantizer/histogram.h"
#include "models/arch/suggest.h"
#include "workloads/float_executor.h"

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

/// Whether each layer's output is known to be >= 0, as the image is.
std::vector<bool> non_negative_outputs(const FloatNetwork& network) {
  std::vector<bool> result;
  const auto of = [&](int producer) {
    return producer == kNetworkInput || result[static_cast<std::size_t>(producer)];
  };
  for (const FloatLayer& layer : network.layers) {
    const LayerNode& node = layer.node;
    const bool is_pool = node.kind == LayerKind::kPool;
    const bool is_add = node.kind == LayerKind::kAdd;
    result.push_back(node.relu || (is_pool && of(node.input)) ||
                     (is_add && of(node.input) && of(node.input2)));
  }
  return result;
}

std::vector<Histogram> calibrate(const FloatNetwork& network, const Dataset& images,
                                 const std::function<void(std::size_t, std::size_t)>& progress) {
  if (images.size() == 0) throw std::invalid_argument("no calibration images");
  if (network.input != kCifarShape) {
    throw std::invalid_argument("calibration images do not have the shape of the network's input");
  }
  std::vector<Histogram> histograms(network.layers.size());
  FloatExecutor executor(network);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto& outputs = executor.run(image_tensor(images, i));
    for (std::size_t layer = 0; layer < outputs.size(); ++layer) {
      histograms[layer].add(outputs[layer]);
    }
    if (progress) progress(i + 1, images.size());
  }
  for (std::size_t layer = 0; layer < histograms.size(); ++layer) {
    if (!std::isfinite(histograms[layer].signal())) {
      throw std::invalid_argument("layer '" + network.layers[layer].node.name +
                                  "': outputs are not finite numbers");
    }
  }
  return histograms;
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

class Quantizer {
 public:
  Quantizer(const FloatNetwork& network, const QuantizeOptions& options)
      : network_(network), options_(options), widths_(resolve_widths(network, options)) {
    FixedNetwork& fixed = result_.network;
    fixed.name = network.name;
    fixed.input_name = network.input_name;
    fixed.input = network.input;
    fixed.input_format = {options.input_bits, options.input_bits - 8, false, false};
  }

  QuantizedNetwork run(const std::vector<Histogram>& histograms) {
    const std::vector<bool> non_negative = non_negative_outputs(network_);
    for (std::size_t i = 0; i < network_.layers.size(); ++i) {
      add_layer(i, histograms[i], !non_negative[i]);
    }
    validate(result_.network);
    return std::move(result_);
  }

 private:
  void add_layer(std::size_t index, const Histogram& histogram, bool is_signed) {
    const FloatLayer& layer = network_.layers[index];
    const Format& input = result_.network.format_of(layer.node.input);
    FixedLayer fixed;
    fixed.node = layer.node;
    if (layer.node.kind == LayerKind::kConv) {
      const FormatChoice choice =
          best_format(layer.weights, widths_[index].weight_bits, /*is_signed=*/true);
      report(layer.node.name + ".weight", choice);
      fixed.weight = choice.format;
      for (const float weight : layer.weights) {
        fixed.weights.push_back(quantize(double{weight}, fixed.weight));
      }
      fixed.bias = bias_codes(layer, fixed.weight.frac + input.frac);
    }
    const FormatChoice output = output_format(index, histogram, is_signed, input);
    report(layer.node.name + ".output", output);
    fixed.requant.out = output.format;
    fixed.requant.relu = layer.node.relu;
    fixed.requant.rounding = is_signed ? Rounding::kHalfEven : options_.rounding;
    fixed.requant.shift = required_shift(result_.network, fixed);
    result_.network.layers.push_back(std::move(fixed));
  }

  FormatChoice output_format(std::size_t index, const Histogram& histogram, bool is_signed,
                             const Format& input) const {
    const LayerNode& node = network_.layers[index].node;
    const Widths& widths = widths_[index];
    const bool is_max = node.kind == LayerKind::kPool && node.pool.kind == PoolKind::kMax;
    // A maximum is one of its inputs: another format of that width could only add error.
    if (is_max && (!widths.output_is_demanded || widths.output_bits == input.bits)) {
      return evaluate(histogram, input);
    }
    return best_format(histogram, widths.output_bits, is_signed);
  }

  void report(const std::string& tensor, const FormatChoice& choice) {
    result_.tensors.push_back({tensor, choice.format, choice.sqnr_db()});
  }

  const FloatNetwork& network_;
  const QuantizeOptions& options_;
  std::vector<Widths> widths_;
  QuantizedNetwork result_;
};

}  // namespace

QuantizedNetwork quantize_network(const FloatNetwork& network, const Dataset& calibration,
                                  const QuantizeOptions& options,
                                  const std::function<void(std::size_t, std::size_t)>& progress) {
  validate(network);
  Quantizer quantizer(network, options);
  return quantizer.run(calibrate(network, calibration, progress));
}

}  // namespace dcnsim
