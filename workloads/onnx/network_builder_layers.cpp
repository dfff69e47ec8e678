// SPDX-License-Identifier: Apache-2.0
// The operators of NetworkBuilder that make convolutions and adds or change their arithmetic.
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "models/base/text/printable.h"
#include "workloads/onnx/network_builder.h"

namespace dcnsim {
namespace {

std::size_t size(std::int64_t extent) { return static_cast<std::size_t>(extent); }

/// The scale of each output channel's weights, of which scale(channel, k) is that of the k-th.
template <class Scale>
std::vector<double> channel_scales(int channels, std::size_t reduction, const Scale& scale) {
  std::vector<double> result;
  for (std::size_t o = 0; o < size(channels); ++o) {
    result.push_back(scale(o, 0));
    for (std::size_t k = 1; k < reduction; ++k) {
      if (scale(o, k) == result.back()) continue;
      throw std::runtime_error(
          "its weights have several scales for one output channel, of which the machine "
          "multiplies a sum with one: scales along the output channels would do");
    }
  }
  return result;
}

/// [out][in][ky][kx] to [out][ky][kx][in].
Numbers channels_last(const Numbers& values, std::size_t out, std::size_t in, std::size_t area) {
  std::vector<std::size_t> places;
  for (std::size_t k = 0; k < area; ++k) {
    for (std::size_t i = 0; i < in; ++i) places.push_back(i * area + k);
  }
  return values.arranged(out, places.size(), places);
}

void require_numbers(const std::string& tensor, const Constant& constant) {
  try {
    require_real_numbers(constant);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("tensor '" + printable(tensor) + "' " + error.what());
  }
}

AffineChain one_step(AffineStep::Kind kind, std::vector<double> values) {
  return {{kind, std::move(values)}};
}

/// As files hold constants, so that what is written later says what is computed now.
AffineChain in_single_precision(AffineChain chain) {
  for (AffineStep& step : chain) {
    for (double& value : step.values) {
      const bool fits = std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max());
      const double rounded = fits ? static_cast<double>(static_cast<float>(value)) : 0.0;
      if (!fits || (step.kind == AffineStep::Kind::kDivide && rounded == 0.0)) {
        throw std::runtime_error("a constant on the image is beyond what float32 holds");
      }
      value = rounded;
    }
  }
  return chain;
}

std::vector<double> negated(std::vector<double> values) {
  for (double& value : values) value = -value;
  return values;
}

}  // namespace

void NetworkBuilder::conv() {
  const Activation from = window_operand(input(0), true);
  const Constant weights = constants_.take(input(1));
  if (weights.dims.size() != 4) {
    throw std::runtime_error("weights of " + text(weights.dims) + " are not four-dimensional");
  }
  ConvShape shape;
  shape.in = shape_of(from.producer);
  shape.out_channels = extent_of(weights.dims[0], "output channels", 1);
  shape.groups = extent_of(attributes_->integer("group", 1), "attribute group", 1);
  if (shape.in.channels % shape.groups != 0 || shape.out_channels % shape.groups != 0 ||
      weights.dims[1] != shape.in.channels / shape.groups) {
    throw std::runtime_error("weights of " + text(weights.dims) + " in " +
                             std::to_string(shape.groups) + " group(s) do not fit " +
                             std::to_string(shape.in.channels) + " input channels");
  }
  Window window =
      read_window(*attributes_, from.pads.around(shape.in), {weights.dims[2], weights.dims[3]});
  window.add(from.pads);
  check_padding(window);
  window.copy_to(shape);
  shape.gap_h = window.dilation_h - 1;
  shape.gap_w = window.dilation_w - 1;
  validate(shape);

  Layer& layer = start_layer(LayerKind::kConv, name_of(*node_));
  layer.node.input = from.producer;
  layer.node.conv = shape;
  require_numbers(input(1), weights);
  layer.weights = channels_last(weights.values, size(weights.dims[0]), size(weights.dims[1]),
                                size(weights.dims[2] * weights.dims[3]));
  layer.weight_quant = weights.quant;
  if (!weights.scales.empty()) {
    const std::size_t reduction = weights.values.size() / size(shape.out_channels);
    layer.weight_scales = channel_scales(
        shape.out_channels, reduction,
        [&](std::size_t o, std::size_t k) { return weights.scales[o * reduction + k]; });
  }
  if (has_input(2)) {
    const Constant bias = constants_.take(input(2));
    if (bias.values.size() != size(shape.out_channels)) {
      throw std::runtime_error("bias of " + text(bias.dims) + " does not fit " +
                               std::to_string(shape.out_channels) + " output channels");
    }
    require_numbers(input(2), bias);
    const std::vector<float> values = real_numbers(bias);
    layer.bias.assign(values.begin(), values.end());
    // Of 32 bits, which a float does not hold.
    if (bias.quant) layer.bias = bias.values.to_vector();
    layer.bias_quant = bias.quant;
  }
  deliver_layer(map_view(shape.out()));
}

void NetworkBuilder::gemm() {
  if (attributes_->integer("transA", 0) != 0) throw std::runtime_error("transA is not supported");
  const double alpha = attributes_->real("alpha", 1.0), beta = attributes_->real("beta", 1.0);
  if (activation(input(0)).view.size() != 2) throw std::runtime_error("needs a Flatten before it");
  Layer& layer = fully_connected(input(0), attributes_->integer("transB", 0) != 0, alpha);
  if (!has_input(2)) return;
  const Constant& bias = constants_.get(input(2));
  const std::vector<double> values =
      channel_values(bias, activations_.at(node_->output(0)).view, layer.node.output_shape());
  for (int i = 0; i < layer.node.conv.out_channels; ++i) {
    layer.bias.push_back(values[values.size() == 1 ? 0 : size(i)] * beta);
  }
  layer.bias_quant = bias.quant;
}

void NetworkBuilder::matmul() {
  if (constants_.has(input(0))) throw std::runtime_error("the constant must be the second operand");
  fully_connected(input(0), false, 1.0);
}

/// A convolution whose kernel covers the whole map, or one pixel if the map is a matrix of pixels
/// and channels. `transposed`: the matrix is [out][in].
NetworkBuilder::Layer& NetworkBuilder::fully_connected(const std::string& tensor, bool transposed,
                                                       double factor) {
  const Activation from = operand(tensor);
  const Constant matrix = constants_.take(input(1));
  const Shape in = shape_of(from.producer);
  const bool is_vector = std::all_of(from.view.begin(), from.view.end() - 1,
                                     [](const auto& axes) { return axes.empty(); });
  const std::size_t inputs = size(extents(from.view, in).back());
  if (matrix.dims.size() != 2 || size(matrix.dims[transposed ? 1 : 0]) != inputs) {
    throw std::runtime_error("weights of " + text(matrix.dims) + " do not fit " +
                             std::to_string(inputs) + " inputs");
  }
  if (!is_vector && size(in.channels) != inputs) {
    throw std::runtime_error("multiplies along another axis of " + text(extents(from.view, in)) +
                             " than its channels, which no layer here does");
  }
  const std::size_t outputs = size(matrix.dims[transposed ? 0 : 1]);
  ConvShape shape;
  shape.in = in;
  shape.out_channels = extent_of(static_cast<std::int64_t>(outputs), "outputs", 1);
  shape.kernel_h = is_vector ? in.height : 1;
  shape.kernel_w = is_vector ? in.width : 1;
  validate(shape);

  require_numbers(input(1), matrix);
  const auto index = [&](std::size_t o, std::size_t i) {
    return transposed ? o * inputs + i : i * outputs + o;
  };
  const std::vector<std::size_t> position = positions(from.view.back(), in);
  Layer& layer = start_layer(LayerKind::kConv, name_of(*node_));
  layer.node.input = from.producer;
  layer.node.conv = shape;
  std::vector<std::size_t> places(inputs);
  for (std::size_t i = 0; i < inputs; ++i) places[position[i]] = index(0, i);
  layer.weights = matrix.values.arranged(outputs, index(1, 0), places);
  layer.weight_quant = matrix.quant;
  if (!matrix.scales.empty()) {
    layer.weight_scales =
        channel_scales(shape.out_channels, inputs,
                       [&](std::size_t o, std::size_t i) { return matrix.scales[index(o, i)]; });
  }
  if (factor != 1.0) layer.scale.assign(outputs, factor);
  View view = from.view;
  view.back() = outputs > 1 ? std::vector<MapAxis>{MapAxis::kChannel} : std::vector<MapAxis>{};
  deliver_layer(view);
  return layer;
}

std::vector<double> NetworkBuilder::channel_values(const Constant& constant, const View& view,
                                                   const Shape& shape) const {
  const std::vector<MapAxis> channel{MapAxis::kChannel};
  const std::size_t rank = constant.dims.size();
  bool fits = rank <= view.size();
  for (std::size_t i = 0; i < rank && fits; ++i) {
    // Broadcasting aligns the last dimensions.
    fits = constant.dims[i] == 1 ||
           (constant.dims[i] == shape.channels && view[view.size() - rank + i] == channel);
  }
  if (!fits) {
    throw std::runtime_error("constant of " + text(constant.dims) + " is not one value a channel");
  }
  std::vector<double> values = constant.values.to_vector();
  for (const double value : values) {
    if (!(std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max()))) {
      throw std::runtime_error("constant holds a value that is not a finite number");
    }
  }
  return values;
}

NetworkBuilder::Layer* NetworkBuilder::open_convolution(const std::string& tensor) {
  Layer* layer = changeable(tensor);
  const bool is_open = layer != nullptr && layer->node.kind == LayerKind::kConv &&
                       !layer->node.relu && !layer->node.bounds.any() &&
                       layer->node.slopes.empty() && layer->node.fused_pool == 1 && !layer->output;
  return is_open ? layer : nullptr;
}

NetworkBuilder::Layer& NetworkBuilder::copy_of(const std::string& tensor) {
  const Activation from = operand(tensor);
  ConvShape shape;
  shape.in = shape_of(from.producer);
  shape.out_channels = shape.groups = shape.in.channels;
  Layer& layer = start_layer(LayerKind::kConv, name_of(*node_));
  layer.node.input = from.producer;
  layer.node.conv = shape;
  layer.weights = std::vector<double>(size(shape.out_channels), 1.0);
  if (fixed_) {
    layer.weight_quant = QuantSpec{2, 0, true, true, "ROUND"};
    layer.output = spec_of(from.producer);
    layer.output_is_inherited = true;
  }
  deliver_layer(from.view, fixed_);
  return layer;
}

void NetworkBuilder::reorder_channels(const Activation& seen, const std::vector<int>& order) {
  Activation from = seen;
  require_no_padding(from);
  require_format(from);
  ConvShape shape;
  shape.in = shape_of(from.producer);
  shape.out_channels = shape.in.channels;
  const std::size_t channels = order.size();
  spend(channels * channels);
  Layer& layer = start_layer(LayerKind::kConv, name_of(*node_));
  layer.node.input = from.producer;
  layer.node.conv = shape;
  layer.weights = Numbers::of_integers(
      channels * channels, [&](std::size_t first, std::size_t count, double* to) {
        for (std::size_t i = first; i < first + count; ++i) {
          to[i - first] = size(order[i / channels]) == i % channels ? 1 : 0;
        }
      });
  layer.non_negative = non_negative(from.producer);
  if (fixed_) {
    layer.weight_quant = QuantSpec{1, 0, false, false, "ROUND"};
    layer.output = spec_of(from.producer);
    layer.output_is_inherited = true;
  }
  deliver_layer(from.view, fixed_);
}

void NetworkBuilder::apply_chain(const std::string& tensor, const AffineChain& chain) {
  Activation from = activation(tensor);
  require_no_padding(from);
  if (from.producer == kNetworkInput && !from.quantized) {
    if (from.shared) throw std::runtime_error("something else reads the image before it");
    spend(size(shape_of(kNetworkInput).channels));
    const AffineChain rounded = in_single_precision(chain);
    input_chain_.insert(input_chain_.end(), rounded.begin(), rounded.end());
    return deliver(std::move(from));
  }
  Layer* open = open_convolution(tensor);
  Layer& layer = open != nullptr ? *open : copy_of(tensor);
  if (open != nullptr) deliver(std::move(from));
  if (open == nullptr && fixed_) {
    layer.output.reset();
    layer.output_is_inherited = false;
    activations_[node_->output(0)].quantized = false;
  }
  layer.bias_quant.reset();
  const std::size_t channels = size(layer.node.conv.out_channels);
  spend(channels);
  layer.bias.resize(channels);
  layer.scale.resize(channels, 1.0);
  for (std::size_t c = 0; c < channels; ++c) {
    layer.bias[c] = apply(chain, layer.bias[c], c);
    layer.scale[c] = apply_scaling(chain, layer.scale[c], c);
  }
  layer.non_negative = false;
}

void NetworkBuilder::batch_norm() {
  const double epsilon = attributes_->real("epsilon", 1e-5);
  attributes_->ignore("momentum");
  attributes_->ignore("spatial");
  if (attributes_->integer("training_mode", 0) != 0) {
    throw std::runtime_error("training_mode is not supported");
  }
  const Activation from = activation(input(0));
  const Shape shape = shape_of(from.producer);
  const std::vector<MapAxis> channel{MapAxis::kChannel};
  if (from.view.size() < 2 || (shape.channels > 1 && from.view[1] != channel)) {
    throw std::runtime_error("needs the channels of a map as second dimension");
  }
  std::vector<std::vector<double>> parameters;
  for (int i = 1; i <= 4; ++i) {
    const Constant& parameter = constants_.get(input(i));
    if (parameter.values.size() != size(shape.channels) || parameter.quant) {
      throw std::runtime_error("has parameters of " + text(parameter.dims) + ", expected " +
                               std::to_string(shape.channels) + " plain values");
    }
    parameters.push_back(parameter.values.to_vector());
  }
  std::vector<double> factor = parameters[0];
  for (std::size_t c = 0; c < factor.size(); ++c) {
    factor[c] /= std::sqrt(parameters[3][c] + epsilon);
    if (!std::isfinite(factor[c])) throw std::runtime_error("has a variance below 0, or none");
  }
  apply_chain(input(0), {{AffineStep::Kind::kAdd, negated(parameters[2])},
                         {AffineStep::Kind::kMultiply, factor},
                         {AffineStep::Kind::kAdd, parameters[1]}});
}

void NetworkBuilder::add_operator() {
  std::string sum = input(0);
  for (int i = 1; i < node_->input_size(); ++i) {
    const bool first = constants_.has(sum), second = constants_.has(input(i));
    if (first && second) throw std::runtime_error("adds two constants to a map");
    if (first) {
      add_constant(input(i), sum);
    } else if (second) {
      add_constant(sum, input(i));
    } else {
      residual_add(sum, input(i), i == 1 ? name_of(*node_) : fresh_name());
    }
    sum = node_->output(0);
  }
  if (node_->input_size() == 1) deliver(activation(sum));
}

void NetworkBuilder::residual_add(const std::string& a_name, const std::string& b_name,
                                  const std::string& name) {
  const Activation a = operand(a_name), b = operand(b_name);
  const Shape shape = shape_of(a.producer);
  if (shape != shape_of(b.producer) || a.view != b.view) {
    throw std::runtime_error("adds feature maps of different shapes");
  }
  pair_layer(PairKind::kSum, a, b, name);
}

void NetworkBuilder::product_of_maps() {
  Activation a = operand(input(0)), b = operand(input(1));
  // Each dimension is 1 or the other's, counted from the last.
  const auto is_pixel = [&](const Activation& one, const Activation& other) {
    const Shape pixel = shape_of(one.producer);
    return pixel.height == 1 && pixel.width == 1 &&
           pixel.channels == shape_of(other.producer).channels &&
           one.view.size() <= other.view.size() &&
           std::equal(one.view.rbegin(), one.view.rend(), other.view.rbegin(),
                      [](const auto& of_one, const auto& of_other) {
                        return of_one.empty() || of_one == of_other;
                      });
  };
  const bool alike = shape_of(a.producer) == shape_of(b.producer) && a.view == b.view;
  if (!alike && is_pixel(a, b)) std::swap(a, b);
  if (!alike && !is_pixel(b, a)) {
    throw std::runtime_error(
        "multiplies feature maps of different shapes, of which none is 1 x 1 with as many channels "
        "as the other");
  }
  pair_layer(alike ? PairKind::kProduct : PairKind::kScaling, a, b, name_of(*node_));
}

void NetworkBuilder::pair_layer(PairKind pair, const Activation& a, const Activation& b,
                                const std::string& name) {
  const Shape shape = shape_of(a.producer);
  const bool positive = non_negative(a.producer) && non_negative(b.producer);
  Layer& layer = start_layer(LayerKind::kAdd, name);
  layer.node.input = a.producer;
  layer.node.input2 = b.producer;
  layer.node.add = shape;
  layer.node.pair = pair;
  layer.non_negative = positive;
  deliver_layer(a.view);
}

void NetworkBuilder::add_constant(const std::string& tensor, const std::string& constant_name) {
  const Activation from = activation(tensor);
  const Constant& constant = constants_.get(constant_name);
  const Shape shape = shape_of(from.producer);
  const std::vector<double> values = channel_values(constant, from.view, shape);
  Layer* layer = open_convolution(tensor);
  if (layer == nullptr || !layer->bias.empty()) {
    if (constant.quant) throw std::runtime_error("adds a second bias");
    return apply_chain(tensor, one_step(AffineStep::Kind::kAdd, values));
  }
  require_no_padding(from);
  for (std::size_t c = 0; c < size(shape.channels); ++c) {
    layer->bias.push_back(values[values.size() == 1 ? 0 : c]);
  }
  spend(layer->bias.size());
  layer->bias_quant = constant.quant;
  layer->non_negative = false;
  deliver(from);
}

void NetworkBuilder::sub() {
  const bool first = constants_.has(input(0));
  if (!first && !constants_.has(input(1))) {
    throw std::runtime_error("subtracts two feature maps, which no layer here does");
  }
  const std::string& map = input(first ? 1 : 0);
  const Activation from = activation(map);
  std::vector<double> values =
      channel_values(constants_.get(input(first ? 0 : 1)), from.view, shape_of(from.producer));
  if (!first) return apply_chain(map, one_step(AffineStep::Kind::kAdd, negated(values)));
  apply_chain(map, {{AffineStep::Kind::kMultiply, {-1.0}}, {AffineStep::Kind::kAdd, values}});
}

void NetworkBuilder::mul() {
  const bool first = constants_.has(input(0));
  if (!first && !constants_.has(input(1))) {
    if (!times_input()) product_of_maps();
    return;
  }
  const std::string& map = input(first ? 1 : 0);
  const Activation from = activation(map);
  const std::vector<double> values =
      channel_values(constants_.get(input(first ? 0 : 1)), from.view, shape_of(from.producer));
  Layer* layer = changeable(map);
  if (fixed_ && layer != nullptr && layer->node.kind == LayerKind::kPool &&
      layer->node.pool.kind == PoolKind::kAverage && !layer->output && values.size() == 1 &&
      !layer->node.relu && !layer->node.bounds.any()) {
    layer->factor *= values.front();
    return deliver(from);
  }
  apply_chain(map, one_step(AffineStep::Kind::kMultiply, values));
}

void NetworkBuilder::div() {
  if (constants_.has(input(0)) || !constants_.has(input(1))) {
    throw std::runtime_error("divides by a feature map, which no layer here does");
  }
  const Activation from = activation(input(0));
  std::vector<double> values =
      channel_values(constants_.get(input(1)), from.view, shape_of(from.producer));
  if (std::count(values.begin(), values.end(), 0.0) > 0) {
    throw std::runtime_error("divides by 0");
  }
  apply_chain(input(0), one_step(AffineStep::Kind::kDivide, std::move(values)));
}

void NetworkBuilder::neg() { apply_chain(input(0), one_step(AffineStep::Kind::kMultiply, {-1.0})); }

}  // namespace dcnsim
