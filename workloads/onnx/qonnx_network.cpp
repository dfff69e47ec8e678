// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/qonnx_network.h"

#include <cmath>
#include <stdexcept>

namespace dcnsim {
namespace {

constexpr int kBiasBits = 32;

QuantSpec spec_of(const Format& format, Rounding rounding, bool non_negative) {
  return {format.bits, format.frac, format.is_signed, format.narrow,
          mode_of_rounding(rounding, non_negative || !format.is_signed)};
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

std::vector<float> weights_of(const FixedLayer& layer) {
  std::vector<float> values;
  values.reserve(layer.weights.size());
  for (const std::int32_t code : layer.weights) {
    values.push_back(static_cast<float>(dequantize(code, layer.weight)));
  }
  return values;
}

std::vector<float> bias_of(const FixedLayer& layer, int grid) {
  std::vector<float> values;
  for (const std::int64_t code : layer.bias) {
    const auto value = static_cast<float>(std::ldexp(static_cast<double>(code), -grid));
    if (std::ldexp(double{value}, grid) != static_cast<double>(code) ||
        static_cast<std::int64_t>(static_cast<double>(code)) != code) {
      throw std::runtime_error("bias code " + std::to_string(code) +
                               " is not a float32 number, which is all ONNX holds");
    }
    values.push_back(value);
  }
  return values;
}

LayerQuants quants_of(const FixedLayer& layer, int grid) {
  LayerQuants quants;
  quants.weights = exact_spec_of(layer.weight);
  quants.bias = {bits_for(layer.bias), grid, true, false, "ROUND"};
  quants.output = spec_of(layer.requant.out, rounding_of(layer), layer.node.is_non_negative());
  return quants;
}

}  // namespace

bool may_tie(const FixedLayer& layer) {
  for (const float bound : {layer.node.bounds.low, layer.node.bounds.high}) {
    const double twice = std::ldexp(double{bound}, layer.requant.out.frac + 1);
    if (std::isfinite(bound) && std::fmod(twice, 2) != 0 && std::trunc(twice) == twice) return true;
  }
  // What is rounded is an integer over 2^shift and, in an average, over the count.
  const bool is_average =
      layer.node.kind == LayerKind::kPool && layer.node.pool.kind == PoolKind::kAverage;
  return layer.requant.shift + (is_average ? twos_in_count(layer.node.pool) : 0) > 0;
}

QonnxNetwork to_qonnx(const FixedNetwork& network) {
  QonnxNetwork result{{network.name, network.input_name, network.input, {}, network.convention},
                      {spec_of(network.input_format, network.input_rounding, false), {}}};
  for (const FixedLayer& layer : network.layers) {
    const int grid = layer.weight.frac + network.format_of(layer.node.input).frac;
    try {
      if (layer.requant.multiplies) {
        throw std::runtime_error("has free scales or zero points, which are not written");
      }
      result.numbers.layers.push_back({layer.node, weights_of(layer), bias_of(layer, grid)});
      result.quants.layers.push_back(quants_of(layer, grid));
    } catch (const std::runtime_error& error) {
      throw std::runtime_error("layer '" + layer.node.name + "': " + error.what());
    }
  }
  return result;
}

}  // namespace dcnsim
