// SPDX-License-Identifier: Apache-2.0
// The operators of NetworkBuilder that make or change layers.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "models/base/text/printable.h"
#include "workloads/onnx/network_builder.h"

namespace dcnsim {
namespace {

std::size_t size(std::int64_t extent) { return static_cast<std::size_t>(extent); }

std::string text(const std::vector<std::int64_t>& dims) {
  std::string result;
  for (const std::int64_t dim : dims) result += (result.empty() ? "" : " x ") + std::to_string(dim);
  return "[" + result + "]";
}

/// [out][in][ky][kx] to [out][ky][kx][in].
std::vector<float> channels_last(const std::vector<float>& values, std::size_t out, std::size_t in,
                                 std::size_t area) {
  std::vector<float> result(values.size());
  for (std::size_t o = 0; o < out; ++o) {
    for (std::size_t i = 0; i < in; ++i) {
      for (std::size_t k = 0; k < area; ++k) {
        result[(o * area + k) * in + i] = values[(o * in + i) * area + k];
      }
    }
  }
  return result;
}

void scale(Constant& constant, double factor, const char* attribute) {
  if (factor == 1.0) return;
  if (constant.quant) {
    throw std::runtime_error(std::string("attribute ") + attribute +
                             " must be 1 with quantized constants");
  }
  for (float& value : constant.values) {
    value = static_cast<float>(double{value} * factor);
    if (!std::isfinite(value)) throw std::runtime_error(std::string(attribute) + " overflows");
  }
}

}  // namespace

void NetworkBuilder::conv() {
  const Activation from = map_operand(input(0));
  Constant weights = constant(input(1));
  if (weights.dims.size() != 4) {
    throw std::runtime_error("weights of " + text(weights.dims) + " are not four-dimensional");
  }
  const Shape in = shape_of(from.producer);
  ConvShape shape;
  shape.in = in;
  shape.out_channels = extent_of(weights.dims[0], "output channels", 1);
  shape.groups = extent_of(attributes_->integer("group", 1), "attribute group", 1);
  if (in.channels % shape.groups != 0 || shape.out_channels % shape.groups != 0 ||
      weights.dims[1] != in.channels / shape.groups) {
    throw std::runtime_error("weights of " + text(weights.dims) + " in " +
                             std::to_string(shape.groups) + " group(s) do not fit " +
                             std::to_string(in.channels) + " input channels");
  }
  read_window(*attributes_, in, {weights.dims[2], weights.dims[3]}).copy_to(shape);
  validate(shape);
  weights.values = channels_last(weights.values, size(weights.dims[0]), size(weights.dims[1]),
                                 size(weights.dims[2] * weights.dims[3]));

  Layer& layer = start_layer(LayerKind::kConv);
  layer.node.input = from.producer;
  layer.node.conv = shape;
  layer.weights = std::move(weights);
  if (has_input(2)) attach_bias(layer, constant(input(2)));
  deliver({static_cast<int>(layers_.size()) - 1, false, false, false});
}

void NetworkBuilder::gemm() {
  if (attributes_->integer("transA", 0) != 0) throw std::runtime_error("transA is not supported");
  Constant matrix = constant(input(1));
  scale(matrix, attributes_->real("alpha", 1.0), "alpha");
  fully_connected(input(0), matrix, attributes_->integer("transB", 0) != 0);
  const double beta = attributes_->real("beta", 1.0);
  if (!has_input(2)) return;
  Constant bias = constant(input(2));
  scale(bias, beta, "beta");
  attach_bias(layers_.back(), bias);
}

void NetworkBuilder::matmul() {
  if (is_constant(input(0))) throw std::runtime_error("the constant must be the second operand");
  fully_connected(input(0), constant(input(1)), false);
}

/// A convolution whose kernel covers the whole map. `transposed`: the matrix is [out][in].
void NetworkBuilder::fully_connected(const std::string& input, const Constant& matrix,
                                     bool transposed) {
  const Activation from = operand(input);
  const Shape in = shape_of(from.producer);
  if (!from.flat) throw std::runtime_error("needs a Flatten before it");
  if (matrix.dims.size() != 2 || size(matrix.dims[transposed ? 1 : 0]) != in.elements()) {
    throw std::runtime_error("weights of " + text(matrix.dims) + " do not fit " +
                             std::to_string(in.elements()) + " inputs");
  }
  const std::size_t outputs = size(matrix.dims[transposed ? 0 : 1]);
  ConvShape shape;
  shape.in = in;
  shape.out_channels = extent_of(static_cast<std::int64_t>(outputs), "outputs", 1);
  shape.kernel_h = in.height;
  shape.kernel_w = in.width;
  validate(shape);

  Layer& layer = start_layer(LayerKind::kConv);
  layer.node.input = from.producer;
  layer.node.conv = shape;
  layer.weights = matrix;
  if (!transposed) {
    layer.weights.values = channels_last(matrix.values, 1, in.elements(), outputs);
  }
  layer.weights.values = channels_last(layer.weights.values, outputs, size(in.channels),
                                       size(in.height) * size(in.width));
  deliver({static_cast<int>(layers_.size()) - 1, true, false, false});
}

void NetworkBuilder::attach_bias(Layer& layer, const Constant& bias) {
  if (layer.bias) throw std::runtime_error("adds a second bias");
  const std::size_t channels = size(layer.node.conv.out_channels);
  if (bias.values.size() != channels && bias.values.size() != 1) {
    throw std::runtime_error("bias of " + text(bias.dims) + " does not fit " +
                             std::to_string(channels) + " output channels");
  }
  layer.bias = bias;
  if (bias.values.size() == 1) layer.bias->values.resize(channels, bias.values.front());
}

void NetworkBuilder::batch_norm() {
  Layer& layer = convolution_before(input(0), "batch normalization can be folded");
  if (layer.weights.quant) {
    throw std::runtime_error("cannot be folded into weights that are quantized already");
  }
  const double epsilon = attributes_->real("epsilon", 1e-5);
  attributes_->ignore("momentum");
  attributes_->ignore("spatial");
  if (attributes_->integer("training_mode", 0) != 0) {
    throw std::runtime_error("training_mode is not supported");
  }
  const Constant gamma = constant(input(1)), beta = constant(input(2));
  const Constant mean = constant(input(3)), variance = constant(input(4));
  const std::size_t channels = size(layer.node.conv.out_channels);
  for (const Constant* parameter : {&gamma, &beta, &mean, &variance}) {
    if (parameter->values.size() != channels || parameter->quant) {
      throw std::runtime_error("has parameters of " + text(parameter->dims) + ", expected " +
                               std::to_string(channels) + " plain values");
    }
  }
  if (!layer.bias) layer.bias = Constant{{layer.node.conv.out_channels}, {0.0F}, {}};
  layer.bias->values.resize(channels);
  const std::size_t reduction = size(layer.node.conv.reduction());
  for (std::size_t c = 0; c < channels; ++c) {
    const double factor = double{gamma.values[c]} / std::sqrt(double{variance.values[c]} + epsilon);
    float& bias = layer.bias->values[c];
    bias = static_cast<float>((double{bias} - double{mean.values[c]}) * factor +
                              double{beta.values[c]});
    for (std::size_t k = 0; k < reduction; ++k) {
      float& weight = layer.weights.values[c * reduction + k];
      weight = static_cast<float>(double{weight} * factor);
      if (!std::isfinite(weight))
        throw std::runtime_error("folds into a weight that is not finite");
    }
    if (!std::isfinite(bias)) throw std::runtime_error("folds into a bias that is not finite");
  }
  deliver(activation(input(0)));
}

/// The ReLU goes to the convolution or add before it, past max pools, with which it commutes. Where
/// nothing can be negative it does nothing.
void NetworkBuilder::relu() {
  const Activation from = activation(input(0));
  if (from.producer == kNetworkInput) operand(input(0));
  Layer* layer = changeable(input(0));
  std::vector<Layer*> passed;
  const auto is_pool = [](const Layer* l) { return l->node.kind == LayerKind::kPool; };
  while (layer != nullptr && is_pool(layer) && layer->node.pool.kind == PoolKind::kMax) {
    passed.push_back(layer);
    const bool may_pass = layer->sole_reader && layer->node.input != kNetworkInput;
    layer = may_pass ? &layers_[size(layer->node.input)] : nullptr;
  }
  if (layer != nullptr && !is_pool(layer)) {
    layer->node.relu = true;
    layer->non_negative = true;
    for (Layer* pool : passed) pool->non_negative = true;
  } else if (!non_negative(from.producer)) {
    throw std::runtime_error(
        "cannot be fused: before it must be a convolution or add that nothing else reads");
  }
  deliver(from);
}

void NetworkBuilder::max_pool() {
  if (attributes_->integer("storage_order", 0) != 0) {
    throw std::runtime_error("storage_order is not supported");
  }
  PoolShape shape;
  shape.kind = PoolKind::kMax;
  shape.in = shape_of(activation(input(0)).producer);
  Window window = read_window(*attributes_, shape.in, {});
  const bool ceil = attributes_->integer("ceil_mode", 0) != 0;
  if (ceil) round_up(window, shape.in);
  window.copy_to(shape);
  const bool is_tiling = window.kernel_h == window.kernel_w && window.kernel_h == window.stride_h &&
                         window.kernel_w == window.stride_w && window.kernel_h > 1;
  pool_layer(shape, is_tiling && !window.is_padded());
}

void NetworkBuilder::average_pool() {
  PoolShape shape;
  shape.kind = PoolKind::kAverage;
  shape.in = shape_of(activation(input(0)).producer);
  shape.count_include_pad = attributes_->integer("count_include_pad", 0) != 0;
  Window window = read_window(*attributes_, shape.in, {});
  const bool ceil = attributes_->integer("ceil_mode", 0) != 0;
  if (ceil && round_up(window, shape.in) && shape.count_include_pad) {
    throw std::runtime_error("ceil_mode with count_include_pad is not supported");
  }
  window.copy_to(shape);
  pool_layer(shape, false);
}

void NetworkBuilder::global_pool(PoolKind kind) {
  PoolShape shape;
  shape.kind = kind;
  shape.in = shape_of(activation(input(0)).producer);
  shape.kernel_h = shape.in.height;
  shape.kernel_w = shape.in.width;
  pool_layer(shape, false);
}

void NetworkBuilder::pool_layer(PoolShape shape, bool can_fuse) {
  validate(shape);
  const Activation from = activation(input(0));
  if (from.flat) throw std::runtime_error("needs N x C x H x W, gets a flattened vector");
  Layer* before = changeable(input(0));
  if (can_fuse && before != nullptr && before->node.kind == LayerKind::kConv &&
      before->node.fused_pool == 1) {
    before->node.fused_pool = shape.kernel_h;
    before->pooled_after_quant = before->output.has_value();
    before->pool_name = name_of(*node_);
    return deliver(from);
  }
  operand(input(0));
  const bool is_max = shape.kind == PoolKind::kMax;
  const bool sole_reader = before != nullptr;
  Layer& layer = start_layer(LayerKind::kPool);
  layer.node.input = from.producer;
  layer.node.pool = shape;
  layer.sole_reader = sole_reader;
  layer.non_negative = non_negative(from.producer);
  if (fixed_ && is_max) {
    layer.output =
        from.producer == kNetworkInput ? input_quant_ : layers_[size(from.producer)].output;
    layer.output_is_inherited = true;
  }
  deliver({static_cast<int>(layers_.size()) - 1, false, fixed_ && is_max, false});
}

void NetworkBuilder::add_operator() {
  const bool first = is_constant(input(0)), second = is_constant(input(1));
  if (first && second) throw std::runtime_error("adds two constants");
  if (first) return add_bias(input(1), input(0));
  if (second) return add_bias(input(0), input(1));
  residual_add();
}

void NetworkBuilder::residual_add() {
  const Activation a = operand(input(0)), b = operand(input(1));
  const Shape shape = shape_of(a.producer);
  if (shape != shape_of(b.producer) || a.flat != b.flat) {
    throw std::runtime_error("adds feature maps of different shapes");
  }
  const bool positive = non_negative(a.producer) && non_negative(b.producer);
  Layer& layer = start_layer(LayerKind::kAdd);
  layer.node.input = a.producer;
  layer.node.input2 = b.producer;
  layer.node.add = shape;
  layer.non_negative = positive;
  deliver({static_cast<int>(layers_.size()) - 1, a.flat, false, false});
}

void NetworkBuilder::add_bias(const std::string& input, const std::string& constant_name) {
  Layer& layer = convolution_before(input, "a constant can be added");
  const Constant bias = constant(constant_name);
  // Broadcasting aligns the last dimension: the channel is third from last of a map.
  const std::size_t channel_axis = activation(input).flat ? 1 : 3;
  for (std::size_t i = 0; i < bias.dims.size(); ++i) {
    if (bias.dims[i] != 1 && bias.dims.size() - i != channel_axis) {
      throw std::runtime_error("constant of " + text(bias.dims) + " is not one value a channel");
    }
  }
  attach_bias(layer, bias);
  deliver(activation(input));
}

void NetworkBuilder::flatten() {
  Activation from = activation(input(0));
  const std::int64_t axis = attributes_->integer("axis", 1);
  const std::int64_t rank = from.flat ? 2 : 4;
  if (axis != 1 && axis != 1 - rank) {
    throw std::runtime_error("attribute axis: " + std::to_string(axis) + ", only 1 is supported");
  }
  from.flat = true;
  deliver(from);
}

void NetworkBuilder::reshape() {
  Activation from = activation(input(0));
  attributes_->ignore("allowzero");
  const onnx::TensorProto* proto = graph_.constant(input(1));
  if (proto == nullptr) throw std::runtime_error("its shape is not a constant");
  const std::vector<std::int64_t> shape = integer_constant(*proto);
  const auto elements = static_cast<std::int64_t>(shape_of(from.producer).elements());
  // 0 keeps the batch, -1 takes what is left.
  const bool is_flattening =
      shape.size() == 2 && ((shape[0] == 1 && (shape[1] == -1 || shape[1] == elements)) ||
                            (shape[0] == 0 && (shape[1] == -1 || shape[1] == elements)) ||
                            (shape[0] == -1 && shape[1] == elements));
  if (!is_flattening) {
    throw std::runtime_error("to " + text(shape) + ": only flattening to [1 x " +
                             std::to_string(elements) + "] is supported");
  }
  from.flat = true;
  deliver(from);
}

void NetworkBuilder::identity() {
  attributes_->ignore("ratio");
  attributes_->ignore("seed");
  if (is_constant(input(0))) {
    quantized_[node_->output(0)] = constant(input(0));
  } else {
    deliver(activation(input(0)));
  }
}

}  // namespace dcnsim
