// SPDX-License-Identifier: Apache-2.0
// How NetworkBuilder reads Quant nodes.
#include <cmath>
#include <stdexcept>

#include "models/base/text/printable.h"
#include "workloads/onnx/network_builder.h"

namespace dcnsim {

void NetworkBuilder::quant() {
  const QuantSpec spec = read_quant();
  if (is_constant(input(0))) {
    Constant quantized = constant(input(0));
    if (quantized.quant) throw std::runtime_error("quantizes a constant a second time");
    quantized.quant = spec;
    quantized_[node_->output(0)] = std::move(quantized);
    return;
  }
  Activation from = activation(input(0));
  if (from.producer == kNetworkInput) {
    quantize_input(spec);
  } else {
    quantize_layer(spec);
    from.producer = activation(input(0)).producer;
  }
  from.quantized = true;
  deliver(from);
}

QuantSpec NetworkBuilder::read_quant() {
  QuantSpec spec;
  spec.frac = frac_of_scale(scalar(constant(input(1))));
  if (scalar(constant(input(2))) != 0.0F) {
    throw std::runtime_error("its zero point is not 0, which the shift requantizer needs");
  }
  const float bits = scalar(constant(input(3)));
  if (!(bits >= 1.0F && bits <= static_cast<float>(kMaxQuantBits)) || std::trunc(bits) != bits) {
    throw std::runtime_error("bit width " + std::to_string(bits) + " is not a number from 1 to " +
                             std::to_string(kMaxQuantBits));
  }
  spec.bits = static_cast<int>(bits);
  spec.is_signed = attributes_->integer("signed", 1) != 0;
  spec.narrow = attributes_->integer("narrow", 0) != 0;
  spec.mode = attributes_->text("rounding_mode", "ROUND");
  rounding_of_mode(spec.mode, true);
  return spec;
}

void NetworkBuilder::quantize_input(const QuantSpec& spec) {
  spec.format();
  // Pixels are integers: with fractional bits to spare nothing is rounded.
  if (spec.mode != "ROUND" && spec.frac < 0) {
    throw std::runtime_error("rounds the image with mode " + spec.mode + ", expected ROUND");
  }
  if (input_quant_ && !(*input_quant_ == spec)) {
    throw std::runtime_error("quantizes the image a second time, to another format");
  }
  input_quant_ = spec;
}

void NetworkBuilder::quantize_layer(const QuantSpec& spec) {
  spec.format();
  const Activation from = activation(input(0));
  Layer& layer = layers_[static_cast<std::size_t>(from.producer)];
  if (!from.quantized && !layer.output) {
    if (from.shared) {
      throw std::runtime_error("something else reads '" + printable(input(0)) +
                               "' before it is quantized");
    }
    layer.output = spec;
  } else if (!(*layer.output == spec)) {
    if (!from.shared && layer.output_is_inherited) {
      layer.output = spec;
    } else if (!from.shared && layer.pooled_after_quant) {
      return split_pool(spec);
    } else {
      throw std::runtime_error("quantizes a second time, from " + layer.output->text() + " to " +
                               spec.text());
    }
  }
  layer.output_is_inherited = false;
  layer.pooled_after_quant = false;
  if (!spec.is_signed) layer.non_negative = true;
}

/// The pool that was fused delivers another format than the convolution: it is a layer of its own.
void NetworkBuilder::split_pool(const QuantSpec& spec) {
  const Activation from = activation(input(0));
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
  activations_[input(0)] = {static_cast<int>(layers_.size()) - 1, from.flat, true, false};
}

}  // namespace dcnsim
