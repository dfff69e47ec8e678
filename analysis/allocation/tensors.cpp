// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/tensors.h"

#include <algorithm>

#include "workloads/map_parts.h"

namespace dcnsim {
namespace {

std::uint64_t layer_macs(const LayerNode& node) {
  if (node.kind != LayerKind::kConv) return 0;
  return node.conv.out().elements() * static_cast<std::uint64_t>(node.conv.reduction());
}

bool is_max_pool(const LayerNode& node) {
  return node.kind == LayerKind::kPool && node.pool.kind == PoolKind::kMax;
}

/// MACs of the layers that read `layer`'s output, also through max pools, which hand its codes on.
std::uint64_t reader_macs(const FloatNetwork& network, const MapParts<FloatNetwork>& maps,
                          std::size_t layer) {
  std::uint64_t sum = 0;
  for (std::size_t i = layer + 1; i < network.layers.size(); ++i) {
    const LayerNode& node = network.layers[i].node;
    const std::vector<MapPart> read = maps.seen(node.input, node.view, node.input_shape());
    if (std::none_of(read.begin(), read.end(), [&](const MapPart& part) {
          return part.producer == static_cast<int>(layer);
        })) {
      continue;
    }
    sum += is_max_pool(node) ? reader_macs(network, maps, i) : layer_macs(node);
  }
  return sum;
}

}  // namespace

std::vector<Tensor> tensors_of(const FloatNetwork& network, Scope scope) {
  std::vector<Tensor> tensors;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const LayerNode& node = network.layers[i].node;
    if (node.kind == LayerKind::kConv) tensors.push_back({i, true, node.name + ".weight"});
    const bool is_last = i + 1 == network.layers.size();
    if (scope == Scope::kAll && !is_last && !is_max_pool(node)) {
      tensors.push_back({i, false, node.name + ".output"});
    }
  }
  return tensors;
}

const FormatChoice& choice(NetworkQuantizer& quantizer, const Tensor& tensor, int bits,
                           Scales scales) {
  return tensor.is_weight ? quantizer.weight(tensor.layer, bits, scales).weight
                          : quantizer.output(tensor.layer, bits, scales).output;
}

QuantizeOptions with_widths(const FloatNetwork& network, const std::vector<Tensor>& tensors,
                            const std::vector<int>& widths, QuantizeOptions base) {
  std::vector<LayerWidths> layers(network.layers.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    LayerWidths& layer = layers[tensors[i].layer];
    layer.layer = network.layers[tensors[i].layer].node.name;
    (tensors[i].is_weight ? layer.weight_bits : layer.output_bits) = widths[i];
  }
  layers.erase(std::remove_if(layers.begin(), layers.end(),
                              [](const LayerWidths& layer) { return layer.layer.empty(); }),
               layers.end());
  base.layers = std::move(layers);
  return base;
}

std::uint64_t elements(const FloatNetwork& network, const Tensor& tensor) {
  const FloatLayer& layer = network.layers[tensor.layer];
  return tensor.is_weight ? layer.weights.size() : layer.node.output_shape().elements();
}

std::uint64_t macs(const FloatNetwork& network, const Tensor& tensor) {
  return tensor.is_weight ? layer_macs(network.layers[tensor.layer].node)
                          : reader_macs(network, MapParts<FloatNetwork>(network), tensor.layer);
}

std::uint64_t weight_bits(const FloatNetwork& network, const QuantizeOptions& options) {
  std::uint64_t bits = 0;
  for (const FloatLayer& layer : network.layers) {
    int width = options.weight_bits;
    for (const LayerWidths& wanted : options.layers) {
      if (wanted.layer == layer.node.name && wanted.weight_bits != 0) width = wanted.weight_bits;
    }
    bits += layer.weights.size() * static_cast<std::uint64_t>(width);
  }
  return bits;
}

}  // namespace dcnsim
