// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/qonnx_network.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace dcnsim {
namespace {

constexpr int kBiasBits = 32;

QuantSpec spec_of(const Format& format, Rounding rounding, bool non_negative) {
  return {format.bits,
          format.frac,
          format.is_signed,
          format.narrow,
          mode_of_rounding(rounding, non_negative || !format.is_signed),
          1,
          format.zero_point};
}

/// The largest power of two that divides a number of values a pool's average is over, as exponent.
int twos_in_count(const PoolShape& pool) {
  const int area = pool.kernel_h * pool.kernel_w;
  const bool is_padded = pool.pad_top + pool.pad_left + pool.pad_bottom + pool.pad_right > 0;
  int twos = 0;
  if (is_padded && !pool.count_include_pad) {
    while (area >> (twos + 1) > 0) ++twos;  // any count up to the window's
  } else {
    while ((area >> twos) % 2 == 0) ++twos;
  }
  return twos;
}

/// The mode that most tools know, ROUND, where all that round to nearest agree.
Rounding rounding_of(const FixedLayer& layer) {
  const Rounding rounding = layer.requant.rounding;
  const bool is_nearest = rounding == Rounding::kHalfUp || rounding == Rounding::kHalfAway;
  return is_nearest && !may_tie(layer) ? Rounding::kHalfEven : rounding;
}

/// For values that are on the grid already.
QuantSpec exact_spec_of(const Format& format) { return spec_of(format, Rounding::kHalfEven, true); }

int bits_for(const std::vector<std::int64_t>& codes) {
  int bits = kBiasBits;
  for (const std::int64_t code : codes) {
    while (bits < kMaxQuantBits && (code < -(std::int64_t{1} << (bits - 1)) ||
                                    code > (std::int64_t{1} << (bits - 1)) - 1)) {
      ++bits;
    }
  }
  return bits;
}

/// `value` as files hold numbers.
float single(double value, const char* what) {
  const auto result = static_cast<float>(value);
  if (double{result} == value) return result;
  throw std::runtime_error(std::string(what) + " " + std::to_string(value) +
                           " is not a float32 number, which is all ONNX holds");
}

/// Of each output channel's codes.
std::vector<double> weight_scales(const FixedLayer& layer) {
  if (!layer.weight_steps.empty()) return layer.weight_steps;
  return std::vector<double>(layer.bias.size(), std::ldexp(1.0, -layer.weight.frac));
}

std::vector<float> weights_of(const FixedLayer& layer) {
  const std::vector<double> scales = weight_scales(layer);
  std::vector<float> values;
  values.reserve(layer.weights.size());
  for (std::size_t k = 0; k < layer.weights.size(); ++k) {
    values.push_back(
        static_cast<float>(layer.weights[k] * scales[k * scales.size() / layer.weights.size()]));
  }
  return values;
}

/// Bias codes without the input's zero point.
std::vector<std::int64_t> bias_codes(const FixedLayer& layer, std::int32_t zero_point) {
  std::vector<std::int64_t> codes = layer.bias;
  for (std::size_t k = 0; k < layer.weights.size(); ++k) {
    codes[k * codes.size() / layer.weights.size()] += std::int64_t{zero_point} * layer.weights[k];
  }
  return codes;
}

/// `scales`: of the sums.
std::vector<float> bias_of(const std::vector<std::int64_t>& codes,
                           const std::vector<float>& scales) {
  std::vector<float> values;
  for (std::size_t c = 0; c < codes.size(); ++c) {
    const double scale = double{scales[c]};
    const auto value = static_cast<float>(static_cast<double>(codes[c]) * scale);
    const double back = round_to_integer(double{value} / scale, Rounding::kHalfEven);
    if (back != static_cast<double>(codes[c]) || static_cast<std::int64_t>(back) != codes[c]) {
      throw std::runtime_error("bias code " + std::to_string(codes[c]) +
                               " is not a float32 number, which is all ONNX holds");
    }
    values.push_back(value);
  }
  return values;
}

/// Their quantizer, and their scales where these are not one.
ConstantQuant constant_quant(QuantSpec spec, const std::vector<float>& scales) {
  if (scales.empty()) return {spec, {}};
  spec.set_scale(double{scales.front()});
  if (std::all_of(scales.begin(), scales.end(), [&](float s) { return s == scales.front(); })) {
    return {spec, {}};
  }
  return {spec, scales};
}

/// Numbers half-way between the sum that reaches a threshold and the one before, so that no tool's
/// rounding of sums matters; biases are taken off them. `input`: a step of what is read.
std::vector<float> thresholds_of(const FixedLayer& layer, double input) {
  const std::vector<double> scales = weight_scales(layer);
  const std::size_t of_channel = layer.thresholds.size() / scales.size();
  std::vector<float> values;
  for (std::size_t i = 0; i < layer.thresholds.size(); ++i) {
    const double unit = scales[i / of_channel] * input;
    const std::int64_t sum = layer.thresholds[i] - layer.bias[i / of_channel];
    const auto value = static_cast<float>((static_cast<double>(sum) - 0.5) * unit);
    if (std::ceil(double{value} / unit) != static_cast<double>(sum)) {
      throw std::runtime_error("threshold " + std::to_string(sum) +
                               " is not a float32 number, which is all ONNX holds");
    }
    values.push_back(value);
  }
  return values;
}

void add_layer(const FixedNetwork& network, const FixedLayer& layer, SaidNetwork& result) {
  LayerQuants quants;
  FloatLayer numbers{layer.node, {}, {}};
  if (layer.node.kind == LayerKind::kConv) {
    std::vector<float> weights, sums;
    for (const double scale : weight_scales(layer)) {
      weights.push_back(single(scale, "scale"));
      sums.push_back(static_cast<float>(scale * network.scale_of(layer.node.input)));
    }
    std::vector<std::int64_t> bias =
        bias_codes(layer, network.format_of(layer.node.input).zero_point);
    if (layer.requant.counts) {
      quants.thresholds = thresholds_of(layer, network.scale_of(layer.node.input));
      std::fill(bias.begin(), bias.end(), 0);
    }
    numbers.weights = weights_of(layer);
    numbers.bias = bias_of(bias, sums);
    quants.weights = constant_quant(exact_spec_of(layer.weight), weights);
    quants.bias = constant_quant({bits_for(bias), 0, true, false, "ROUND"}, sums);
  }
  quants.output = spec_of(layer.requant.out, rounding_of(layer), layer.node.is_non_negative());
  quants.output.step = layer.step;
  if (layer.requant.counts) {
    quants.least = single(layer.requant.min_code() * quants.output.scale(), "least value");
  }
  single(quants.output.scale(), "scale");
  result.numbers.layers.push_back(std::move(numbers));
  result.quants.layers.push_back(std::move(quants));
}

void require_qonnx(const std::string& what, const QuantSpec& spec) {
  if (spec.zero_point == 0) return;
  throw std::runtime_error(what +
                           " has a zero point, to which QONNX rounds otherwise: QDQ would do");
}

void require_qdq(const LayerQuants& quants) {
  if (!quants.thresholds.empty()) {
    throw std::runtime_error("it counts thresholds, for which QDQ has no node: QONNX would do");
  }
  if (quants.output.mode != "ROUND") {
    throw std::runtime_error(
        "QDQ rounds halves to even, the layer does not: --rounding half-even "
        "would do");
  }
  if (quants.bias.spec.bits > kBiasBits) {
    throw std::runtime_error("its biases have " + std::to_string(quants.bias.spec.bits) +
                             " bits, those of QDQ 32");
  }
  if (quants.weights.spec.is_sign()) {
    throw std::runtime_error("its weights are -1 and +1, which QDQ cannot say: QONNX would do");
  }
}

}  // namespace

bool may_tie(const FixedLayer& layer) {
  if (layer.requant.multiplies || layer.node.curve.any()) return true;
  for (const float bound : {layer.node.bounds.low, layer.node.bounds.high}) {
    const double twice = std::ldexp(double{bound}, layer.requant.out.frac + 1);
    if (std::isfinite(bound) && std::fmod(twice, 2) != 0 && std::trunc(twice) == twice) return true;
  }
  // What is rounded is an integer over 2^shift and, in an average, over the count.
  const bool is_average =
      layer.node.kind == LayerKind::kPool && layer.node.pool.kind == PoolKind::kAverage;
  return layer.requant.shift + (is_average ? twos_in_count(layer.node.pool) : 0) > 0;
}

SaidNetwork said_as(const FixedNetwork& network, QuantizedForm form) {
  SaidNetwork result{{network.name, network.input_name, network.input, {}, network.convention},
                     {form, spec_of(network.input_format, network.input_rounding, false), {}}};
  result.quants.input.step = network.input_step;
  if (form == QuantizedForm::kQonnx) require_qonnx("the input", result.quants.input);
  for (const FixedLayer& layer : network.layers) {
    try {
      add_layer(network, layer, result);
      const LayerQuants& quants = result.quants.layers.back();
      if (form == QuantizedForm::kQdq) {
        require_qdq(quants);
      } else {
        require_qonnx("its output", quants.output);
      }
    } catch (const std::runtime_error& error) {
      throw std::runtime_error("layer '" + layer.node.name + "': " + error.what());
    }
  }
  return result;
}

}  // namespace dcnsim
