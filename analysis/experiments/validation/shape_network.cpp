// SPDX-License-Identifier: Apache-2.0
#include "analysis/experiments/validation/shape_network.h"

#include <utility>

#include "analysis/evaluation/timing.h"
#include "platform/compiler/describe.h"

namespace dcnsim {

ShapeNetwork::ShapeNetwork(std::string name, const Shape& input) {
  network_.name = std::move(name);
  network_.input_name = "input";
  network_.input = input;
}

int ShapeNetwork::conv(int input, int channels, int kernel, int stride) {
  LayerNode node;
  node.kind = LayerKind::kConv;
  node.input = input;
  ConvShape& conv = node.conv;
  conv.in = network_.shape_of(input);
  conv.out_channels = channels;
  conv.kernel_h = conv.kernel_w = kernel;
  conv.stride_h = conv.stride_w = stride;
  conv.pad_top = conv.pad_left = conv.pad_bottom = conv.pad_right = (kernel - 1) / 2;
  return append(std::move(node));
}

int ShapeNetwork::max_pool(int input, int kernel, int stride) {
  LayerNode node;
  node.kind = LayerKind::kPool;
  node.input = input;
  PoolShape& pool = node.pool;
  pool.in = network_.shape_of(input);
  pool.kernel_h = pool.kernel_w = kernel;
  pool.stride_h = pool.stride_w = stride;
  pool.pad_top = pool.pad_left = pool.pad_bottom = pool.pad_right = (kernel - 1) / 2;
  return append(std::move(node));
}

int ShapeNetwork::average_pool(int input) {
  LayerNode node;
  node.kind = LayerKind::kPool;
  node.input = input;
  node.pool.kind = PoolKind::kAverage;
  node.pool.in = network_.shape_of(input);
  node.pool.kernel_h = node.pool.in.height;
  node.pool.kernel_w = node.pool.in.width;
  return append(std::move(node));
}

int ShapeNetwork::add(int a, int b) {
  LayerNode node;
  node.kind = LayerKind::kAdd;
  node.input = a;
  node.input2 = b;
  node.add = network_.shape_of(a);
  return append(std::move(node));
}

int ShapeNetwork::append(LayerNode node) {
  const int index = static_cast<int>(network_.layers.size());
  node.name = "layer" + std::to_string(index);
  FixedLayer layer;
  layer.node = std::move(node);
  const ConvShape& conv = layer.node.conv;
  if (layer.node.kind == LayerKind::kConv) {
    const auto channels = static_cast<std::size_t>(conv.out_channels);
    layer.weights.assign(channels * static_cast<std::size_t>(conv.reduction()), 0);
    layer.bias.assign(channels, 0);
  }
  layer.requant.shift = required_shift(network_, layer);
  network_.layers.push_back(std::move(layer));
  return index;
}

FixedNetwork matrix_product(int rows, int reduction, int columns) {
  int height = 1;
  for (int h = 1; h * h <= rows; ++h) {
    if (rows % h == 0) height = h;
  }
  ShapeNetwork network("matrix product", {height, rows / height, reduction});
  network.conv(kNetworkInput, columns, 1);
  return network.network();
}

FixedNetwork resnet50() {
  ShapeNetwork network("ResNet-50", {224, 224, 3});
  int at = network.max_pool(network.conv(kNetworkInput, 64, 7, 2), 3, 2);
  constexpr int kBlocks[] = {3, 4, 6, 3};
  int channels = 64;
  for (const int blocks : kBlocks) {
    for (int block = 0; block < blocks; ++block) {
      const int stride = block == 0 && channels > 64 ? 2 : 1;
      const int narrow = network.conv(at, channels, 1, stride);
      const int wide = network.conv(network.conv(narrow, channels, 3), 4 * channels, 1);
      const int shortcut = block == 0 ? network.conv(at, 4 * channels, 1, stride) : at;
      at = network.add(wide, shortcut);
    }
    channels *= 2;
  }
  network.conv(network.average_pool(at), 1000, 1);
  return network.network();
}

std::uint64_t simulated_cycles(const Machine& machine, const FixedNetwork& network) {
  const TimingRecord timing = evaluate_timing(
      machine, network, describe(network, machine.config.accumulator), machine.mappings.get());
  std::uint64_t cycles = 0;
  for (const LayerCounters& layer : timing.counters) cycles += layer.cycles;
  return cycles;
}

}  // namespace dcnsim
