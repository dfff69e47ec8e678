// SPDX-License-Identifier: Apache-2.0
// A float network with every kind of layer that simulates in milliseconds, and images for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

#include "tests/support/network_images.h"
#include "workloads/images/cifar10_file.h"
#include "workloads/network.h"

namespace dcnsim {

/// Uniform pixels, labels all 0.
inline Dataset random_images(std::size_t count) {
  Dataset images;
  images.shape = kCifarShape;
  std::mt19937 random(1);
  images.labels.resize(count);
  for (std::size_t i = 0; i < count * 3072; ++i) {
    images.pixels.push_back(static_cast<std::uint8_t>(random() % 256));
  }
  return images;
}

/// Weights and biases normal with a standard deviation of 0.1.
inline FloatLayer conv_layer(const std::string& name, int input, const Shape& in, int out,
                             int kernel, int stride, std::mt19937& random) {
  FloatLayer layer;
  layer.node.name = name;
  layer.node.input = input;
  layer.node.conv.in = in;
  layer.node.conv.out_channels = out;
  layer.node.conv.kernel_h = layer.node.conv.kernel_w = kernel;
  layer.node.conv.stride_h = layer.node.conv.stride_w = stride;
  std::normal_distribution<float> normal(0, 0.1F);
  layer.weights.resize(static_cast<std::size_t>(out * layer.node.conv.reduction()));
  for (float& w : layer.weights) w = normal(random);
  layer.bias.resize(static_cast<std::size_t>(out));
  for (float& b : layer.bias) b = normal(random);
  return layer;
}

/// conv0 (ReLU) -> conv1 (linear) -> max -> add of max and max -> average -> fc.
inline FloatNetwork mixed_network() {
  std::mt19937 random(2);
  FloatNetwork network{"mixed", "image", kCifarShape, {}};
  network.layers.push_back(conv_layer("conv0", kNetworkInput, kCifarShape, 6, 4, 4, random));
  network.layers[0].node.relu = true;
  network.layers.push_back(conv_layer("conv1", 0, {8, 8, 6}, 5, 3, 1, random));
  FloatLayer max;
  max.node.name = "max";
  max.node.kind = LayerKind::kPool;
  max.node.input = 1;
  max.node.pool.in = {6, 6, 5};
  max.node.pool.kernel_h = max.node.pool.kernel_w = 3;
  FloatLayer add;
  add.node.name = "add";
  add.node.kind = LayerKind::kAdd;
  add.node.input = add.node.input2 = 2;
  add.node.add = {4, 4, 5};
  add.node.relu = true;
  FloatLayer average = max;
  average.node.name = "average";
  average.node.input = 3;
  average.node.pool.kind = PoolKind::kAverage;
  average.node.pool.in = {4, 4, 5};
  average.node.pool.kernel_h = average.node.pool.kernel_w = 4;
  network.layers.insert(network.layers.end(), {max, add, average});
  network.layers.push_back(conv_layer("fc", 4, {1, 1, 5}, 10, 1, 1, random));
  return network;
}

}  // namespace dcnsim
