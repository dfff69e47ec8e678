// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/quantized_net.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "workloads/images/network_input.h"
#include "workloads/map_parts.h"
#include "workloads/training/straight_through.h"
#include "workloads/training/tensors.h"

namespace dcnsim {
namespace {

/// Middle of the range of pixels.
constexpr double kCentre = 128;

template <class Window>
torch::Tensor padded(const torch::Tensor& maps, const Window& window, double value) {
  if ((window.pad_top | window.pad_left | window.pad_bottom | window.pad_right) == 0) return maps;
  return torch::constant_pad_nd(
      maps, {window.pad_left, window.pad_right, window.pad_top, window.pad_bottom}, value);
}

torch::Tensor pool(const torch::Tensor& maps, const PoolShape& shape) {
  const std::vector<std::int64_t> kernel{shape.kernel_h, shape.kernel_w};
  const std::vector<std::int64_t> stride{shape.stride_h, shape.stride_w};
  if (shape.kind == PoolKind::kMax) {
    return torch::max_pool2d(padded(maps, shape, -std::numeric_limits<double>::infinity()), kernel,
                             stride);
  }
  const torch::Tensor means = torch::avg_pool2d(padded(maps, shape, 0), kernel, stride);
  if (shape.count_include_pad) return means;
  const torch::Tensor inside = torch::ones({1, 1, maps.size(2), maps.size(3)}, maps.options());
  return means / torch::avg_pool2d(padded(inside, shape, 0), kernel, stride);
}

torch::Tensor sloped(const torch::Tensor& maps, const LayerNode& node) {
  return node.slopes.empty() ? maps
                             : torch::prelu(maps, torch::tensor(node.slopes, maps.options()));
}

torch::Tensor bounded(const torch::Tensor& maps, const LayerNode& node) {
  const torch::Tensor positive = node.relu ? torch::relu(maps) : maps;
  return node.bounds.any() ? positive.clamp(node.bounds.low, node.bounds.high) : positive;
}

torch::Tensor through(const AffineChain& chain, torch::Tensor x) {
  for (const AffineStep& step : chain) {
    const torch::Tensor values = torch::tensor(step.values, x.options()).view({1, -1, 1, 1});
    switch (step.kind) {
      case AffineStep::Kind::kAdd:
        x = x + values;
        break;
      case AffineStep::Kind::kMultiply:
        x = x * values;
        break;
      case AffineStep::Kind::kDivide:
        x = x / values;
        break;
    }
  }
  return x;
}

torch::Tensor to_tensor(const std::vector<float>& values, const ConvShape& conv) {
  return torch::tensor(values)
      .view({conv.out_channels, conv.kernel_h, conv.kernel_w, conv.in.channels / conv.groups})
      .permute({0, 3, 1, 2})
      .contiguous();
}

/// Of the codes that `producer` delivers.
double scale_of(const NetworkFormats& formats, int producer) {
  return producer == kNetworkInput
             ? std::ldexp(1.0, -formats.input.frac)
             : formats.layers[static_cast<std::size_t>(producer)].output_scale();
}

/// Of each filter, in double.
torch::Tensor sums_of(const torch::Tensor& weight) {
  return weight.to(torch::kDouble).sum({1, 2, 3});
}

}  // namespace

QuantizedNet::QuantizedNet(const FloatNetwork& network, NetworkFormats formats,
                           LeftInFloat in_float, Images images, Precision precision)
    : network_(network), in_float_(in_float), images_(images), precision_(precision) {
  set_formats(std::move(formats));
  if (images == Images::kPixels) set_pixels();
  torch::NoGradGuard no_gradients;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const FloatLayer& layer = network.layers[i];
    Trained trained;
    if (layer.node.kind == LayerKind::kConv) {
      torch::Tensor weight = to_tensor(layer.weights, layer.node.conv);
      torch::Tensor bias = torch::tensor(layer.bias).to(torch::kDouble);
      if (layer.node.input == kNetworkInput) bias += centre_ * sums_of(weight);
      const std::string index = std::to_string(i);
      trained.weight = register_parameter("weight" + index, weight, true);
      trained.bias = register_parameter("bias" + index, bias, true);
    }
    trained_.push_back(trained);
  }
}

void QuantizedNet::set_pixels() {
  if (network_.convention.is_raw() && !network_.convention.bgr()) {
    centre_ = kCentre;
  } else {
    table_ =
        torch::tensor(pixel_table(network_), torch::kDouble).view({network_.input.channels, -1});
  }
}

void QuantizedNet::set_formats(NetworkFormats formats) {
  if (formats.layers.size() != network_.layers.size()) {
    throw std::invalid_argument("formats of " + std::to_string(formats.layers.size()) +
                                " layers, expected " + std::to_string(network_.layers.size()));
  }
  formats_ = std::move(formats);
}

torch::Tensor QuantizedNet::weight_of(std::size_t index) const {
  const torch::Tensor& weight = trained_[index].weight;
  if (in_float_.weights) return weight;
  return quantized(weight, {0, Rounding::kHalfEven, false, formats_.layers[index].weight},
                   weight_scales(index).to(weight.options()));
}

torch::Tensor QuantizedNet::weight_scales(std::size_t index) const {
  return torch::tensor(formats_.layers[index].scales_of_weights(), torch::kDouble)
      .view({-1, 1, 1, 1});
}

torch::Tensor QuantizedNet::bias_of(std::size_t index, const torch::Tensor& weight) const {
  torch::Tensor bias = trained_[index].bias;
  const int producer = network_.layers[index].node.input;
  if (producer == kNetworkInput) bias = bias - centre_ * sums_of(weight);
  const bool input_in_float = in_float_.outputs && producer != kNetworkInput;
  if (!in_float_.weights && !input_in_float) {
    const torch::Tensor grid = weight_scales(index).flatten() * scale_of(formats_, producer);
    bias = on_grid(bias, grid.to(bias.options()));
  }
  return bias.to(weight.scalar_type());
}

torch::Tensor QuantizedNet::input(const torch::Tensor& pixels) const {
  if (images_ == Images::kValues) {
    return quantized(through(network_.convention.chain, pixels), formats_.input,
                     Rounding::kHalfEven);
  }
  if (!table_.defined()) return quantized(pixels, formats_.input, Rounding::kHalfEven);
  const torch::Tensor table =
      quantized(table_, formats_.input, Rounding::kHalfEven).to(pixels.options());
  const std::int64_t channels = pixels.size(1);
  std::vector<torch::Tensor> planes;
  for (std::int64_t c = 0; c < channels; ++c) {
    const torch::Tensor plane = pixels.select(1, network_.convention.bgr() ? channels - 1 - c : c);
    planes.push_back(
        table[c].index_select(0, plane.flatten().to(torch::kLong)).view(plane.sizes()));
  }
  return torch::stack(planes, 1).contiguous(torch::MemoryFormat::ChannelsLast);
}

torch::ScalarType QuantizedNet::type_of(std::size_t index, const torch::Tensor& input) const {
  const int producer = network_.layers[index].node.input;
  // Raw pixels' sums are large beside what is left of them when the centre's are taken off.
  if (!is_training() || in_float_.any() || producer == kNetworkInput) return input.scalar_type();
  const TensorFormats& own = formats_.layers[index];
  const TensorFormats& read = formats_.layers[static_cast<std::size_t>(producer)];
  const bool are_powers = own.weight_scales.empty() && read.output_step == 1;
  const bool is_narrow = std::max({own.weight.bits, read.output.bits, own.output.bits}) <= 8;
  return are_powers && is_narrow ? tensor_type(precision_) : input.scalar_type();
}

torch::Tensor QuantizedNet::convolution(std::size_t index, const torch::Tensor& input) const {
  const LayerNode& node = network_.layers[index].node;
  const ConvShape& conv = node.conv;
  const torch::Tensor weight = weight_of(index);
  const bool is_symmetric = conv.pad_top == conv.pad_bottom && conv.pad_left == conv.pad_right;
  const std::vector<std::int64_t> inside{is_symmetric ? conv.pad_top : 0,
                                         is_symmetric ? conv.pad_left : 0};
  const torch::ScalarType type = type_of(index, input);
  const auto sums = [&](const torch::Tensor& bias) {
    return torch::conv2d((is_symmetric ? input : padded(input, conv, 0)).to(type), weight.to(type),
                         bias, {conv.stride_h, conv.stride_w}, inside,
                         {conv.dilation_h(), conv.dilation_w()}, conv.groups);
  };
  const torch::Tensor bias = bias_of(index, weight);
  if (type == input.scalar_type()) return sums(bias);
  return sums({}).to(input.scalar_type()) + bias.view({1, -1, 1, 1});
}

std::vector<torch::Tensor> QuantizedNet::outputs(const torch::Tensor& pixels) const {
  const torch::Tensor image = input(pixels);
  std::vector<torch::Tensor> results;
  const MapParts<FloatNetwork> maps(network_);
  const auto seen = [&](const LayerNode& node, int producer, const MapView& view) {
    const Shape& in = node.input_shape();
    const std::vector<MapPart> parts = maps.seen(producer, view, in);
    std::vector<torch::Tensor> tensors;
    for (const MapPart& part : parts) {
      tensors.push_back(part.producer == kNetworkInput
                            ? image
                            : results[static_cast<std::size_t>(part.producer)]);
    }
    if (is_whole_output(parts, view, in)) return tensors.front();
    using torch::indexing::Slice;
    const auto every = [](int first, int step, int count) {
      return Slice(first, first + (count - 1) * step + 1, step);
    };
    const torch::Tensor real =
        torch::cat(tensors, 1)
            .index({Slice(), every(view.channel - parts.front().channel, 1, view.real_channels(in)),
                    every(view.row, view.stride_h, in.height),
                    every(view.column, view.stride_w, in.width)});
    return torch::constant_pad_nd(real, {0, 0, 0, 0, view.zeros_before, view.zeros_after});
  };
  for (std::size_t i = 0; i < network_.layers.size(); ++i) {
    const LayerNode& node = network_.layers[i].node;
    torch::Tensor x = seen(node, node.input, node.view);
    switch (node.kind) {
      case LayerKind::kConv:
        x = convolution(i, x);
        // Before requantizing, on less; both are monotone.
        if (node.fused_pool > 1) x = torch::max_pool2d(x, {node.fused_pool, node.fused_pool});
        break;
      case LayerKind::kPool:
        if (node.curve.any()) {
          throw std::invalid_argument("layer '" + node.name + "': " + to_string(node.curve) +
                                      " is not trained here, expected ReLU, LeakyReLU or Clip");
        }
        x = pool(x, node.pool);
        break;
      case LayerKind::kAdd:
        if (multiplies(node.pair)) {
          throw std::invalid_argument("layer '" + node.name +
                                      "': a product of two maps is not trained here");
        }
        x = x + seen(node, node.input2, node.view2);
        break;
    }
    x = sloped(x, node);
    const bool is_last = i + 1 == network_.layers.size();
    if (in_float_.outputs && !is_last) {
      results.push_back(bounded(x, node));
    } else {
      const TensorFormats& formats = formats_.layers[i];
      Requant requant{0, formats.rounding, node.relu, formats.output};
      set_bounds(requant, node, formats.output_step);
      results.push_back(
          quantized(x, requant, torch::tensor(formats.output_scale(), torch::kDouble)));
    }
  }
  return results;
}

torch::Tensor QuantizedNet::forward(const torch::Tensor& pixels) const {
  return outputs(pixels).back().flatten(1);
}

FloatNetwork QuantizedNet::network() const {
  torch::NoGradGuard no_gradients;
  FloatNetwork result = network_;
  for (std::size_t i = 0; i < trained_.size(); ++i) {
    if (!trained_[i].weight.defined()) continue;
    FloatLayer& layer = result.layers[i];
    layer.weights = to_floats(trained_[i].weight.permute({0, 2, 3, 1}));
    layer.bias = to_floats(bias_of(i, weight_of(i)));
  }
  return result;
}

void QuantizedNet::clip() {
  if (in_float_.weights) return;
  torch::NoGradGuard no_gradients;
  for (std::size_t i = 0; i < trained_.size(); ++i) {
    if (!trained_[i].weight.defined()) continue;
    const Format& format = formats_.layers[i].weight;
    torch::Tensor& weight = trained_[i].weight;
    const torch::Tensor scales = weight_scales(i).to(weight.options());
    weight.clamp_(scales * format.min_code(), scales * format.max_code());
  }
}

}  // namespace dcnsim
