// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/memory.h"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>
#include <string>

namespace dcnsim {
namespace {

/// What Linux can give without swapping; no limit where it does not say.
std::uint64_t available_bytes() {
  std::ifstream info("/proc/meminfo");
  for (std::string key, rest; info >> key && std::getline(info, rest);) {
    if (key == "MemAvailable:") return std::stoull(rest) * 1024;
  }
  return UINT64_MAX;
}

}  // namespace

std::uint64_t step_memory_bytes(const FloatNetwork& network, std::int64_t batch) {
  constexpr std::uint64_t kOfMaps = 2, kOfWeights = 4;
  std::uint64_t maps = 0, weights = 0;
  for (const FloatLayer& layer : network.layers) {
    const bool has_sums = layer.node.kind == LayerKind::kConv;
    maps += (has_sums ? layer.node.conv.out().elements() : 0) +
            2 * layer.node.output_shape().elements();
    weights += layer.weights.size();
  }
  return sizeof(float) *
         (kOfMaps * maps * static_cast<std::uint64_t>(batch) + kOfWeights * weights);
}

void require_memory(const FloatNetwork& network, std::int64_t batch) {
  const std::uint64_t needed = step_memory_bytes(network, batch), available = available_bytes();
  if (needed <= available) return;
  constexpr std::uint64_t kMega = 1'000'000;
  throw std::runtime_error(fmt::format(
      "batch: {} images take about {} MB of memory, {} MB are available; take fewer images a step",
      batch, needed / kMega, available / kMega));
}

}  // namespace dcnsim
