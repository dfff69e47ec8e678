// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/calibration.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "workloads/float_executor.h"
#include "workloads/images/network_input.h"
#include "workloads/map_parts.h"

namespace dcnsim {
namespace {

void require_finite(const FloatExecutor::Map& image) {
  const auto finite = [](float x) { return std::isfinite(x); };
  if (std::all_of(image.begin(), image.end(), finite)) return;
  throw std::invalid_argument("the network's input is not finite numbers");
}

}  // namespace

Calibration calibrate(const FloatNetwork& network, const Dataset& images,
                      const std::function<void(std::size_t done)>& progress) {
  if (images.size() == 0) throw std::invalid_argument("no calibration images");
  const FloatInput input(network, images);
  FloatExecutor executor(network);
  Calibration calibration;
  calibration.images = images.size();
  std::size_t correct = 0;
  calibration.outputs.resize(network.layers.size());
  calibration.has_raw_pixels = images.has_pixels() && network.convention.is_raw();
  for (std::size_t i = 0; i < images.size(); ++i) {
    const FloatExecutor::Map image = input(i);
    require_finite(image);
    calibration.input.add(image);
    const auto& outputs = executor.run(image);
    for (std::size_t layer = 0; layer < outputs.size(); ++layer) {
      calibration.outputs[layer].add(outputs[layer]);
    }
    if (images.has_labels()) {
      const auto& last = outputs.back();
      correct += std::max_element(last.begin(), last.end()) - last.begin() == images.labels[i];
    }
    if (progress) progress(i + 1);
  }
  if (images.has_labels()) {
    calibration.top1 = static_cast<double>(correct) / static_cast<double>(images.size());
  }
  for (std::size_t layer = 0; layer < network.layers.size(); ++layer) {
    if (!std::isfinite(calibration.outputs[layer].signal())) {
      throw std::invalid_argument("layer '" + network.layers[layer].node.name +
                                  "': outputs are not finite numbers");
    }
  }
  return calibration;
}

std::vector<bool> non_negative_outputs(const FloatNetwork& network, bool is_input_non_negative) {
  std::vector<bool> result;
  const MapParts<FloatNetwork> maps(network);
  const auto of = [&](int producer, const MapView& view, const Shape& in) {
    const std::vector<MapPart> parts = maps.seen(producer, view, in);
    return std::all_of(parts.begin(), parts.end(), [&](const MapPart& part) {
      return part.producer == kNetworkInput ? is_input_non_negative
                                            : result[static_cast<std::size_t>(part.producer)];
    });
  };
  for (const FloatLayer& layer : network.layers) {
    const LayerNode& node = layer.node;
    const bool is_pool = node.kind == LayerKind::kPool && !node.curve.any();
    const bool is_add = node.kind == LayerKind::kAdd;
    const bool before = (is_pool || is_add) && of(node.input, node.view, node.input_shape()) &&
                        (is_pool || of(node.input2, node.view2, node.input2_shape()));
    result.push_back(node.is_non_negative() || (before && node.bounds.high >= 0));
  }
  return result;
}

}  // namespace dcnsim
