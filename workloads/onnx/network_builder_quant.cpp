// SPDX-License-Identifier: Apache-2.0
// How NetworkBuilder reads QONNX's Quant and Trunc nodes.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/base/text/printable.h"
#include "workloads/onnx/network_builder.h"

namespace dcnsim {

namespace {

/// What dcnsim wrote so before it knew that this is -1 and +1.
void refuse_minus_one_and_zero(const Constant& constant, const QuantSpec& spec) {
  const double scale = std::ldexp(1.0, -spec.frac);
  const auto& values = constant.values;
  const bool is_old =
      std::all_of(values.begin(), values.end(), [&](double x) { return x == 0.0 || x == -scale; });
  if (!is_old || std::count(values.begin(), values.end(), 0.0) == 0) return;
  throw std::runtime_error(
      "its values are 0 and the scale's negative, but a signed bit is -1 or +1: a file that an "
      "earlier dcnsim wrote; quantize the float network again");
}

}  // namespace

void NetworkBuilder::quant() {
  const QuantSpec spec = read_quant();
  const bool is_constant = constants_.has(input(0));
  if (spec.is_sign() && !is_constant) {
    throw std::runtime_error(
        "signed 1 bit is -1 and +1, which only weights can be here: signed 2 bits would do, or "
        "unsigned 1 bit");
  }
  if (is_constant) {
    Constant quantized = constants_.take(input(0));
    if (quantized.quant) throw std::runtime_error("quantizes a constant a second time");
    if (spec.is_sign()) refuse_minus_one_and_zero(quantized, spec);
    quantized.quant = spec;
    return constants_.put(node_->output(0), std::move(quantized));
  }
  Activation from = activation(input(0));
  if (is_derived(from.producer)) return quantize_derived(spec);
  if (from.producer == kNetworkInput) {
    quantize_input(spec);
  } else {
    quantize_layer(spec);
    from.producer = activation(input(0)).producer;
  }
  from.quantized = true;
  deliver(from);
}

int NetworkBuilder::read_frac() { return frac_of_scale(scalar(constants_.get(input(1)))); }

double NetworkBuilder::read_zero_point() { return scalar(constants_.get(input(2))); }

void NetworkBuilder::require_no_zero_point() {
  if (read_zero_point() == 0.0) return;
  throw std::runtime_error("its zero point is not 0, which the shift requantizer needs");
}

int NetworkBuilder::read_bits(int index) {
  const double bits = scalar(constants_.get(input(index)));
  if (!(bits >= 1.0 && bits <= kMaxQuantBits) || std::trunc(bits) != bits) {
    throw std::runtime_error("bit width " + std::to_string(bits) + " is not a number from 1 to " +
                             std::to_string(kMaxQuantBits));
  }
  return static_cast<int>(bits);
}

QuantSpec NetworkBuilder::read_quant() {
  QuantSpec spec;
  spec.frac = read_frac();
  if (node_->op_type() == "BipolarQuant") return {1, spec.frac, true, true, "ROUND"};
  spec.bits = read_bits(3);
  spec.is_signed = attributes_->integer("signed", 1) != 0;
  spec.narrow = attributes_->integer("narrow", 0) != 0;
  const std::string mode = attributes_->text("rounding_mode", "ROUND");
  if (spec.bits == 1 && !spec.is_signed && !spec.narrow && read_zero_point() == 1.0) {
    spec.is_signed = true;
    spec.mode = mode_one_lower(mode);
    return spec;
  }
  require_no_zero_point();
  spec.mode = mode_of_name(mode);
  if (spec.bits == 1 && spec.is_signed) return {1, spec.frac, true, true, "ROUND"};
  return spec;
}

void NetworkBuilder::quantize_input(const QuantSpec& spec) {
  spec.format();
  if (input_quant_ && !(*input_quant_ == spec)) {
    throw std::runtime_error("quantizes the image a second time, to another format");
  }
  input_quant_ = spec;
}

void NetworkBuilder::quantize_layer(const QuantSpec& spec) {
  spec.format();
  const Activation from = activation(input(0));
  Layer& layer = layers_[static_cast<std::size_t>(from.producer)];
  if (layer.factor != 1.0) {
    throw std::runtime_error("quantizes an average multiplied by " + std::to_string(layer.factor) +
                             ", which only Trunc makes exact");
  }
  if (!from.quantized && !layer.output) {
    if (from.shared) {
      throw std::runtime_error("something else reads '" + printable(input(0)) +
                               "' before it is quantized");
    }
  } else if (!(*layer.output == spec)) {
    if (!from.shared && layer.pooled_after_quant && !layer.output_is_inherited) {
      return split_pool(spec);
    }
    if (from.shared || !layer.output_is_inherited) {
      throw std::runtime_error("quantizes a second time, from " + layer.output->text() + " to " +
                               spec.text() + ": one of the two would do");
    }
  }
  give_format(layers_, layer, spec);
}

void NetworkBuilder::give_format(std::vector<Layer>& layers, Layer& layer, const QuantSpec& spec) {
  layer.output = spec;
  layer.output_is_inherited = false;
  layer.pooled_after_quant = false;
  if (!spec.is_signed) layer.non_negative = true;
  // What max pools before it read is quantized in front of them instead.
  for (const Layer* pool = &layer; pool->node.kind == LayerKind::kPool && pool->node.input >= 0;) {
    Layer& before = layers[static_cast<std::size_t>(pool->node.input)];
    if (before.output) break;
    before.output = spec;
    if (!spec.is_signed) before.non_negative = true;
    pool = &before;
  }
}

/// The pool that was fused delivers another format than the convolution: it is a layer of its own.
void NetworkBuilder::split_pool(const QuantSpec& spec) {
  Activation from = activation(input(0));
  Layer& conv = layers_[static_cast<std::size_t>(from.producer)];
  Layer pool;
  pool.node.name = conv.pool_name;
  pool.node.kind = LayerKind::kPool;
  pool.node.input = from.producer;
  pool.node.pool.in = conv.node.conv.out();
  pool.node.pool.kernel_h = pool.node.pool.kernel_w = conv.node.fused_pool;
  pool.node.pool.stride_h = pool.node.pool.stride_w = conv.node.fused_pool;
  pool.origin = node_;
  pool.output = spec;
  pool.non_negative = conv.non_negative || !spec.is_signed;
  pool.sole_reader = true;
  conv.node.fused_pool = 1;
  conv.pooled_after_quant = false;
  layers_.push_back(std::move(pool));
  from.producer = static_cast<int>(layers_.size()) - 1;
  from.quantized = true;
  from.shared = false;
  activations_[input(0)] = std::move(from);
}

/// Drops the lowest bits of a code: what divides the sum of a pool by a power of two.
void NetworkBuilder::trunc() {
  if (node_->input_size() != 5) {
    throw std::runtime_error("has " + std::to_string(node_->input_size()) +
                             " inputs; only its first version, of 5, is supported");
  }
  QuantSpec spec;
  spec.frac = read_frac();
  require_no_zero_point();
  const int dropped_bits = read_bits(3) - read_bits(4);
  if (dropped_bits < 0) throw std::runtime_error("makes the width larger");
  spec.mode = mode_of_name(attributes_->text("rounding_mode", "FLOOR"));
  const Activation from = activation(input(0));
  Layer* layer = changeable(input(0));
  if (layer != nullptr && layer->node.kind == LayerKind::kPool && !layer->output) {
    trunc_pool(*layer, spec, dropped_bits);
    Activation pooled = from;
    pooled.quantized = true;
    return deliver(std::move(pooled));
  }
  operand(input(0));
  const QuantSpec given = spec_of(from.producer);
  if (given.frac > spec.frac) {
    throw std::runtime_error("its scale 2^" + std::to_string(-spec.frac) +
                             " is coarser than its input's, so that it rounds twice");
  }
  if (dropped_bits == 0) return deliver(from);
  // A carry needs one bit more, where there is one.
  const bool may_carry = spec.mode != "FLOOR" && spec.mode != "DOWN";
  spec.bits =
      std::max(given.bits - dropped_bits + (spec.frac - given.frac) + (may_carry ? 1 : 0), 1);
  spec.is_signed = given.is_signed;
  spec.format();
  const bool non_negative_input = non_negative(from.producer);
  Layer& copy = copy_of(input(0));
  copy.weight_quant->frac = dropped_bits;
  copy.weights.assign(copy.weights.size(), std::ldexp(1.0F, -dropped_bits));
  copy.output = spec;
  copy.output_is_inherited = false;
  copy.non_negative = non_negative_input;
}

/// An average pool, multiplied by the number it divided by, then divided by that power of two.
void NetworkBuilder::trunc_pool(Layer& pool, QuantSpec spec, int dropped_bits) {
  const PoolShape& window = pool.node.pool;
  const std::int64_t count = std::int64_t{window.kernel_h} * window.kernel_w;
  const bool is_sum =
      pool.factor == static_cast<double>(count) &&
      (window.count_include_pad ||
       window.pad_top + window.pad_left + window.pad_bottom + window.pad_right == 0);
  const QuantSpec& given = spec_of(pool.node.input);
  if (!is_sum || given.frac > spec.frac) {
    throw std::runtime_error("is no exact sum: before it must be an average pool and a Mul by " +
                             std::to_string(count) + ", on the grid of its scale");
  }
  if (dropped_bits > 30 || count != std::int64_t{1} << dropped_bits) {
    throw std::runtime_error("divides a sum of " + std::to_string(count) + " values by 2^" +
                             std::to_string(dropped_bits) + ", only their average is supported");
  }
  spec.bits = given.bits + spec.frac - given.frac;
  spec.is_signed = given.is_signed;
  spec.format();
  pool.factor = 1.0;
  pool.output = spec;
}

}  // namespace dcnsim
