// SPDX-License-Identifier: Apache-2.0
// The layers of a network as descriptors: of a float one with one width for everything, of one in
// fixed point with its own.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "platform/compiler/describe.h"
#include "tests/support/known_layers.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {

inline std::vector<KnownLayer> layers_of(const std::string& onnx_file, int bits) {
  const auto network = load_network(onnx_file);
  std::vector<KnownLayer> layers;
  if (const auto* fixed = std::get_if<FixedNetwork>(&network)) {
    const std::vector<Descriptor> described = describe(*fixed, Accumulator{});
    for (std::size_t i = 0; i < described.size(); ++i) {
      layers.push_back({fixed->layers[i].node.name, described[i]});
    }
    return layers;
  }
  for (const FloatLayer& layer : std::get<FloatNetwork>(network).layers) {
    Descriptor d;
    d.kind = layer.node.kind;
    d.conv = layer.node.conv;
    d.fused_pool = layer.node.fused_pool;
    d.pool = layer.node.pool;
    d.add = layer.node.add;
    d.input.bits = d.input2.bits = d.weight.bits = d.requant.out.bits = bits;
    layers.push_back({layer.node.name, d});
  }
  return layers;
}

}  // namespace dcnsim
