// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/trained_network.h"

#include <algorithm>
#include <cmath>
#include <map>
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

bool adds(const TrainedConv& conv) { return conv.added != kNothing; }

/// As it is when the addition is a layer of its own.
LayerNode conv_node(Shape in, const TrainedConv& conv) {
  LayerNode node;
  node.relu = !adds(conv);
  node.conv.in = in;
  node.conv.out_channels = conv.channels;
  node.conv.kernel_h = node.conv.kernel_w = kKernel;
  node.conv.pad_top = node.conv.pad_left = conv.padding;
  node.conv.pad_bottom = node.conv.pad_right = conv.padding;
  if (!adds(conv)) node.fused_pool = conv.pool == kWholeMap ? node.conv.out_h() : conv.pool;
  return node;
}

LayerNode add_node(const std::string& name, int input, int added, Shape shape) {
  LayerNode node;
  node.name = name;
  node.kind = LayerKind::kAdd;
  node.input = input;
  node.input2 = added;
  node.add = shape;
  node.relu = true;
  return node;
}

LayerNode pool_node(const std::string& name, int input, Shape in, int window) {
  LayerNode node;
  node.name = name;
  node.kind = LayerKind::kPool;
  node.input = input;
  node.pool.in = in;
  node.pool.kernel_h = node.pool.stride_h = window == kWholeMap ? in.height : window;
  node.pool.kernel_w = node.pool.stride_w = window == kWholeMap ? in.width : window;
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

torch::Tensor pooled(const torch::Tensor& maps, int window) {
  if (window == kWholeMap) return maps.amax({2, 3}, true);
  return window > 1 ? torch::max_pool2d(maps, {window, window}) : maps;
}

/// 1 x C x 1 x 1, in double.
torch::Tensor by_channel(const std::vector<float>& values) {
  return torch::tensor(values).to(torch::kDouble).view({1, -1, 1, 1});
}

}  // namespace

TrainedArchitecture trained_architecture(const std::string& name) {
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
  if (name == "deep") {
    return {name,
            {{48, 0, 1},
             {128, 1, 2},
             {128, 1, 1},
             {128, 1, 1, 1},
             {384, 1, 2},
             {384, 1, 1},
             {384, 1, 1, 4},
             {384, 1, 2},
             {384, 1, 1},
             {384, 1, kWholeMap, 7}},
            {}};
  }
  if (name == "wide") {
    return {name,
            {{128, 1, 1}, {128, 1, 2}, {256, 1, 1}, {256, 1, 2}, {512, 1, 1}, {512, 1, 2}},
            {1024, 1024}};
  }
  throw std::invalid_argument("network: '" + name + "', expected compact, large, deep or wide");
}

TrainedNet::TrainedNet(const TrainedArchitecture& architecture, PixelStatistics pixels,
                       Precision precision)
    : architecture_(architecture), pixels_(std::move(pixels)), precision_(precision) {
  Shape shape = kCifarShape;
  std::vector<Shape> outputs;
  for (const TrainedConv& conv : architecture.convs) {
    const LayerNode node = conv_node(shape, conv);
    const std::string conv_name = "conv" + std::to_string(layers_.size());
    add_layer(conv_name, {conv.channels, shape.channels, kKernel, kKernel}, node);
    shape = node.output_shape();
    if (adds(conv)) {
      if (conv.added < 0 || conv.added >= static_cast<int>(outputs.size()) ||
          outputs[static_cast<std::size_t>(conv.added)] != shape) {
        throw std::invalid_argument(architecture.name + ": " + conv_name +
                                    " adds what is no earlier output of its own shape");
      }
      shape = pool_node("", 0, shape, conv.pool).output_shape();
    }
    if (shape.height < 1 || shape.width < 1) {
      throw std::invalid_argument(architecture.name + ": nothing is left after " + conv_name);
    }
    outputs.push_back(shape);
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

void TrainedNet::add_layer(const std::string& name, std::vector<std::int64_t> weight_shape,
                           LayerNode node) {
  Layer layer;
  node.name = name;
  layer.node = node;
  layer.weight = register_parameter(name + "_weight", torch::empty(weight_shape));
  // The scale torch's own layers start with.
  torch::nn::init::kaiming_uniform_(layer.weight, std::sqrt(5.0));
  layer.bias = register_parameter(name + "_bias", torch::zeros({weight_shape.front()}));
  const bool is_last = layers_.size() == architecture_.convs.size() + architecture_.hidden.size();
  if (!is_last) {
    layer.mean = register_buffer(name + "_mean", torch::zeros({weight_shape.front()}));
    layer.variance = register_buffer(name + "_variance", torch::ones({weight_shape.front()}));
  }
  layers_.push_back(std::move(layer));
}

bool TrainedNet::is_added(int conv) const {
  return std::any_of(architecture_.convs.begin(), architecture_.convs.end(),
                     [&](const TrainedConv& other) { return other.added == conv; });
}

torch::Tensor TrainedNet::normalised(const torch::Tensor& maps, const Layer& layer) const {
  if (!layer.mean.defined()) return maps;
  return torch::batch_norm(maps, {}, layer.bias, layer.mean, layer.variance, is_training(),
                           kNormMomentum, kNormEpsilon, true);
}

torch::Tensor TrainedNet::forward(torch::Tensor images) {
  torch::Tensor x = std::move(images);
  const auto type = is_training() ? tensor_type(precision_) : torch::kFloat32;
  if (pads_image()) {
    // In units of the deviation from black, so that zeros around it are black.
    x = x + (by_channel(pixels_.mean) / by_channel(pixels_.deviation)).to(x.options());
  }
  std::map<int, torch::Tensor> kept;  // outputs that are added later
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    if (i >= architecture_.convs.size()) {
      const Shape& in = layer.node.conv.in;
      if (i == architecture_.convs.size()) x = torch::adaptive_avg_pool2d(x, {in.height, in.width});
      x = torch::linear(x.flatten(1).to(torch::kFloat32), layer.weight,
                        layer.mean.defined() ? torch::Tensor() : layer.bias);
      x = normalised(x, layer);
      if (layer.node.relu) x = torch::relu_(x);
      continue;
    }
    const TrainedConv& conv = architecture_.convs[i];
    x = torch::conv2d(x.to(type), layer.weight.to(type), {}, 1, conv.padding);
    if (!adds(conv)) x = pooled(x, conv.pool);
    x = normalised(x, layer);
    if (adds(conv)) x = x + kept.at(conv.added);
    x = torch::relu_(x);
    if (adds(conv)) x = pooled(x, conv.pool);
    if (is_added(static_cast<int>(i))) kept[static_cast<int>(i)] = x;
  }
  return x;
}

std::vector<torch::Tensor> TrainedNet::filters() const {
  std::vector<torch::Tensor> found;
  for (const Layer& layer : layers_) {
    if (layer.mean.defined()) found.push_back(layer.weight);
  }
  return found;
}

std::vector<torch::Tensor> TrainedNet::others() const {
  std::vector<torch::Tensor> found;
  for (const Layer& layer : layers_) {
    if (!layer.mean.defined()) found.push_back(layer.weight);
    found.push_back(layer.bias);
  }
  return found;
}

FloatNetwork TrainedNet::folded() const {
  torch::NoGradGuard no_gradients;
  FloatNetwork network{architecture_.name, "image", kCifarShape, {}};
  std::vector<int> outputs;  // of the layers: which of the network's delivers it
  const auto append = [&](FloatLayer layer) {
    network.layers.push_back(std::move(layer));
    return static_cast<int>(network.layers.size()) - 1;
  };
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
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
    if (i == 0) {
      weight = weight / by_channel(pixels_.deviation);
      if (!pads_image()) bias = bias - (weight * by_channel(pixels_.mean)).sum({1, 2, 3});
    }
    LayerNode node = layer.node;
    node.input = i == 0 ? kNetworkInput : outputs.back();
    int output = append({node, to_floats(weight.permute({0, 2, 3, 1})), to_floats(bias)});
    if (i < architecture_.convs.size() && adds(architecture_.convs[i])) {
      const TrainedConv& conv = architecture_.convs[i];
      const Shape shape = node.output_shape();
      output = append({add_node(node.name + "_add", output,
                                outputs[static_cast<std::size_t>(conv.added)], shape),
                       {},
                       {}});
      if (conv.pool != 1) {
        output = append({pool_node(node.name + "_pool", output, shape, conv.pool), {}, {}});
      }
    }
    outputs.push_back(output);
  }
  validate(network);
  return network;
}

}  // namespace dcnsim
