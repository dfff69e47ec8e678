// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/plain_network.h"

#include <cmath>
#include <stdexcept>
#include <utility>

#include "workloads/images/cifar10_file.h"
#include "workloads/training/tensors.h"

namespace dcnsim {
namespace {

constexpr int kClasses = 10;
constexpr int kKernel = 3;
constexpr double kNormEpsilon = 1e-5;
/// Share of the running statistics that a batch replaces.
constexpr double kNormMomentum = 0.1;

LayerNode conv_node(Shape in, const PlainConv& conv) {
  LayerNode node;
  node.relu = true;
  node.conv.in = in;
  node.conv.out_channels = conv.channels;
  node.conv.kernel_h = node.conv.kernel_w = kKernel;
  node.conv.pad_top = node.conv.pad_left = conv.padding;
  node.conv.pad_bottom = node.conv.pad_right = conv.padding;
  node.fused_pool = conv.pool == kWholeMap ? node.conv.out_h() : conv.pool;
  return node;
}

LayerNode fully_connected_node(Shape in, int neurons, bool relu) {
  LayerNode node;
  node.relu = relu;
  node.conv.in = in;
  node.conv.out_channels = neurons;
  node.conv.kernel_h = in.height;
  node.conv.kernel_w = in.width;
  return node;
}

/// 1 x C x 1 x 1, in double.
torch::Tensor by_channel(const std::vector<float>& values) {
  return torch::tensor(values).to(torch::kDouble).view({1, -1, 1, 1});
}

}  // namespace

PlainArchitecture plain_architecture(const std::string& name) {
  if (name == "compact") {
    return {name,
            {{48, 0, 1},
             {64, 1, 2},
             {64, 1, 1},
             {256, 1, 2},
             {256, 1, 1},
             {384, 1, 2},
             {384, 1, kWholeMap}},
            {}};
  }
  if (name == "large") {
    return {name,
            {{48, 0, 1},
             {128, 1, 2},
             {128, 1, 1},
             {384, 1, 2},
             {384, 1, 1},
             {384, 1, 2},
             {384, 1, kWholeMap}},
            {}};
  }
  if (name == "wide") {
    return {name,
            {{128, 1, 1}, {128, 1, 2}, {256, 1, 1}, {256, 1, 2}, {512, 1, 1}, {512, 1, 2}},
            {1024, 1024}};
  }
  throw std::invalid_argument("network: '" + name + "', expected compact, large or wide");
}

PlainNet::PlainNet(const PlainArchitecture& architecture, PixelStatistics pixels,
                   Precision precision)
    : architecture_(architecture), pixels_(std::move(pixels)), precision_(precision) {
  Shape shape = kCifarShape;
  for (const PlainConv& conv : architecture.convs) {
    const LayerNode node = conv_node(shape, conv);
    add_layer("conv" + std::to_string(layers_.size()),
              {conv.channels, shape.channels, kKernel, kKernel}, node);
    shape = node.output_shape();
    if (shape.height < 1 || shape.width < 1) {
      throw std::invalid_argument(architecture.name + ": nothing is left after " +
                                  layers_.back().node.name);
    }
  }
  std::size_t index = 0;
  for (const int neurons : architecture.hidden) {
    add_layer("fc" + std::to_string(index++),
              {neurons, static_cast<std::int64_t>(shape.elements())},
              fully_connected_node(shape, neurons, true));
    shape = layers_.back().node.output_shape();
  }
  add_layer(architecture.hidden.empty() ? "fc" : "fc" + std::to_string(index),
            {kClasses, static_cast<std::int64_t>(shape.elements())},
            fully_connected_node(shape, kClasses, false));
}

void PlainNet::add_layer(const std::string& name, std::vector<std::int64_t> weight_shape,
                         LayerNode node) {
  Layer layer;
  node.name = name;
  node.input = static_cast<int>(layers_.size()) - 1;
  layer.node = node;
  layer.weight = register_parameter(name + "_weight", torch::empty(weight_shape));
  // The scale torch's own layers start with.
  torch::nn::init::kaiming_uniform_(layer.weight, std::sqrt(5.0));
  layer.bias = register_parameter(name + "_bias", torch::zeros({weight_shape.front()}));
  if (node.relu) {  // batch-norm before it
    layer.mean = register_buffer(name + "_mean", torch::zeros({weight_shape.front()}));
    layer.variance = register_buffer(name + "_variance", torch::ones({weight_shape.front()}));
  }
  layers_.push_back(std::move(layer));
}

torch::Tensor PlainNet::normalised(const torch::Tensor& maps, const Layer& layer) const {
  if (!layer.mean.defined()) return maps;
  return torch::batch_norm(maps, {}, layer.bias, layer.mean, layer.variance, is_training(),
                           kNormMomentum, kNormEpsilon, true);
}

torch::Tensor PlainNet::forward(torch::Tensor images) {
  torch::Tensor x = std::move(images);
  const auto type = is_training() ? tensor_type(precision_) : torch::kFloat32;
  if (pads_image()) {
    // In units of the deviation from black, so that zeros around it are black.
    x = x + (by_channel(pixels_.mean) / by_channel(pixels_.deviation)).to(x.options());
  }
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    const torch::Tensor bias = layer.mean.defined() ? torch::Tensor() : layer.bias;
    if (i < architecture_.convs.size()) {
      const PlainConv& conv = architecture_.convs[i];
      x = torch::conv2d(x.to(type), layer.weight.to(type), bias, 1, conv.padding);
      if (conv.pool == kWholeMap) {
        x = x.amax({2, 3}, true);
      } else if (conv.pool > 1) {
        x = torch::max_pool2d(x, {conv.pool, conv.pool});
      }
    } else {
      const Shape& in = layer.node.conv.in;
      if (i == architecture_.convs.size()) x = torch::adaptive_avg_pool2d(x, {in.height, in.width});
      x = torch::linear(x.flatten(1).to(torch::kFloat32), layer.weight, bias);
    }
    x = normalised(x, layer);
    if (layer.node.relu) x = torch::relu_(x);
  }
  return x;
}

std::vector<torch::Tensor> PlainNet::filters() const {
  std::vector<torch::Tensor> found;
  for (const Layer& layer : layers_) {
    if (layer.mean.defined()) found.push_back(layer.weight);
  }
  return found;
}

std::vector<torch::Tensor> PlainNet::others() const {
  std::vector<torch::Tensor> found;
  for (const Layer& layer : layers_) {
    if (!layer.mean.defined()) found.push_back(layer.weight);
    found.push_back(layer.bias);
  }
  return found;
}

FloatNetwork PlainNet::folded() const {
  torch::NoGradGuard no_gradients;
  FloatNetwork network{architecture_.name, "image", kCifarShape, {}};
  for (const Layer& layer : layers_) {
    const Shape in = layer.node.conv.in;
    // [out][in][kernel row][kernel column], in double so that one rounding is left.
    torch::Tensor weight = layer.weight.to(torch::kCPU, torch::kDouble)
                               .reshape({layer.weight.size(0), in.channels,
                                         layer.node.conv.kernel_h, layer.node.conv.kernel_w});
    torch::Tensor bias = layer.bias.to(torch::kCPU, torch::kDouble);
    if (layer.mean.defined()) {
      const torch::Tensor scale =
          torch::rsqrt(layer.variance.to(torch::kCPU, torch::kDouble) + kNormEpsilon);
      weight = weight * scale.view({-1, 1, 1, 1});
      bias = bias - layer.mean.to(torch::kCPU, torch::kDouble) * scale;
    }
    if (layer.node.input == kNetworkInput) {
      weight = weight / by_channel(pixels_.deviation);
      if (!pads_image()) bias = bias - (weight * by_channel(pixels_.mean)).sum({1, 2, 3});
    }
    network.layers.push_back(
        {layer.node, to_floats(weight.permute({0, 2, 3, 1})), to_floats(bias)});
  }
  validate(network);
  return network;
}

}  // namespace dcnsim
