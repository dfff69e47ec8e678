// SPDX-License-Identifier: Apache-2.0
// Which layers write the map that a layer reads, and what of each of them it sees.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <vector>

#include "workloads/network.h"

namespace dcnsim {

/// Channels of a map that are one layer's output, or all of the image.
struct MapPart {
  int producer = kNetworkInput;
  int channel = 0;  ///< the first, of the map
  Shape shape;      ///< of the part
};

/// The maps of a network, which stays. What is told of them does not depend on the order of layers.
template <class Network>
class MapParts {
 public:
  explicit MapParts(const Network& network) : network_(network) {
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
      const Join& join = network.layers[i].node.join;
      if (join.any()) joined_[join.map].push_back(part(static_cast<int>(i), join.channel));
    }
    for (auto& [map, parts] : joined_) {
      std::stable_sort(parts.begin(), parts.end(),
                       [](const MapPart& a, const MapPart& b) { return a.channel < b.channel; });
    }
  }

  /// The parts of the map of `producer`, in the order of their channels.
  std::vector<MapPart> of(int producer) const {
    if (producer == kNetworkInput) return {{producer, 0, network_.input}};
    const Join& join = network_.layers[static_cast<std::size_t>(producer)].node.join;
    return join.any() ? joined_.at(join.map) : std::vector<MapPart>{part(producer, 0)};
  }

  /// Of these the ones that a layer sees some channels of. `in` is what it sees.
  std::vector<MapPart> seen(int producer, const MapView& view, const Shape& in) const {
    const int last = view.channel + view.real_channels(in);
    std::vector<MapPart> parts;
    for (const MapPart& p : of(producer)) {
      if (p.channel < last && p.channel + p.shape.channels > view.channel) parts.push_back(p);
    }
    return parts;
  }

  /// By number.
  const std::map<int, std::vector<MapPart>>& joined() const { return joined_; }

 private:
  MapPart part(int layer, int channel) const {
    return {layer, channel, network_.layers[static_cast<std::size_t>(layer)].node.output_shape()};
  }

  const Network& network_;
  std::map<int, std::vector<MapPart>> joined_;
};

/// Whether what a layer sees is one output as it is.
inline bool is_whole_output(const std::vector<MapPart>& seen, const MapView& view,
                            const Shape& in) {
  return seen.size() == 1 && seen.front().shape == in && !view.has_zeros();
}

/// Calls copy(from, to, count) for elements side by side of a part of a map that `view` puts into
/// an input of shape `in`; rows, columns and channels are stored in this order, channels innermost.
template <class Copy>
void for_each_run(const MapPart& part, const MapView& view, const Shape& in, const Copy& copy) {
  const int first = std::max(view.channel, part.channel);
  const int last =
      std::min(view.channel + view.real_channels(in), part.channel + part.shape.channels);
  if (first >= last) return;
  const auto index = [](const Shape& shape, int y, int x, int c) {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(shape.width) +
            static_cast<std::size_t>(x)) *
               static_cast<std::size_t>(shape.channels) +
           static_cast<std::size_t>(c);
  };
  for (int y = 0; y < in.height; ++y) {
    for (int x = 0; x < in.width; ++x) {
      copy(index(part.shape, view.row + y * view.stride_h, view.column + x * view.stride_w,
                 first - part.channel),
           index(in, y, x, first - view.channel + view.zeros_before),
           static_cast<std::size_t>(last - first));
    }
  }
}

}  // namespace dcnsim
