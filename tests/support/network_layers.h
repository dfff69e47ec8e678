// SPDX-License-Identifier: Apache-2.0
// The layers of a float network as descriptors with one width for everything.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "models/arch/descriptor.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {

inline std::vector<Descriptor> layers_of(const std::string& onnx_file, int bits) {
  const auto network = load_network(onnx_file);
  std::vector<Descriptor> layers;
  for (const FloatLayer& layer : std::get<FloatNetwork>(network).layers) {
    Descriptor d;
    d.kind = layer.node.kind;
    d.conv = layer.node.conv;
    d.fused_pool = layer.node.fused_pool;
    d.pool = layer.node.pool;
    d.add = layer.node.add;
    d.input.bits = d.input2.bits = d.weight.bits = d.requant.out.bits = bits;
    layers.push_back(d);
  }
  return layers;
}

}  // namespace dcnsim
