// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/onnx_network.h"

#include <stdexcept>

#include "workloads/onnx/graph.h"
#include "workloads/onnx/network_builder.h"

namespace dcnsim {

std::variant<FloatNetwork, FixedNetwork> load_network(const std::string& path) {
  try {
    const Graph graph(path);
    return NetworkBuilder(graph).take();
  } catch (const std::exception& error) {
    throw std::runtime_error(path + ": " + error.what());
  }
}

}  // namespace dcnsim
