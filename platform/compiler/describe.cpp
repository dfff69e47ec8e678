// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/describe.h"

#include <stdexcept>
#include <string>

#include "models/arch/memory_layout.h"
#include "models/perf/tile_cuts.h"

namespace dcnsim {
namespace {

Descriptor describe(const FixedNetwork& network, const FixedLayer& layer,
                    const Accumulator& accumulator) {
  Descriptor d;
  d.kind = layer.node.kind;
  d.conv = layer.node.conv;
  d.fused_pool = layer.node.fused_pool;
  d.pool = layer.node.pool;
  d.add = layer.node.add;
  d.input = network.format_of(layer.node.input);
  d.requant = layer.requant;
  if (layer.node.kind == LayerKind::kAdd) d.input2 = network.format_of(layer.node.input2);
  if (layer.node.kind == LayerKind::kConv) {
    d.weight = layer.weight;
    d.proved = cannot_overflow(layer.weights, layer.node.conv.out_channels, layer.bias, d.input,
                               accumulator);
  }
  return d;
}

/// What the descriptor format cannot hold is the layer's fault; `encode` and `validate` do not know
/// its name.
void check_layer(const std::string& name, Descriptor d) {
  d.tiling = one_tile(d);
  try {
    validate(d);
    encode(d);
  } catch (const std::invalid_argument& error) {
    throw std::runtime_error("layer \"" + name + "\": " + error.what());
  }
}

/// Biases must survive their place in memory: 32 bits, or 64 for wide accumulators.
void check_biases(const FixedLayer& layer, const Accumulator& accumulator) {
  if (bias_bytes(accumulator.bits) == 8) return;
  for (const std::int64_t bias : layer.bias) {
    if (bias < INT32_MIN || bias > INT32_MAX) {
      throw std::runtime_error("layer \"" + layer.node.name + "\": bias code " +
                               std::to_string(bias) +
                               " does not fit 32 bits; use a wider accumulator or fewer "
                               "fractional bits");
    }
  }
}

}  // namespace

Tiling one_tile(const Descriptor& layer) {
  const Shape out = layer.output_shape();
  if (layer.kind != LayerKind::kConv) {
    return {out.height, out.width, out.channels, 1, LoopOrder::kPixelOuter};
  }
  return {out.height, out.width, group_channels(layer), layer.conv.reduction(),
          LoopOrder::kPixelOuter};
}

std::vector<Descriptor> describe(const FixedNetwork& network, const Accumulator& accumulator) {
  validate(network);
  std::vector<Descriptor> descriptors;
  for (const FixedLayer& layer : network.layers) {
    if (layer.node.kind == LayerKind::kConv) check_biases(layer, accumulator);
    descriptors.push_back(describe(network, layer, accumulator));
    check_layer(layer.node.name, descriptors.back());
  }
  return descriptors;
}

}  // namespace dcnsim
