// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/calibration.h"

#include <cmath>
#include <stdexcept>

#include "workloads/float_executor.h"

namespace dcnsim {

Calibration calibrate(const FloatNetwork& network, const Dataset& images,
                      const std::function<void(std::size_t done)>& progress) {
  if (images.size() == 0) throw std::invalid_argument("no calibration images");
  if (network.input != kCifarShape) {
    throw std::invalid_argument("calibration images do not have the shape of the network's input");
  }
  FloatExecutor executor(network);
  Calibration calibration;
  calibration.images = images.size();
  calibration.outputs.resize(network.layers.size());
  std::uint64_t zeros = 0, pixels = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const CodeTensor image = image_tensor(images, i);
    zeros += count_zeros(image);
    pixels += image.size();
    for (std::size_t k = 0; k < image.size(); ++k) {
      calibration.input_signal += static_cast<double>(image.get(k)) * image.get(k);
    }
    const auto& outputs = executor.run(image);
    for (std::size_t layer = 0; layer < outputs.size(); ++layer) {
      calibration.outputs[layer].add(outputs[layer]);
    }
    if (progress) progress(i + 1);
  }
  calibration.input_zero_fraction = static_cast<double>(zeros) / static_cast<double>(pixels);
  for (std::size_t layer = 0; layer < network.layers.size(); ++layer) {
    if (!std::isfinite(calibration.outputs[layer].signal())) {
      throw std::invalid_argument("layer '" + network.layers[layer].node.name +
                                  "': outputs are not finite numbers");
    }
  }
  return calibration;
}

std::vector<bool> non_negative_outputs(const FloatNetwork& network) {
  std::vector<bool> result;
  const auto of = [&](int producer) {
    return producer == kNetworkInput || result[static_cast<std::size_t>(producer)];
  };
  for (const FloatLayer& layer : network.layers) {
    const LayerNode& node = layer.node;
    const bool is_pool = node.kind == LayerKind::kPool;
    const bool is_add = node.kind == LayerKind::kAdd;
    result.push_back(node.relu || (is_pool && of(node.input)) ||
                     (is_add && of(node.input) && of(node.input2)));
  }
  return result;
}

}  // namespace dcnsim
