// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/noise_law.h"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "workloads/map_parts.h"

namespace dcnsim {
namespace {

/// Calls visit(producer, share) for every layer that `layer` reads, with the share of its ratio
/// that reaches the layer's output: that of the power of what comes together there. Ratios of two
/// factors both reach their product whole. The image is exact and left out.
template <class Visit>
void for_each_input(const FloatNetwork& network, const MapParts<FloatNetwork>& maps,
                    const Calibration& calibration, std::size_t layer, const Visit& visit) {
  const LayerNode& node = network.layers[layer].node;
  const auto power = [&](const MapPart& part) {
    return part.producer == kNetworkInput
               ? calibration.input.signal()
               : calibration.outputs[static_cast<std::size_t>(part.producer)].signal();
  };
  const auto visit_all = [&](const std::vector<MapPart>& parts) {
    double all = 0;
    for (const MapPart& part : parts) all += power(part);
    for (const MapPart& part : parts) {
      if (part.producer == kNetworkInput || (parts.size() > 1 && all == 0)) continue;
      visit(static_cast<std::size_t>(part.producer), parts.size() == 1 ? 1.0 : power(part) / all);
    }
  };
  std::vector<MapPart> parts = maps.seen(node.input, node.view, node.input_shape());
  if (node.kind == LayerKind::kAdd) {
    const std::vector<MapPart> second = maps.seen(node.input2, node.view2, node.input2_shape());
    if (multiplies(node.pair)) {
      visit_all(second);
    } else {
      parts.insert(parts.end(), second.begin(), second.end());
    }
  }
  visit_all(parts);
}

}  // namespace

std::vector<double> predicted_noise(const FloatNetwork& network, const Calibration& calibration,
                                    const PerTensor& noise) {
  std::vector<double> ratio(network.layers.size());
  const MapParts<FloatNetwork> maps(network);
  for (std::size_t layer = 0; layer < ratio.size(); ++layer) {
    ratio[layer] = noise.weights[layer] + noise.outputs[layer];
    for_each_input(network, maps, calibration, layer, [&](std::size_t producer, double share) {
      ratio[layer] += share * ratio[producer];
    });
  }
  return ratio;
}

PerTensor output_gains(const FloatNetwork& network, const Calibration& calibration) {
  std::vector<double> gain(network.layers.size());
  const MapParts<FloatNetwork> maps(network);
  gain.back() = 1;
  for (std::size_t layer = gain.size(); layer-- > 0;) {
    for_each_input(network, maps, calibration, layer, [&](std::size_t producer, double share) {
      gain[producer] += share * gain[layer];
    });
  }
  PerTensor gains{gain, gain};
  for (std::size_t layer = 0; layer < gain.size(); ++layer) {
    if (network.layers[layer].node.kind != LayerKind::kConv) gains.weights[layer] = 0;
  }
  return gains;
}

SqnrLine fit_line(const std::vector<std::pair<int, double>>& sqnr_db) {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  for (const auto& [bits, db] : sqnr_db) {
    if (!std::isfinite(db)) continue;
    n += 1;
    x += bits;
    y += db;
    xx += double(bits) * bits;
    xy += bits * db;
    yy += db * db;
  }
  const double spread = n * xx - x * x;
  if (!(spread > 0)) {
    throw std::invalid_argument("a line through SQNR needs finite values at two widths or more");
  }
  SqnrLine line;
  line.kappa_db = (n * xy - x * y) / spread;
  line.intercept_db = (y - line.kappa_db * x) / n;
  const double squares = yy - line.intercept_db * y - line.kappa_db * xy;
  line.residual_db = std::sqrt(std::max(0.0, squares / n));
  return line;
}

double to_db(double noise_to_signal) {
  if (noise_to_signal == 0) return std::numeric_limits<double>::infinity();
  return -10 * std::log10(noise_to_signal);
}

}  // namespace dcnsim
